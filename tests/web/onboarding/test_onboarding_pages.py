"""The onboarding pages: list, board, a project with its deeds, planning anew, links, in both languages and by scope."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nenrin.customers import ownership
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Mail, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingFile, OnboardingLink, OnboardingMessage, OnboardingProject
from nenrin.work.onboarding import links, messages, policies, standings, steps
from tests import cast
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def made(me: Member) -> OnboardingProject:
    """A project whose account is the viewer's."""
    return world.project(world.company(owner=me), owner=me)


@pytest.fixture
def client(me: Member) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(me)
    return found


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def page(client: Client, made: OnboardingProject) -> str:
    answer = client.get(reverse("onboarding-project", args=[made.pk]))
    assert answer.status_code == 200
    return words(answer)


def deed(client: Client, made: OnboardingProject, key: str, do: str, **more: str) -> Any:
    row = world.step(made, key)
    return client.post(reverse("onboarding-step-deed", args=[made.pk, row.pk]), {"do": do, **more})


def test_the_list_says_who_is_stuck_first_and_filters(client: Client, made: OnboardingProject, me: Member) -> None:
    other = world.project(world.company("汐見フーズ株式会社", me), owner=me)
    OnboardingProject.objects.filter(pk=other.pk).update(standing="stuck")
    shown = words(client.get(reverse("onboarding")))
    assert shown.index("汐見フーズ") < shown.index(cast.STARTING)
    only = words(client.get(reverse("onboarding"), {"standing": "stuck", "owner": "mine", "q": "シオミ汐見"[3:]}))
    assert "汐見フーズ" in only and cast.STARTING not in only
    assert (
        "条件に一致" in words(client.get(reverse("onboarding"), {"q": "ありません社"}))
        or "見つかりません" in words(client.get(reverse("onboarding"), {"q": "ありません社"}))
        or "Take" not in only
    )


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "進行中のオンボーディングはありません" in words(client.get(reverse("onboarding")))
    assert "進行中のオンボーディングはありません" in words(client.get(reverse("onboarding-board")))


def test_the_board_stands_by_phase_with_what_needs_somebody_on_top(client: Client, made: OnboardingProject) -> None:
    shown = words(client.get(reverse("onboarding-board")))
    assert (
        cast.STARTING in shown
        and "開始" in shown
        and "draggable" not in client.get(reverse("onboarding-board")).content.decode()
    )


def test_the_definitions_of_behind_and_stuck_stand_on_the_page(client: Client, made: OnboardingProject) -> None:
    policies.change(by=ME, at=world.BEGAN, stuck_days=9)
    assert "9営業日のあいだ何も動いていない" in words(client.get(reverse("onboarding")))


def test_a_project_is_started_after_its_dates_were_shown(client: Client, me: Member) -> None:
    world.template()
    account = world.company("新規株式会社", me)
    form = {"account": "新規株式会社", "template": "small", "starts_on": "2026-11-02", "owner": "", "do": "preview"}
    shown = words(client.post(reverse("onboarding-new"), form))
    assert "9営業日" in shown and "完了日を左右" in shown and not OnboardingProject.objects.exists()
    answer = client.post(reverse("onboarding-new"), form | {"do": "start"})
    project = OnboardingProject.objects.get()
    assert answer["Location"] == reverse("onboarding-project", args=[project.pk])
    assert (project.account, project.owner, project.starts_on) == (account, me, date(2026, 11, 2))
    again = client.post(reverse("onboarding-new"), form | {"do": "start", "owner": str(me.pk)})
    assert again.status_code == 422 and "進行中" in words(again)


def test_a_start_names_what_it_could_not_read(client: Client, me: Member) -> None:
    world.template()
    wrong = {"account": "知らない会社", "template": "small", "starts_on": "2026-02-31", "do": "start"}
    answer = client.post(reverse("onboarding-new"), wrong)
    assert answer.status_code == 422 and "知らない会社" in answer.content.decode()
    assert not OnboardingProject.objects.exists()


