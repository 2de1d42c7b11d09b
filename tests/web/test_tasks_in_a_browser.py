"""Tasks in a browser, by keys alone: rows ticked and done at once, a due day on which nobody works."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.work import tasks
from nenrin.work.models import Task
from tests import browsers, cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("電話", "訪問", "資料送付")


def _desk(at: datetime) -> tuple[Member, Account]:
    organisation.found("年輪テスト", at=at)
    member = cast.member(Role.CSM, team="東日本")
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(account, member, by=SYSTEM, at=at)
    return member, account


def _tick(page: Page, rows: int) -> None:
    """The first rows, by the keys of every list."""
    for _ in range(rows):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text(str(rows))


def test_by_keys_alone_tasks_are_ticked_and_done_together(browser: Browser, live_server: Any) -> None:
    at = datetime.now().astimezone()
    member, account = _desk(at)
    for name in NAMES:
        tasks.open(account, name, assignee=member, due_on=organisation.today(at), by=SYSTEM, at=at)
    page = browsers.signed_in(browser, live_server, member)
    page.goto("/tasks")
    _tick(page, 2)
    browsers.enter(page, page.locator("[data-bulk] button[value=finish]"))
    expect(page.locator("[data-toast]")).to_be_visible()
    assert Task.objects.filter(state="done").count() == 2 and Task.objects.open().count() == 1


def test_by_keys_alone_a_day_on_which_nobody_works_becomes_the_next_on_which_they_do(
    browser: Browser, live_server: Any
) -> None:
    at = datetime.now().astimezone()
    member, _account = _desk(at)
    today = organisation.today(at)
    saturday = today + timedelta((5 - today.weekday()) % 7 + 7)
    page = browsers.signed_in(browser, live_server, member)
    page.goto("/tasks/new")
    field = page.locator("#id_due_on")
    browsers.tab_to(page, field)
    field.fill(saturday.isoformat())  # the order of its parts is the browser's own
    offer = page.locator("#due-said button")
    browsers.enter(page, offer)
    expect(page.locator("#due-said button")).to_have_count(0)
    taken = page.locator("#id_due_on").input_value()
    assert taken > saturday.isoformat() and datetime.fromisoformat(taken).weekday() < 5
    expect(page.locator("#id_due_on")).to_be_focused()
