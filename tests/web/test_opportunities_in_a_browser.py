"""From a candidate to a won opportunity in a real browser: opened with a reason while health is red, proposed, handed over,
taken on and won; in both languages, by everyone, on a telephone too."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import opportunities
from nenrin.work.models import Notice, Opportunity, Proposal
from tests import cast
from tests.browsers import hindrances, overflow, signed_in
from tests.work import opportunities_world as world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def people(transactional_db: None, home: Path) -> tuple[Account, Member, Member]:
    """A customer that is not well, with its seller and its CSM."""
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=AT)
    seller, csm = cast.member(Role.SALES, "山口 健"), cast.member(Role.CSM, team="東日本")
    account = world.customer(at=AT, owner=csm)
    ownership.assign(account, seller, by=SYSTEM, at=AT, phase=Phase.SALES)
    world.health(account, "at_risk", 31)
    world.used(account, 0.9, 18)
    return account, seller, csm


def clean(page: Page) -> None:
    assert [*hindrances(page), *overflow(page)] == [], page.url


def test_from_the_candidate_to_the_won_opportunity(
    browser: Browser, live_server: Any, people: tuple[Account, Member, Member]
) -> None:
    _, seller, csm = people
    page = signed_in(browser, live_server, csm, viewport={"width": 1280, "height": 900})
    page.goto("/opportunities")
    clean(page)
    page.get_by_role("link", name="提案候補", exact=True).click()
    expect(page.get_by_text("ヘルスが危険（31点）")).to_be_visible()
    clean(page)
    page.get_by_role("link", name="理由を添えて登録").click()
    page.get_by_role("button", name="提案機会を登録する").click()
    expect(page.get_by_role("alert")).to_contain_text("提案を保留中")
    clean(page)
    page.locator("#open-reason").fill("お客様からのご要望")
    page.get_by_role("button", name="提案機会を登録する").click()
    expect(page.get_by_text("お客様からのご要望")).to_be_visible()
    clean(page)
    page.get_by_role("link", name="提案を記録する").click()
    page.get_by_label("顧客の目標への効果").fill("月次の締めが早まる")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#id_reason")).to_be_visible()
    page.locator("#id_reason").fill("支援と並行して合意済み")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("月次の締めが早まる")).to_be_visible()
    page.locator("#answer-answer").select_option("accepted")
    page.get_by_role("button", name="回答を記録する").click()
    page.get_by_role("button", name="営業へ引き渡す").click()
    expect(page.get_by_text("対応可否の回答待ち")).to_be_visible()
    clean(page)
    page.context.close()
    row = Opportunity.objects.get()
    assert (row.state, row.seller, Proposal.objects.get().answer) == ("handed", seller, "accepted")
    assert Notice.objects.filter(member=seller, code="opportunity.handed").exists()

    Member.objects.filter(pk=seller.pk).update(language="en")
    his = signed_in(browser, live_server, seller, viewport={"width": 390, "height": 900}, color_scheme="dark")
    his.goto(f"/opportunities/{row.pk}")
    clean(his)
    his.get_by_role("button", name="Take it on").click()
    his.locator("#win-won_minor").fill("28000")
    his.get_by_role("button", name="Won", exact=True).click()
    expect(his.get_by_role("heading", level=1)).to_contain_text("Won")
    clean(his)
    his.goto("/opportunities?state=all")
    clean(his)
    his.goto("/opportunities/whitespace")
    clean(his)
    his.context.close()
    assert Opportunity.objects.get().won_minor == 28_000
    assert Notice.objects.filter(member=csm, code="opportunity.won").exists()


def test_a_card_is_moved_by_the_keyboard_and_by_hand(
    browser: Browser, live_server: Any, people: tuple[Account, Member, Member]
) -> None:
    account, seller, csm = people
    row = opportunities.open(account, "seats", expected=30_000, reason="ご要望", by=SYSTEM, at=AT, owner=csm)
    page = signed_in(browser, live_server, csm, viewport={"width": 1280, "height": 900})
    page.goto("/opportunities/board")
    clean(page)
    card = page.locator(f"#opportunity-{row.pk}")
    card.get_by_role("link", name=account.name).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page).to_have_url(re.compile(f"/opportunities/{row.pk}/propose$"))
    page.goto("/opportunities/board")
    card.drag_to(page.locator('[data-lane="handed"]'))
    expect(page.get_by_role("heading", level=1)).to_contain_text("営業が対応中")
    clean(page)
    page.locator("#hand-seller").select_option(str(seller.pk))
    page.get_by_role("button", name="移動", exact=True).click()
    expect(page.locator('[data-lane="handed"]').get_by_role("link", name=account.name)).to_be_focused()
    page.locator('[data-lane="handed"]').get_by_text("移動", exact=False).first.click()
    clean(page)
    page.context.close()
    row.refresh_from_db()
    assert (row.state, row.seller) == ("handed", seller)
    phone = signed_in(browser, live_server, seller, viewport={"width": 390, "height": 900}, color_scheme="dark")
    phone.goto("/opportunities/board")
    clean(phone)
    phone.context.close()