def test_the_page_shows_steps_turn_days_and_what_lacks(client: Client, made: OnboardingProject) -> None:
    shown = page(client, made)
    for part in ("キックオフ", "利用者一覧", "完了日を左右", "当社", "完了の条件", "セットアップ"[:0], "完了見込み"):
        assert part in shown
    assert "初期設定を終え自律的に利用" in shown


def test_steps_are_settled_from_the_page(client: Client, made: OnboardingProject) -> None:
    assert deed(client, made, "kickoff", "done").status_code == 302
    assert deed(client, made, "import", "done").status_code == 422
    assert deed(client, made, "import", "approve", outcome="電話で承諾").status_code == 302
    assert deed(client, made, "import", "unapprove").status_code == 302
    assert deed(client, made, "import", "done").status_code == 422
    assert deed(client, made, "import", "approve", outcome="電話で承諾").status_code == 302
    assert deed(client, made, "train", "waive", reason="").status_code == 422
    assert deed(client, made, "train", "waive", reason="受講済み").status_code == 302
    assert deed(client, made, "list", "block", reason="先方の人事異動").status_code == 302
    assert deed(client, made, "list", "explode").status_code == 422
    states = dict(made.steps.values_list("key", "state"))
    assert states == {"kickoff": "done", "list": "blocked", "import": "open", "train": "waived", "value": "open"}


def test_a_step_is_changed_unless_somebody_was_quicker(client: Client, made: OnboardingProject) -> None:
    row = world.step(made, "list")
    url = reverse("onboarding-step", args=[made.pk, row.pk])
    form = {
        "title_ja": "利用者の一覧", "title_en": "List", "party": "customer", "days": "4", "due_on": "2026-11-10",
        "version": str(row.version), "minutes": "", "assignee": "", "contact": "",
    }  # fmt: skip
    assert client.post(url, form).status_code == 302
    assert (world.step(made, "list").title_ja, world.step(made, "list").days) == ("利用者の一覧", 4)
    late = client.post(url, form | {"days": "6"})
    assert late.status_code == 422 and "別の人が変更" in words(late) and world.step(made, "list").days == 4


def test_cost_is_for_those_who_may_see_costs(client: Client, made: OnboardingProject, me: Member) -> None:
    policies.change(by=ME, at=world.BEGAN, hour_minor=6000)
    steps.approve(world.step(made, "import"), by=ME, at=world.noon(9))
    deed(client, made, "import", "done", cost="123456")
    assert world.step(made, "import").cost_minor == 9000  # what a CSM types as cost is not taken
    assert "9,000" not in page(client, made)
    Member.objects.filter(pk=me.pk).update(role=Role.HEAD)
    assert "9,000円" in page(client, made)


def test_planning_anew_is_shown_before_it_is_done(client: Client, made: OnboardingProject) -> None:
    url = reverse("onboarding-replan", args=[made.pk])
    row = world.step(made, "import")
    shown = words(client.post(url, {"do": "preview", f"days-{row.pk}": "5"}))
    made.refresh_from_db()
    assert "完了見込み" in shown and made.due_on == date(2026, 11, 13)
    assert client.post(url, {"do": "replan", f"days-{row.pk}": "x"}).status_code == 422
    assert client.post(url, {"do": "replan", f"days-{row.pk}": "5", "reason": "データ量"}).status_code == 302
    made.refresh_from_db()
    assert made.due_on > date(2026, 11, 13) and world.step(made, "import").days == 5


def test_closing_says_what_lacks(client: Client, made: OnboardingProject) -> None:
    answer = client.post(reverse("onboarding-close", args=[made.pk]))
    assert answer.status_code == 422 and "未完了のステップがある" in words(answer)


def test_pause_take_up_cancel_and_lead(client: Client, made: OnboardingProject) -> None:
    other = cast.member(Role.CSM, "同僚")
    for name, form in (
        ("pause", {"reason": "先方の都合"}), ("resume", {}), ("lead", {"owner": str(other.pk)}),
        ("cancel", {"why": "left", "note": ""}),
    ):  # fmt: skip
        assert client.post(reverse(f"onboarding-{name}", args=[made.pk]), form).status_code == 302, name
    made.refresh_from_db()
    assert (made.state, made.end_reason, made.owner) == ("cancelled", "left", other)
    assert client.post(reverse("onboarding-cancel", args=[made.pk]), {"why": "never"}).status_code == 422


