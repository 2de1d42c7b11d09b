"""One's own steps and files first, those of colleagues left out on demand; nobody is named, nothing of others shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nenrin.customers import contacts
from nenrin.customers.models import Contact
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.work.models import OnboardingFile
from nenrin.work.onboarding import files, links, steps
from tests import cast
from tests.web import page_tree
from tests.web.portal.test_portal import PDF, Way, text
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME

pytestmark = pytest.mark.django_db
OTHER = "小林 誠"


class Two(Way):
    """A project with two people of the customer's, each with a link; Kimura's is `self.issued`."""

    def __init__(self, name: str = cast.STARTING) -> None:
        super().__init__(name)
        self.other = world.person(self.project.account, OTHER)
        self.others = links.issue(self.project, self.other, by=ME, at=self.at)

    def give(self, key: str, contact: Contact) -> None:
        steps.change(self.step(key), by=ME, at=self.at, contact_id=contact.pk)

    def page(self, whose: str = "", *, secret: str = "", language: str = "") -> Any:
        address = reverse("portal", args=[secret or self.issued.secret])
        if language:
            self.client.post(reverse("portal-language", args=[secret or self.issued.secret]), {"language": language})
        return self.client.get(address, {"whose": whose} if whose else {})

    def upload(self, secret: str, name: str, query: str = "") -> Any:
        address = reverse("portal-upload", args=[secret]) + query
        return self.client.post(address, {"file": SimpleUploadedFile(name, PDF)})


@pytest.fixture
def two(org: Organisation) -> Two:
    made = Two()
    made.finish("kickoff")
    return made


def names_of_files(answer: Any) -> list[str]:
    return re.findall(r">([a-z]+\.pdf)<", answer.content.decode())


def test_a_colleagues_step_is_left_out_of_ones_own(two: Two) -> None:
    two.give("list", two.other)
    two.give("import", two.contact)
    everybodys, mine, theirs = two.page(), two.page("mine"), two.page("mine", secret=two.others.secret)
    assert "利用者一覧" in text(everybodys) and "ほかのご担当者" in text(everybodys)
    assert f'id="step-{two.step("list").pk}"' not in mine.content.decode()
    assert "ほかのご担当者の作業を見る" in text(mine)
    assert "利用者一覧" in text(theirs) and "ご自身の担当" in text(theirs)


def test_what_nobody_has_is_everybodys(two: Two) -> None:
    two.give("import", two.other)
    for secret in (two.issued.secret, two.others.secret):
        assert f'id="step-{two.step("list").pk}"' in two.page("mine", secret=secret).content.decode()


def test_ones_own_stand_before_a_colleagues(two: Two) -> None:
    two.finish("list")
    two.give("import", two.other)
    files.give(two.project, "ours.pdf", [PDF], member=two.project.owner, at=two.at)
    two.upload(two.others.secret, "others.pdf")
    two.upload(two.issued.secret, "mine.pdf")
    assert names_of_files(two.page()) == ["mine.pdf", "ours.pdf", "others.pdf"]
    assert names_of_files(two.page("mine")) == ["mine.pdf", "ours.pdf"]
    assert names_of_files(two.page("mine", secret=two.others.secret)) == ["others.pdf", "ours.pdf"]


def test_what_a_colleague_had_who_left_is_anybodys(two: Two) -> None:
    two.give("list", two.other)
    here = f'id="step-{two.step("list").pk}"'
    assert here not in two.page("mine").content.decode()
    contacts.change(two.other, by=SYSTEM, at=two.at, left_on=two.at.date())
    assert here in two.page("mine").content.decode()


def test_a_file_of_ours_beside_a_colleagues_step_is_theirs(two: Two) -> None:
    two.give("list", two.other)
    files.give(two.project, "hint.pdf", [PDF], member=two.project.owner, at=two.at, step=two.step("list"))
    assert names_of_files(two.page("mine")) == [] and "hint.pdf" in names_of_files(two.page())


def test_where_nothing_is_a_colleagues_there_is_nothing_to_choose(two: Two) -> None:
    assert "自分の担当分" not in text(two.page()) and "自分の担当分" not in text(two.page("mine"))
    two.give("list", two.contact)
    assert "自分の担当分" not in text(two.page())
    two.give("list", two.other)
    assert "自分の担当分" in text(two.page()) and "自分の担当分" in text(two.page("mine"))


@pytest.mark.parametrize(
    ("language", "label", "words"),
    [
        ("ja", "表示するステップとファイル", ["自社全体", "自分の担当分"]),
        ("en", "Whose steps and files", ["Our whole company", "Mine"]),
    ],
)
def test_the_choice_is_a_named_list_of_links_that_says_where_one_is(
    two: Two, language: str, label: str, words: list[str]
) -> None:
    two.give("list", two.other)
    for whose, here in (("", 0), ("mine", 1)):
        page = page_tree.read(two.page(whose, language=language).content.decode())
        [nav] = [node for node in page.all("nav") if node.attrs.get("aria-label") == label]
        found = list(nav.all("a"))
        assert [re.sub(r"[\s\d]+$", "", node.text) for node in found] == words
        assert [node.attrs.get("aria-current") for node in found] == [("page" if n == here else None) for n in range(2)]
        assert all(node.attrs["href"].startswith("/p/") and "tabindex" not in node.attrs for node in found)


def test_what_one_does_leads_back_to_the_same_choice(two: Two) -> None:
    two.give("import", two.other)
    sent = two.upload(two.issued.secret, "mine.pdf", "?whose=mine")
    assert "whose=mine" in sent["Location"] and "said=handed" in sent["Location"]
    language = two.client.post(two.url("portal-language") + "?whose=mine", {"language": "en"})
    assert language["Location"].endswith("?whose=mine")
    assert 'action="' + two.url("portal-message") + '?whose=mine"' in two.page("mine").content.decode()
    assert "whose" not in two.upload(two.issued.secret, "again.pdf")["Location"]
    refused = two.client.post(two.url("portal-message") + "?whose=mine", {"body": " "})
    assert refused.status_code == 422 and f'action="{two.url("portal-message")}?whose=mine"' in refused.content.decode()


@pytest.mark.parametrize("whose", ["", "mine", "everybody", "<script>"])
def test_nobody_of_theirs_is_named_whatever_is_asked_for(two: Two, whose: str) -> None:
    two.give("list", two.other)
    two.upload(two.others.secret, "others.pdf")
    for secret in (two.issued.secret, two.others.secret):
        page = two.page(whose, secret=secret)
        assert page.status_code == 200
        for name in ("木村", "小林", "kimura", "<script>"):
            assert name not in page.content.decode()


def test_another_company_sees_nothing_of_it(two: Two) -> None:
    far = Two(cast.THRIVING)
    two.give("list", two.other)
    two.upload(two.issued.secret, "mine.pdf")
    [kept] = OnboardingFile.objects.filter(project=two.project)
    for whose in ("", "mine"):
        page = far.page(whose).content.decode()
        assert "mine.pdf" not in page and two.project.account.name not in page
        assert f"step-{two.step('list').pk}" not in page and "自分の担当分" not in page
    for secret in (far.issued.secret, far.others.secret):
        address = reverse("portal-file", args=[secret, kept.pk]) + "?whose=mine"
        assert Client(raise_request_exception=False).get(address).status_code == 404
        step = reverse("portal-step", args=[secret, two.step("list").pk]) + "?whose=mine"
        assert Client(raise_request_exception=False).post(step, {"do": "done"}).status_code == 404
