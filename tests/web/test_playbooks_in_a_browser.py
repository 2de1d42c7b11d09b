"""The builder in a real browser: a playbook is built with the keyboard, tried on one account, published."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.foundation import organisation
from nenrin.playbooks.models import PlaybookVersion, Run
from nenrin.work.models import Task
from tests import cast
from tests.browsers import hindrances, overflow, signed_in
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


def test_a_playbook_is_built_with_the_keyboard_tried_on_one_account_and_published(page: Page) -> None:
    page.goto("/playbooks/new")
    page.get_by_role("button", name="「批判者のフォロー」から始める").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("批判者のフォロー")
    page.get_by_text("手順を足す").press("Enter")
    page.get_by_role("link", name="待つ", exact=True).press("Enter")
    page.get_by_label("長さ").fill("2")
    page.get_by_role("button", name="追加する").press("Enter")
    step = page.locator("[data-step=wait] a")
    step.focus()
    step.press("Alt+ArrowUp")
    page.wait_for_url("**moved=wait*")
    expect(page.locator("[data-step=wait] a")).to_be_focused()
    draft = PlaybookVersion.objects.get(playbook__key="detractor")
    assert [one["id"] for one in draft.document["steps"]] == ["call", "called", "wait", "close"]

    page.get_by_role("link", name="1社で試す").press("Enter")
    page.get_by_role("link", name=cast.DRIFTING).press("Enter")
    expect(page.locator(".trace")).to_contain_text("東雲精機株式会社に回答のお礼と理由の確認")
    assert not Task.objects.exists() and not Run.objects.exists()
    page.get_by_role("button", name="公開する").press("Enter")
    expect(page.locator("h1")).not_to_contain_text("案")
    assert PlaybookVersion.objects.get(playbook__key="detractor").state == "live"


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