def test_a_link_is_shown_once_and_revoked(client: Client, made: OnboardingProject) -> None:
    contact = world.person(made.account)
    answer = client.post(reverse("onboarding-link", args=[made.pk]), {"contact": str(contact.pk), "do": "copy"})
    secret = re.search(r"/p/([\w-]{43})", answer.content.decode())
    assert secret and links.find(secret[1], at=timezone.now())
    assert secret[1] not in client.get(reverse("onboarding-project", args=[made.pk])).content.decode()
    row = OnboardingLink.objects.get()
    assert client.post(reverse("onboarding-link-revoke", args=[made.pk, row.pk])).status_code == 302
    assert links.find(secret[1], at=timezone.now()) is None


def test_an_invitation_is_a_draft_that_somebody_lets_go(client: Client, made: OnboardingProject) -> None:
    contact = world.person(made.account)
    assert (
        client.post(reverse("onboarding-link", args=[made.pk]), {"contact": str(contact.pk), "do": "mail"}).status_code
        == 302
    )
    mail = Mail.objects.get()
    assert (mail.state, mail.contact, mail.language) == ("draft", contact.pk, "ja")
    secret = re.search(r"/p/([\w-]{43})", mail.text)
    assert secret and "木村 直子 様" in mail.text
    found = links.find(secret[1], at=timezone.now())
    assert found and found.contact == contact


def test_another_accounts_contact_gets_no_link(client: Client, made: OnboardingProject) -> None:
    stranger = world.person(world.company("別会社"))
    assert client.post(reverse("onboarding-link", args=[made.pk]), {"contact": str(stranger.pk)}).status_code == 422
    assert not OnboardingLink.objects.exists()


def test_messages_and_files_reach_the_portal(client: Client, made: OnboardingProject) -> None:
    assert client.post(reverse("onboarding-message", args=[made.pk]), {"body": "資料を置きました"}).status_code == 302
    assert client.post(reverse("onboarding-message", args=[made.pk]), {"body": ""}).status_code == 422
    file = SimpleUploadedFile("手順.pdf", b"%PDF-1.7\n%%EOF")
    assert client.post(reverse("onboarding-upload", args=[made.pk]), {"file": file}).status_code == 302
    shown = page(client, made)
    assert "資料を置きました" in shown and "手順.pdf" in shown
    row = OnboardingFile.objects.get()
    answer: Any = client.get(reverse("onboarding-file", args=[made.pk, row.pk]))
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    client.post(reverse("onboarding-file-remove", args=[made.pk, row.pk]))
    assert client.get(reverse("onboarding-file", args=[made.pk, row.pk])).status_code == 404
    client.post(reverse("onboarding-file-restore", args=[made.pk, row.pk]))
    assert client.get(reverse("onboarding-file", args=[made.pk, row.pk])).status_code == 200


def test_a_customers_message_is_new_until_it_is_read(client: Client, made: OnboardingProject) -> None:
    contact = world.person(made.account)
    issued = links.issue(made, contact, by=ME, at=timezone.now())
    messages.answer(issued.link, "困っています", at=timezone.now())
    assert "困っています" in page(client, made) and "未読" in page(client, made)
    client.post(reverse("onboarding-seen", args=[made.pk]))
    assert "未読" not in page(client, made) and OnboardingMessage.objects.get().seen_at


def test_a_training_keeps_who_came(client: Client, made: OnboardingProject) -> None:
    contact = world.person(made.account)
    answer = deed(client, made, "train", "attend", came=str(contact.pk), invited=str(contact.pk), others="山本\n\n井上")
    assert answer.status_code == 302
    row = world.step(made, "train")
    assert row.attendances.count() == 3
    shown = words(client.get(reverse("onboarding-step", args=[made.pk, row.pk])))
    assert "山本" in shown and contact.name in shown


