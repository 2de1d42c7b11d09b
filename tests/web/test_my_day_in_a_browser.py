"""My day in a browser: by keys alone from the queue to the task, and on a telephone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.work.models import Task
from tests import browsers, cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _desk(at: datetime) -> Member:
    """A CSM with two accounts whose notice deadlines are near, by the browser's own clock."""
    organisation.found("年輪テスト", at=at)
    member, today = cast.member(Role.CSM, team="東日本"), organisation.today(at)
    for name, left, mrr in ((cast.DRIFTING, 9, 480_000), (cast.THRIVING, 12, 120_000)):
        account = accounts.open(name, by=SYSTEM, at=at)
        ends = today + timedelta(left + 30)
        subscriptions.sign(
            account, by=SYSTEM, at=at, starts_on=ends - timedelta(365), ends_on=ends, mrr_minor=mrr,
            notice_deadline=today + timedelta(left),
        )  # fmt: skip
        ownership.assign(account, member, by=SYSTEM, at=at)
    return member


def test_by_keys_alone_a_row_becomes_a_task_and_is_taken_back(browser: Browser, live_server: Any) -> None:
    at = datetime.now().astimezone()
    member = _desk(at)
    page = browsers.signed_in(browser, live_server, member)
    page.goto("/my-day")
    expect(page.locator("h1")).to_contain_text("2件")
    page.keyboard.press("j")
    expect(page.locator("[data-queue-row].is-here")).to_contain_text(cast.DRIFTING)
    page.keyboard.press("e")
    expect(page.locator("[data-toast]")).to_contain_text("タスクにしました")
    assert Task.objects.get().assignee == member
    page.locator("[data-toast] form button").click()
    expect(page.locator("[data-toast]")).to_contain_text("元に戻しました")
    assert not Task.objects.open().exists()
    page.wait_for_load_state()  # its keys are heard from then on
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("h1")).to_contain_text("あとで")


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_its_window_and_hinders_nobody(browser: Browser, live_server: Any, width: int) -> None:
    page = browsers.signed_in(
        browser, live_server, _desk(datetime.now().astimezone()), viewport={"width": width, "height": 900}
    )
    page.goto("/my-day")
    assert browsers.overflow(page) == [] and browsers.hindrances(page) == []


def test_without_scripts_a_row_is_put_off_by_its_form(browser: Browser, live_server: Any) -> None:
    page = browsers.signed_in(browser, live_server, _desk(datetime.now().astimezone()), java_script_enabled=False)
    page.goto("/my-day")
    page.locator("#main [data-queue-row]").first.get_by_role("link", name="あとで").click()
    page.fill("input[name=words]", "先方不在")
    page.locator("#main form button").first.click()
    expect(page.locator("h1")).to_contain_text("1件")
