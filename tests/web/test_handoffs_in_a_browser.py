"""The story of a new customer in a real browser: sales fills the handoff, customer success asks and accepts, the promise
stands in the ledger, and success is agreed and shared; in both languages, usable by everyone, on a telephone too."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Handoff, Promise, SuccessPlan
from tests import cast
from tests.browsers import hindrances, overflow, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def people(transactional_db: None, home: Path) -> tuple[Account, Member, Member]:
    """A customer with its seller and its CSM."""
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=AT)
    seller, csm = cast.member(Role.SALES, "山口 健"), cast.member(Role.CSM, team="東日本")
    account = accounts.open(cast.STARTING, by=SYSTEM, at=AT)
    contacts.add(account, "田中 隆志", role="decision_maker", by=SYSTEM, at=AT)
    ownership.assign(account, seller, by=SYSTEM, at=AT, phase=Phase.SALES)
    ownership.assign(account, csm, by=SYSTEM, at=AT)
    return account, seller, csm


def clean(page: Page) -> None:
    assert [*hindrances(page), *overflow(page)] == [], page.url


def test_from_the_handoff_to_the_promise_in_the_ledger(
    browser: Browser, live_server: Any, people: tuple[Account, Member, Member]
) -> None:
    account, seller, csm = people
    sales = signed_in(browser, live_server, seller, viewport={"width": 390, "height": 900})
    sales.goto(f"/accounts/{account.pk}/handoff")
    sales.get_by_role("button", name="引き継ぎを始める").click()
    clean(sales)
    for item in ("purpose", "success", "deal", "schedule"):
        sales.locator(f"#id_words-{item}").fill(f"{item}の説明")
    sales.get_by_label("田中 隆志").check()
    sales.locator("#id_promise-0").fill("現地での研修を2回")
    sales.locator("#id_promise-due-0").fill("2027-01-15")
    sales.get_by_role("button", name="保存してカスタマーサクセスへ送る").click()
    expect(sales.get_by_role("alert")).to_contain_text("ITリテラシー")  # nothing typed is lost
    expect(sales.locator("#id_words-purpose")).to_have_value("purposeの説明")
    sales.locator("#item-literacy summary").click()
    sales.locator("#id_reason-literacy").fill("情報システム部が対応")
    sales.get_by_role("button", name="保存してカスタマーサクセスへ送る").click()
    expect(sales.get_by_role("heading", level=1)).to_contain_text(account.name)
    clean(sales)
    assert Handoff.objects.get().state == "sent" and Promise.objects.count() == 1
    sales.context.close()

    success = signed_in(browser, live_server, csm, viewport={"width": 1280, "height": 900}, color_scheme="dark")
    success.goto("/handoffs")
    clean(success)
    success.get_by_role("link", name=account.name).click()
    success.get_by_role("link", name="質問を添えて差し戻す").click()
    success.locator("#id_question-success").fill("どの数値で判断しますか")
    success.get_by_role("button", name="差し戻す").click()
    assert Handoff.objects.get().state == "returned"
    success.context.close()

    again = signed_in(browser, live_server, seller)
    again.goto(f"/handoffs/{Handoff.objects.get().pk}/edit")
    again.get_by_label("どの数値で判断しますか").fill("月次の締め日")
    again.get_by_role("button", name="保存してカスタマーサクセスへ送る").click()
    again.context.close()

    Member.objects.filter(pk=csm.pk).update(language="en")
    last = signed_in(browser, live_server, csm, viewport={"width": 1280, "height": 900})
    last.goto(f"/accounts/{account.pk}/handoff")
    clean(last)
    last.get_by_role("button", name="Accept the handoff").click()
    expect(last.get_by_text("Note the fit that you found")).to_be_visible()
    last.goto("/promises?mine=1")
    clean(last)
    last.get_by_role("link", name="現地での研修を2回").click()
    last.locator("#keep-words").fill("Held on both days")
    last.get_by_role("button", name="Mark as kept").click()
    expect(last.get_by_text("Held on both days")).to_be_visible()
    clean(last)
    last.context.close()
    row = Promise.objects.get()
    assert (row.owner, row.given_by, row.state) == (csm, seller, "kept")


def test_from_the_customers_words_to_a_plan_that_the_customer_reads(
    browser: Browser, live_server: Any, people: tuple[Account, Member, Member]
) -> None:
    account, _, csm = people
    page = signed_in(browser, live_server, csm, viewport={"width": 1280, "height": 900})
    page.goto(f"/accounts/{account.pk}/plans")
    clean(page)
    page.get_by_role("link", name="サクセスプランを作成する").click()
    page.get_by_label("テンプレート").select_option("efficiency")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("合意までに必要なもの")).to_be_visible()
    clean(page)
    page.get_by_role("link", name="編集する", exact=True).click()
    page.locator("#id_success").fill("2営業日目に締まること")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="定型業務にかかる時間").click()
    page.locator("#id_baseline").fill("120")
    page.locator("#id_target").fill("70")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="定型業務にかかる時間").click()
    clean(page)
    page.locator("#id_value").fill("95")
    page.get_by_role("button", name="値を記録する").click()
    page.locator("#id_agreed_with").fill("田中 隆志")
    page.get_by_role("button", name="合意した").click()
    page.get_by_role("button", name="リンクを作成する").click()
    clean(page)
    address = page.locator("[data-copy]").get_attribute("data-copy") or ""
    page.context.close()
    plan = SuccessPlan.objects.get()
    assert (plan.state, plan.edition) == ("agreed", 1)

    window = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 800})
    theirs = window.new_page()
    theirs.goto(re.sub(r"^https?://[^/]+", live_server.url, address))
    expect(theirs.get_by_text("2営業日目に締まること")).to_be_visible()
    expect(theirs.get_by_text("50%")).to_be_visible()
    assert "田中" not in theirs.content() and csm.name not in theirs.content()
    clean(theirs)
    window.close()