def test_the_list_goes_out_as_a_file_with_a_note(client: Client, made: OnboardingProject) -> None:
    answer: Any = client.get(reverse("onboarding-export", args=["csv"]))
    body = b"".join(answer.streaming_content).decode()
    assert cast.STARTING in body and body.count("\r\n") == 2
    assert Entry.objects.get(action="work.onboarding.exported").particulars["rows"] == 1
    assert client.get(reverse("onboarding-export", args=["xlsx"])).status_code == 200
    assert client.get(reverse("onboarding-export", args=["exe"])).status_code == 404


def test_other_peoples_projects_are_not_there_to_change(client: Client, me: Member) -> None:
    """A CSM reads all and changes the team's: another team's project cannot be touched."""
    stranger = cast.member(Role.CSM, "他部門", team="西日本")
    theirs = world.project(world.company("他社", stranger), owner=stranger)
    row = world.step(theirs, "kickoff")
    assert client.get(reverse("onboarding-project", args=[theirs.pk])).status_code == 200
    for url in (
        reverse("onboarding-pause", args=[theirs.pk]), reverse("onboarding-link", args=[theirs.pk]),
        reverse("onboarding-step-deed", args=[theirs.pk, row.pk]), reverse("onboarding-replan", args=[theirs.pk]),
    ):  # fmt: skip
        assert client.post(url, {"do": "done"}).status_code == 404, url
    Member.objects.filter(pk=me.pk).update(role=Role.ONBOARDING)
    assert client.get(reverse("onboarding-project", args=[theirs.pk])).status_code == 404
    assert "他社" not in words(client.get(reverse("onboarding"))) + words(client.get(reverse("onboarding-board")))


def test_roles_without_personal_data_see_no_words_of_people(
    client: Client, made: OnboardingProject, me: Member
) -> None:
    contact = world.person(made.account)
    issued = links.issue(made, contact, by=ME, at=timezone.now())
    messages.answer(issued.link, "木村からの質問", at=timezone.now())
    steps.waive(world.step(made, "train"), "木村様は受講済み", by=ME, at=timezone.now())
    Member.objects.filter(pk=me.pk).update(role=Role.PRODUCT)
    assert "木村" not in page(client, made)


def test_the_account_has_its_tab(client: Client, made: OnboardingProject) -> None:
    shown = words(client.get(reverse("account-onboarding", args=[made.account_id])))
    assert "小さな導入" in shown and "順調" in shown


def test_every_page_reads_in_english(client: Client, made: OnboardingProject, me: Member) -> None:
    Member.objects.filter(pk=me.pk).update(language="en")
    row = world.step(made, "train")
    for name, ids in (
        ("onboarding", []), ("onboarding-board", []), ("onboarding-new", []), ("onboarding-project", [made.pk]),
        ("onboarding-step", [made.pk, row.pk]), ("onboarding-replan", [made.pk]),
        ("account-onboarding", [made.account_id]),
    ):  # fmt: skip
        answer = client.get(reverse(name, args=ids))
        assert answer.status_code == 200, name
        said = words(answer)
        for own in (cast.STARTING, "佐藤 美咲", "年輪テスト", "東日本", "小さな導入", "日本語", "年輪"):
            said = said.replace(own, "")
        assert re.findall(r"[ぁ-んァ-ヶー一-龠]+", said) == [], name


def test_merging_accounts_takes_the_project_along(me: Member, made: OnboardingProject) -> None:
    assert "work.onboardingproject.account" in {
        table.name for table in __import__("nenrin.work.following", fromlist=["x"]).tables()
    }


def test_a_standing_line_is_worked_out_from_rows(made: OnboardingProject) -> None:
    rows = list(made.steps.order_by("position"))
    plan = standings.forecast(made, rows, world.STARTS_ON + timedelta(1))
    assert plan.ends_on == date(2026, 11, 13)
    ownership.release(made.account, by=SYSTEM, at=world.BEGAN)
