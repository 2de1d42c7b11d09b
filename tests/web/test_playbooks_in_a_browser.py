"""The builder in a real browser: a playbook is built with the keyboard, tried on one account, published."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from nenrin.foundation import organisation
from nenrin.playbooks.models import PlaybookVersion, Run
from nenrin.work.models import Task
from tests import cast
from tests.browsers import enter, hindrances, overflow, signed_in, tab_to
from tests.conftest import AT
from tests.playbooks import stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server: object, transactional_db: None) -> Iterator[Page]:
    organisation.found("年輪テスト", at=AT)
    owner = stage.csm()
    stage.account(at=AT, owner=owner)
    stage.published(stage.document(), at=AT)
    window = {"viewport": {"width": 1440, "height": 1000}, "locale": "ja-JP"}
    opened = signed_in(browser, live_server, cast.member(), **window)
    yield opened
    opened.context.close()


def test_a_ready_made_playbook_is_taken_with_the_keyboard_tried_on_one_account_and_published(page: Page) -> None:
    """Tab, Enter, arrows and letters alone, from the library to the published playbook; nothing hinders on the way."""
    page.goto("/playbooks/new")
    enter(page, page.get_by_role("button", name="「批判者のフォロー」から始める"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("批判者のフォロー")
    added(page, "手順を足す", "待つ", ("#f-time", "2"))
    step = page.locator("[data-step=wait] a")
    tab_to(page, step)
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_url("**moved=wait*")
    expect(page.locator("[data-step=wait] a")).to_be_focused()
    assert hindrances(page) == []
    draft = PlaybookVersion.objects.get(playbook__key="detractor")
    assert [one["id"] for one in draft.document["steps"]] == ["call", "called", "wait", "close"]

    enter(page, page.get_by_role("link", name="1社で試す"))
    enter(page, page.get_by_role("link", name=cast.DRIFTING))
    expect(page.locator(".trace")).to_contain_text("東雲精機株式会社に回答のお礼と理由の確認")
    assert hindrances(page) == []
    assert not Task.objects.exists() and not Run.objects.exists()
    enter(page, page.get_by_role("button", name="公開する"))
    expect(page.locator("h1")).not_to_contain_text("案")
    assert PlaybookVersion.objects.get(playbook__key="detractor").state == "live"


def added(page: Page, menu: str, kind: str, *fields: tuple[str, str]) -> None:
    """Open a menu of the builder, choose a kind, fill its form and save: by Tab, Enter and letters."""
    enter(page, page.locator("summary", has_text=menu))
    enter(page, page.locator("#main").get_by_role("link", name=kind, exact=True))
    page.wait_for_url("**part=new*")
    for field, words in fields:
        typed(page, field, words)
    sent(page, page.get_by_role("button", name="追加する"))


def sent(page: Page, button: Locator) -> None:
    """Tab to the button, press Enter, and wait for the page that answers: the skip link on the way is no answer."""
    tab_to(page, button)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def typed(page: Page, field: str, words: str) -> None:
    tab_to(page, page.locator(field))
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def test_a_playbook_is_built_from_nothing_and_published_with_its_hypothesis_by_the_keyboard_alone(page: Page) -> None:
    page.goto("/playbooks/new")
    typed(page, "#name-ja", "利用低下の連絡")
    typed(page, "#name-en", "Word about use")
    enter(page, page.get_by_role("button", name="案を作る"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("利用低下の連絡")
    added(page, "トリガーを足す", "ヘルススコアが下がる", ("#f-points", "20"), ("#f-days", "14"))
    added(page, "手順を足す", "待つ", ("#f-time", "3"))
    added(page, "手順を足す", "タグ", ("#f-tag", "利用低下"))
    sent(page, page.get_by_role("button", name="公開する"))
    assert PlaybookVersion.objects.get(playbook__key="word-about-use").state == "draft", (
        "nothing says what it should change"
    )

    expect(page.get_by_role("heading", name="名前・目的・仮説")).to_be_visible()
    tab_to(page, page.locator("#measure"))
    page.keyboard.press("ArrowDown")
    typed(page, "#expected", "-0.05")
    sent(page, page.locator("form.fields").get_by_role("button", name="案を保存する"))
    assert hindrances(page) == []
    sent(page, page.get_by_role("button", name="公開する"))
    live = PlaybookVersion.objects.get(playbook__key="word-about-use")
    told = live.document
    assert live.state == "live"
    assert [one["trigger"] for one in told["when"]] == ["band_change", "score_fall"]
    assert (told["when"][1]["points"], told["when"][1]["days"]) == (20, 14)
    assert [one["do"] for one in told["steps"]] == ["open_task", "wait", "tag"]
    assert told["hypothesis"]["measure"] == "churn" and told["hypothesis"]["expected"] == -0.05


@pytest.mark.parametrize(
    "address",
    ["/playbooks", "/playbooks/new", "/playbooks/rescue", "/playbooks/rescue?part=limits", "/playbooks/rescue?part=new:send_mail",
     "/playbooks/rescue/versions", "/playbooks/rescue/replay", "/playbooks/rescue/why", "/playbooks/rescue/try", "/runs",
     "/replays"],
)  # fmt: skip
def test_nothing_serious_stands_in_the_way_of_anybody(page: Page, address: str) -> None:
    page.goto(address)
    if os.environ.get("NENRIN_SHOTS"):
        name = address.strip("/").replace("/", "-").replace("?", "-").replace(":", "-")
        page.screenshot(path=f"{os.environ['NENRIN_SHOTS']}/{name}.png", full_page=True)
    assert [*hindrances(page), *overflow(page)] == []
