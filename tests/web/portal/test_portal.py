"""The customer portal: opens by its own link alone, shows its own project alone, names nobody, and takes what it is sent."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nenrin.customers import accounts, contacts
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import (
    Notice,
    OnboardingFile,
    OnboardingLink,
    OnboardingMessage,
    OnboardingProject,
    OnboardingStep,
)
from nenrin.work.onboarding import files, inviting, links, messages, policies, projects, steps
from tests import cast
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


class Way:
    """A project, its contact's link, and a browser without any cookie."""

    def __init__(self, name: str = cast.STARTING) -> None:
        self.at = timezone.now()
        led = cast.member(Role.CSM, f"担当 {name[:4]}")
        self.project = world.project(world.company(name, led), owner=led)
        self.contact = world.person(self.project.account)
        self.issued = links.issue(self.project, self.contact, by=ME, at=self.at)
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def url(self, name: str = "portal", *ids: int) -> str:
        return reverse(name, args=[self.issued.secret, *ids])

    def get(self, **query: str) -> Any:
        """As a browser goes to a page."""
        return self.client.get(self.url(), query, headers={"Sec-Fetch-Mode": "navigate"})

    def step(self, key: str) -> OnboardingStep:
        return world.step(self.project, key)

    def do(self, key: str, deed: str) -> Any:
        return self.client.post(self.url("portal-step", self.step(key).pk), {"do": deed})

    def finish(self, *keys: str) -> None:
        for key in keys:
            steps.finish(self.step(key), by=ME, at=self.at)


@pytest.fixture
def way(org: Organisation) -> Way:
    return Way()


