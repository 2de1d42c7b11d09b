"""The board in a real browser: a card is dragged and asked for a reason, moved by keyboard alone, and by no script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import StageStay
from tests import cast
from tests.browsers import enter, hindrances, overflow, signed_in, tab_to
from tests.work import journeys_world as world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def me(transactional_db: None) -> Member:
    began = timezone.now() - timedelta(days=14)
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=began)
    member = cast.member(Role.HEAD, "高木 涼")
    world.in_use(began)
    world.customer(cast.DRIFTING, "onboarding", at=began)
    world.customer(cast.THRIVING, "onboarding", at=began, tags=["done", "well"])
    return member


def board(browser: Browser, live_server: Any, me: Member, **options: Any) -> Page:
    page = signed_in(browser, live_server, me, viewport=WIDE, **options)
    page.goto(reverse("journey"))
    return page


def lane(page: Page, stage: str) -> Any:
    return page.locator(f'[data-lane="{stage}"]')


def test_a_dragged_card_asks_for_a_reason_and_can_be_put_back(browser: Browser, live_server: Any, me: Member) -> None:
    page = board(browser, live_server, me)
    assert hindrances(page) == [] and overflow(page) == []
    card = page.locator("[data-card]", has_text=cast.DRIFTING)
    card.drag_to(lane(page, "adoption"))
    ask = page.get_by_role("dialog")
    expect(ask).to_contain_text("完了条件を満たしていない")
    assert hindrances(page) == []
    expect(ask.get_by_role("textbox", name="理由")).to_be_focused()
    ask.get_by_role("button", name="キャンセル").click()
    expect(ask).to_be_hidden()
    assert Account.objects.get(name=cast.DRIFTING).stage == "onboarding"
    card.drag_to(lane(page, "adoption"))
    ask.get_by_role("textbox", name="理由").fill("本番稼働を優先")
    ask.get_by_role("button", name="理由を残して移動").click()
    expect(lane(page, "adoption")).to_contain_text(cast.DRIFTING)
    expect(page.locator("#toasts")).to_contain_text("はじめる → 活用")
    expect(page.get_by_role("link", name=cast.DRIFTING)).to_be_focused()
    assert StageStay.objects.open().get(account__name=cast.DRIFTING).reason == "本番稼働を優先"
    page.locator("#toasts").get_by_role("button", name="元に戻す").click()
    expect(lane(page, "onboarding")).to_contain_text(cast.DRIFTING)


def test_the_keyboard_alone_moves_a_card(browser: Browser, live_server: Any, me: Member) -> None:
    page = board(browser, live_server, me)
    tab_to(page, page.get_by_role("link", name=cast.THRIVING))
    page.keyboard.press("Alt+ArrowRight")
    expect(lane(page, "adoption")).to_contain_text(cast.THRIVING)
    expect(page.locator("#toasts")).to_contain_text(re.compile("はじめる → 活用"))
    expect(page.get_by_role("link", name=cast.THRIVING)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("link", name=cast.DRIFTING)).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("dialog").get_by_role("textbox", name="理由")).to_be_focused()
    page.keyboard.type("keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(lane(page, "adoption")).to_contain_text(cast.DRIFTING)
    assert hindrances(page) == []


def test_the_keyboard_alone_moves_a_card_by_its_button_and_gives_the_reason(
    browser: Browser, live_server: Any, me: Member
) -> None:
    """Without knowing of Alt and the arrows: the button on the card, the list of stages, the words in the dialogue."""
    page = board(browser, live_server, me)
    card = page.locator("[data-card]", has_text=cast.DRIFTING)
    enter(page, card.locator("summary"))
    tab_to(page, card.get_by_role("combobox", name="移動先のステージ"), most=3)
    page.keyboard.press("End")
    enter(page, card.get_by_role("button", name="移動"))
    ask = page.get_by_role("dialog")
    tab_to(page, ask.get_by_role("textbox", name="理由"))
    page.keyboard.press("Escape")
    expect(ask).to_be_hidden()
    assert Account.objects.get(name=cast.DRIFTING).stage == "onboarding", "left without an answer, nothing moved"
    enter(page, card.locator("summary"))  # the dialogue closed the list
    tab_to(page, card.get_by_role("combobox", name="移動先のステージ"), most=3)
    page.keyboard.press("End")
    enter(page, card.get_by_role("button", name="移動"))
    tab_to(page, ask.get_by_role("textbox", name="理由"))
    page.keyboard.type("拡大の商談が先に決まった")
    enter(page, ask.get_by_role("button", name="理由を残して移動"))
    expect(lane(page, "expansion")).to_contain_text(cast.DRIFTING)
    stay = StageStay.objects.open().get(account__name=cast.DRIFTING)
    assert (stay.stage, stay.reason) == ("expansion", "拡大の商談が先に決まった")
    tab_to(page, page.locator("#toasts").get_by_role("button", name="元に戻す"))
    page.keyboard.press("Enter")
    expect(lane(page, "onboarding")).to_contain_text(cast.DRIFTING)


def test_without_scripts_the_move_button_does_the_same(browser: Browser, live_server: Any, me: Member) -> None:
    page = board(browser, live_server, me, java_script_enabled=False)
    card = page.locator("[data-card]", has_text=cast.DRIFTING)
    card.locator("summary").click()
    card.get_by_role("combobox", name="移動先のステージ").select_option("adoption")
    card.get_by_role("button", name="移動").click()
    page.get_by_role("textbox", name="理由").fill("紙の申込書で確認済み")
    page.get_by_role("button", name="理由を残して移動").click()
    expect(lane(page, "adoption")).to_contain_text(cast.DRIFTING)


def test_the_designer_and_the_other_pages_hinder_nobody(browser: Browser, live_server: Any, me: Member) -> None:
    page = signed_in(browser, live_server, me, viewport={"width": 400, "height": 800})
    addresses = [
        reverse(name)
        for name in ("journey", "journey-table", "journey-suggestions", "journey-stalls", "journey-design")
    ]
    addresses += [reverse("journey-one", args=["small"]), reverse("journey-stage", args=["small", "onboarding"])]
    for address in addresses:
        page.goto(address)
        assert hindrances(page) == [] and overflow(page) == [], address
