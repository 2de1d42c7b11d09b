"""A notice deadline in nine days, in a browser: on my day, on top of the pipeline, called, overruled, both kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Subscription
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.work.models import RenewalCall, Task
from tests import browsers, cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _desk(at: datetime) -> Member:
    """A CSM with two renewals: one is decided in nine days, the other in a hundred, by the browser's own clock."""
    organisation.found("年輪テスト", at=at)
    member, today = cast.member(Role.CSM, team="東日本"), organisation.today(at)
    for name, left in ((cast.THRIVING, 100), (cast.DRIFTING, 9)):
        account = accounts.open(name, by=SYSTEM, at=at)
        ends = today + timedelta(left + 30)
        subscriptions.sign(
            account, by=SYSTEM, at=at, starts_on=ends - timedelta(365), ends_on=ends, mrr_minor=480_000, term_months=12,
            notice_deadline=today + timedelta(left),
        )  # fmt: skip
        ownership.assign(account, member, by=SYSTEM, at=at)
    return member


def _called(page: Page, prefix: str, call: str, reason: str) -> None:
    page.select_option(f"#id_{prefix}call", call)
    page.fill(f"#id_{prefix}reason", reason)


def test_from_my_day_to_a_call_that_the_manager_overrules(browser: Browser, live_server: Any) -> None:
    at = datetime.now().astimezone()
    page = browsers.signed_in(browser, live_server, _desk(at))
    page.goto("/my-day")
    row = page.locator("#main [data-queue-row]").first
    expect(row).to_contain_text(cast.DRIFTING)
    expect(row).to_contain_text("更新拒絶期限日まで9日")
    row.locator("[data-queue-do=e]").click()
    expect(page.locator("[data-toast]").first).to_contain_text("タスクにしました")
    page.goto("/renewals")
    expect(page.locator("tbody tr[data-row], table[data-rows] tbody tr").first).to_contain_text(cast.DRIFTING)
    page.get_by_role("link", name=cast.DRIFTING).first.click()
    _called(page, "", "at_risk", "組織変更後に利用が減少")
    page.locator("#edit button").click()
    expect(page.locator("[data-toast]")).to_contain_text("見立てを保存しました")
    assert page.locator("#overrule").count() == 0, "a CSM cannot overrule"
    _overruled(browser, live_server)
    _done(page)


def _done(page: Page) -> None:
    """What was taken on is ended with its outcome; the account's timeline keeps what was said and done."""
    page.goto(f"/tasks/{Task.objects.get().pk}")
    page.fill("#outcome", "先方役員と合意済み")
    page.locator("form[action$='/finish'] button").click()
    expect(page.locator("h1 .tag")).to_be_visible()
    assert Task.objects.get().state == "done"
    account = Subscription.objects.get(account__name=cast.DRIFTING).account_id
    page.goto(f"/accounts/{account}/timeline")
    for words in ("の更新見込み: ", "の更新見込み（責任者）: ", "先方役員と合意済み"):
        expect(page.locator("#main")).to_contain_text(words)


def _overruled(browser: Browser, live_server: Any) -> None:
    head = browsers.signed_in(browser, live_server, cast.member(Role.HEAD, "髙木 直美"))
    term = Subscription.objects.get(account__name=cast.DRIFTING)
    head.goto(f"/renewals/{term.pk}")
    _called(head, "over-", "commit", "")
    head.locator("#overrule button").click()
    expect(head.locator("[role=alert]")).to_contain_text("担当の見立てと異なる理由")
    head.fill("#id_over-reason", "先方役員が継続を確約")
    head.locator("#overrule button").click()
    history = head.locator("section", has=head.locator("#calls"))
    expect(history).to_contain_text("先方役員が継続を確約")
    expect(history).to_contain_text("組織変更後に利用が減少")
    assert list(RenewalCall.objects.order_by("pk").values_list("side", "call")) == [
        ("csm", "at_risk"),
        ("manager", "commit"),
    ]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", ["/renewals", "/renewals/history"])
def test_it_fits_its_window_and_hinders_nobody(browser: Browser, live_server: Any, width: int, address: str) -> None:
    _desk(datetime.now().astimezone())
    member = cast.member(Role.HEAD, "髙木 直美")
    page = browsers.signed_in(browser, live_server, member, viewport={"width": width, "height": 900})
    page.goto(address)
    assert browsers.overflow(page) == [] and browsers.hindrances(page) == []


def test_without_scripts_the_renewal_is_called_from_the_list(browser: Browser, live_server: Any) -> None:
    page = browsers.signed_in(browser, live_server, _desk(datetime.now().astimezone()), java_script_enabled=False)
    page.goto("/renewals")
    page.locator("select[name=call].input").first.select_option("likely")
    page.locator("form:has(input[name=back]) button").first.click()
    assert RenewalCall.objects.get().call == "likely"