def text(answer: Any) -> str:
    """The page's words, without its marks."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def test_the_next_step_of_theirs_stands_on_top(way: Way) -> None:
    way.finish("kickoff")
    words = text(way.get())
    assert words.index("次にお願いしたいこと") < words.index("利用者一覧") < words.index("当社で進めること")
    assert "キックオフ" not in words.split("当社で進めること")[0]


def test_our_internal_steps_are_not_shown(way: Way) -> None:
    assert "キックオフ" not in text(way.get())


def test_a_file_is_wanted_before_the_step_can_be_done(way: Way) -> None:
    way.finish("kickoff")
    refused = way.do("list", "done")
    assert refused.status_code == 422 and "先にファイルを提出" in text(refused)
    row = way.step("list")
    told = {"file": SimpleUploadedFile("利用者.pdf", PDF), "step": str(row.pk)}
    assert way.client.post(way.url("portal-upload"), told).status_code == 302
    assert way.do("list", "done").status_code == 302
    row = way.step("list")
    assert (row.state, row.settled_by) == ("done", "customer")
    codes = set(Notice.objects.filter(member=way.project.owner).values_list("code", flat=True))
    assert {"onboarding.file", "onboarding.done"} <= codes
    entry = Entry.objects.get(action="work.onboarding_step.done", references__key=str(row.pk))
    assert entry.actor_kind == "source" and entry.actor_key == f"portal:{way.issued.link.pk}"


def test_pressed_twice_it_is_done_once(way: Way) -> None:
    way.finish("kickoff", "list")
    assert [way.do("import", "approve").status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.filter(action="work.onboarding_step.approved").count() == 1
    assert Notice.objects.filter(code="onboarding.approved").count() == 1


def test_what_they_finished_they_can_open_again_and_nothing_of_ours(way: Way) -> None:
    way.finish("kickoff")
    files.give(way.project, "a.pdf", [PDF], member=way.project.owner, at=way.at, step=way.step("list"))
    way.do("list", "done")
    assert way.do("list", "reopen").status_code == 302 and way.step("list").state == "open"
    assert Notice.objects.filter(member=way.project.owner, code="onboarding.reopened").count() == 1
    steps.finish(way.step("list"), by=ME, at=way.at)
    assert way.do("list", "reopen").status_code == 422 and way.step("list").state == "done"


def test_an_approval_given_by_mistake_is_taken_back_until_we_have_done_it(way: Way) -> None:
    way.finish("kickoff", "list")
    assert "承認を取り消す" not in text(way.get())
    way.do("import", "approve")
    assert "承認を取り消す" in text(way.get())
    assert [way.do("import", "unapprove").status_code for _ in range(2)] == [302, 302]
    assert way.step("import").approved_at is None and "承認を取り消す" not in text(way.get())
    assert Notice.objects.filter(member=way.project.owner, code="onboarding.unapproved").count() == 1
    way.do("import", "approve")
    way.finish("import")
    assert way.do("import", "unapprove").status_code == 422 and way.step("import").approved_at is not None
    assert way.do("train", "unapprove").status_code == 422


def test_a_step_of_ours_cannot_be_finished_by_them(way: Way) -> None:
    assert way.do("train", "done").status_code == 422
    assert way.do("value", "done").status_code == 422
    assert way.do("list", "explode").status_code == 422


def test_messages_go_both_ways_and_are_read(way: Way) -> None:
    messages.write(way.project, "ようこそ。よろしくお願いします。", member=way.project.owner, at=way.at)
    assert "ようこそ" in text(way.get())
    assert OnboardingMessage.objects.get().seen_at is not None
    form = {"body": "承知しました <script>alert(1)</script>", "once": "abc123"}
    for _ in range(2):
        assert way.client.post(way.url("portal-message"), form).status_code == 302
    assert OnboardingMessage.objects.filter(is_ours=False).count() == 1
    page = way.get().content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert Notice.objects.filter(member=way.project.owner, code="onboarding.message").count() == 1


def test_an_empty_or_endless_message_is_refused_and_kept(way: Way) -> None:
    assert way.client.post(way.url("portal-message"), {"body": " "}).status_code == 422
    long = way.client.post(way.url("portal-message"), {"body": "長" * 5001})
    assert long.status_code == 422 and "長" * 100 in long.content.decode()
    assert not OnboardingMessage.objects.exists()


def test_files_of_both_sides_come_down_as_they_went_up(way: Way) -> None:
    ours = files.give(way.project, "手順書.pdf", [PDF + b"ours"], member=way.project.owner, at=way.at)
    answer: Any = way.client.get(way.url("portal-file", ours.pk))
    assert b"".join(answer.streaming_content) == PDF + b"ours"
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    files.remove(ours, by=ME, at=way.at)
    assert way.client.get(way.url("portal-file", ours.pk)).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("evil.pdf", b"<html><script>alert(1)</script>"), ("evil.svg", b"<svg onload=alert(1)>"),
        ("evil.exe", b"MZ\x90"), ("empty.pdf", b""), ("page.csv", b"<!doctype html><script>"),
        ("../../etc/passwd", b"root:x:0"),
    ],
)  # fmt: skip
def test_harmful_files_are_refused_with_a_reason_and_leave_nothing(way: Way, name: str, content: bytes) -> None:
    answer = way.client.post(way.url("portal-upload"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422 and "送信できませんでした" in text(answer)
    assert not OnboardingFile.objects.exists()
    assert not files.folder().exists() or not list(files.folder().iterdir())


def test_a_file_lies_outside_the_web_root_under_a_name_that_says_nothing(way: Way, settings: Any) -> None:
    way.client.post(way.url("portal-upload"), {"file": SimpleUploadedFile("名簿.pdf", PDF)})
    row = OnboardingFile.objects.get()
    path = files.path_of(row)
    assert path.read_bytes() == PDF and "名簿" not in str(path)
    assert str(path).startswith(str(settings.MEDIA_ROOT)) and path.stat().st_mode & 0o077 == 0


def test_too_large_a_file_is_refused_before_it_is_read(way: Way) -> None:
    told = {"file": SimpleUploadedFile("a.pdf", PDF)}
    answer = way.client.post(way.url("portal-upload"), told, headers={"content-length": str(30 * 1024 * 1024)})
    assert answer.status_code == 413 and "20 MB" in text(answer)


def test_a_file_that_no_row_names_is_swept_after_a_day_and_one_removed_after_thirty(way: Way) -> None:
    row = files.give(way.project, "a.pdf", [PDF], member=way.project.owner, at=way.at)
    stray = files.folder() / "stray"
    stray.write_bytes(b"x")
    assert files.sweep(way.at) == 0
    files.remove(row, by=ME, at=way.at)
    assert files.sweep(way.at + timedelta(days=31)) == 1 and not files.path_of(row).exists()


def test_the_language_is_the_links_own_and_can_be_switched_without_a_cookie(way: Way) -> None:
    assert 'lang="ja"' in way.get().content.decode()
    answer = way.client.post(way.url("portal-language"), {"language": "en"})
    assert answer.status_code == 302
    page = way.get()
    assert "Your next step" in text(page) and page["Content-Language"] == "en"
    way.client.post(way.url("portal-language"), {"language": "xx"})
    assert "Your next step" in text(way.get())


def test_the_page_sets_no_cookie_runs_nothing_and_is_found_by_no_engine(way: Way) -> None:
    page = way.get()
    assert not page.cookies and not way.client.cookies
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script" not in policy
    assert (page["Referrer-Policy"], page["X-Frame-Options"]) == ("no-referrer", "DENY")
    assert "noindex" in page["X-Robots-Tag"] and "no-store" in page["Cache-Control"]
    assert "<script" not in page.content.decode() and " style=" not in page.content.decode()


def closed(client: Client, path: str, post: bool = False) -> bytes:
    """What an address answers that opens nothing, without what differs each time."""
    answer = client.post(path, {"do": "done"}) if post else client.get(path)
    assert answer.status_code == 404, path
    return answer.content


def test_a_guess_an_ended_a_revoked_and_a_cancelled_link_look_the_same(way: Way) -> None:
    guess = closed(way.client, reverse("portal", args=[secrets.token_urlsafe(32)]))
    links_of = OnboardingLink.objects.filter(pk=way.issued.link.pk)
    links_of.update(expires_at=way.at - timedelta(seconds=1))
    ended = closed(way.client, way.url())
    links_of.update(expires_at=way.at + timedelta(days=1))
    assert way.get().status_code == 200
    links.revoke(way.issued.link, by=ME, at=way.at)
    revoked = closed(way.client, way.url())
    links_of.update(revoked_at=None)
    projects.cancel(way.project, "other", by=ME, at=way.at)
    cancelled = closed(way.client, way.url())
    short = closed(way.client, reverse("portal", args=["x"]))
    assert guess == ended == revoked == cancelled == short
    assert way.project.account.name not in guess.decode() and "年輪テスト" not in guess.decode()


def test_a_contact_who_left_and_an_account_that_is_gone_open_nothing(way: Way) -> None:
    contacts.change(way.contact, by=SYSTEM, at=way.at, left_on=way.at.date())
    assert way.get().status_code == 404
    contacts.change(way.contact, by=SYSTEM, at=way.at, left_on=None)
    assert way.get().status_code == 200
    accounts.archive(way.project.account, by=SYSTEM, at=way.at)
    assert way.get().status_code == 404


def test_the_numbers_of_another_project_open_nothing(way: Way) -> None:
    other = Way("別会社株式会社")
    file = files.give(other.project, "秘密.pdf", [PDF], member=other.project.owner, at=way.at)
    guess = closed(way.client, reverse("portal", args=[secrets.token_urlsafe(32)]))
    assert closed(way.client, way.url("portal-file", file.pk)) == guess
    assert closed(way.client, way.url("portal-file", 10**12)) == guess
    assert closed(way.client, way.url("portal-step", other.step("list").pk), post=True) == guess
    assert closed(way.client, way.url("portal-step", way.step("kickoff").pk), post=True) == guess  # ours, not shown
    assert other.step("list").state == "open"
    told = {"file": SimpleUploadedFile("a.pdf", PDF), "step": str(other.step("list").pk)}
    assert way.client.post(way.url("portal-upload"), told).status_code == 404
    assert OnboardingFile.objects.count() == 1


def test_a_forwarded_link_names_nobody_of_theirs_and_nothing_of_others(way: Way) -> None:
    other = Way("別会社株式会社")
    colleague = world.person(way.project.account, "高橋 次郎")
    links.issue(way.project, colleague, by=ME, at=way.at)
    messages.answer(way.issued.link, "木村です", at=way.at)
    steps.waive(way.step("train"), "高橋様は受講済み", by=ME, at=way.at)
    page = way.get().content.decode()
    for word in ("木村 直子", "高橋", colleague.name, "kimura", other.project.account.name, other.contact.name):
        assert word not in page.replace("木村です", ""), word


def test_guessing_is_slowed_down_and_locks_nobody_out(way: Way) -> None:
    answers = [way.client.get(reverse("portal", args=[secrets.token_urlsafe(32)])).status_code for _ in range(25)]
    assert answers[:20] == [404] * 20 and set(answers[20:]) == {429}
    assert way.get().status_code == 200


def test_very_many_deeds_by_one_link_are_held_up(way: Way) -> None:
    told = [way.client.post(way.url("portal-language"), {"language": "ja"}).status_code for _ in range(65)]
    assert told[:60] == [302] * 60 and set(told[60:]) == {429}
    assert way.get().status_code == 200


def test_a_form_of_another_site_is_not_taken(way: Way) -> None:
    way.finish("kickoff", "list")
    url = way.url("portal-step", way.step("import").pk)
    answer = way.client.post(url, {"do": "approve"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 404 and way.step("import").approved_at is None


def test_the_secret_is_kept_nowhere(way: Way) -> None:
    way.get()
    while journal.seal():
        pass
    for model in (OnboardingLink, OnboardingProject, Entry):
        for row in model.objects.values():
            assert way.issued.secret not in str(row)
    assert len(way.issued.secret) == 43 and way.issued.url.endswith(f"/p/{way.issued.secret}")


def test_a_project_that_is_over_can_be_read_and_not_changed(way: Way) -> None:
    OnboardingProject.objects.update(state="closed", ended_on=way.at.date())
    page = way.get()
    assert "終了しました" in text(page) and 'name="do"' not in page.content.decode()
    assert way.client.post(way.url("portal-upload"), {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 422


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_refused(way: Way, method: str) -> None:
    assert getattr(way.client, method)(way.url()).status_code == 405


def test_the_first_opening_is_in_the_journal_once(way: Way) -> None:
    way.get()
    way.get()
    assert Entry.objects.filter(action="work.onboarding_link.opened").count() == 1


def test_the_page_takes_few_queries(way: Way, django_assert_max_num_queries: Any) -> None:
    way.get()
    with django_assert_max_num_queries(15):
        way.get()


@pytest.mark.parametrize("hour", [1, 20])
def test_a_link_opens_to_the_end_of_the_day_that_it_names(way: Way, hour: int) -> None:
    """At 20:00 UTC it is the next morning in Tokyo."""
    at = datetime(2026, 11, 24, hour, 30, tzinfo=UTC)
    last = date(2026, 11, 26 if hour == 1 else 27)
    issued = links.issue(way.project, way.contact, by=ME, at=at, days=2)
    assert links.last_day(issued.link) == last
    ends = datetime(2026, 11, last.day, 15, tzinfo=UTC)
    assert links.find(issued.secret, at=ends - timedelta(seconds=1)) is not None
    assert links.find(issued.secret, at=ends) is None
    mail = inviting.draft(way.project, way.contact, by=ME, at=at)
    told = Entry.objects.filter(action="work.onboarding_link.issued").latest("pk").particulars["expires_on"]
    named = date.fromisoformat(told)
    assert f"{named.year}年{named.month}月{named.day}日" in mail.text
    assert (named - last).days == policies.current().link_days - 2


def test_a_link_of_somebody_who_has_left_says_so(way: Way) -> None:
    lead = Client()
    assert way.project.owner is not None
    lead.force_login(way.project.owner)
    shown = reverse("onboarding-project", args=[way.project.pk])
    assert "無効（担当者の退職・削除）" not in text(lead.get(shown))
    contacts.change(way.contact, by=SYSTEM, at=way.at, left_on=way.at.date())
    assert "無効（担当者の退職・削除）" in text(lead.get(shown))


def test_links_are_for_contacts_of_the_account_who_are_there(way: Way) -> None:
    stranger = world.person(world.company("別会社"))
    with pytest.raises(links.Refused):
        links.issue(way.project, stranger, by=ME, at=way.at)
    contacts.change(way.contact, by=SYSTEM, at=way.at, left_on=way.at.date())
    with pytest.raises(links.Refused):
        links.issue(way.project, way.contact, by=ME, at=way.at)


def test_a_scanner_that_fetches_the_link_has_neither_opened_nor_read_it(way: Way) -> None:
    assert way.project.owner is not None
    messages.write(way.project, "資料をお送りします", member=way.project.owner, at=way.at)
    assert way.client.get(way.url()).status_code == 200
    assert OnboardingLink.objects.get().opened_at is None and OnboardingMessage.objects.get().seen_at is None
    way.get()
    assert OnboardingLink.objects.get().opened_at and OnboardingMessage.objects.get().seen_at


def test_whoever_sends_a_form_has_opened_the_link(way: Way) -> None:
    way.client.post(way.url("portal-language"), {"language": "en"})
    assert OnboardingLink.objects.get().opened_at is not None
