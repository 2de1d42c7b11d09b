"""Starting small in a real browser: two questions, a shorter menu, everything opened, contracts imported, and the result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import accounts, days, subscriptions
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes, mirror
from nenrin.insight import health_models, refresh
from nenrin.insight.models import StartBaseline
from nenrin.insight.start import baselines
from tests import cast
from tests.browsers import hindrances, overflow, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def first_day(transactional_db: None, home: Path) -> Iterator[None]:
    with time_machine.travel(AT, tick=True):
        if not Organisation.objects.exists():
            organisation.found("年輪テスト", at=AT)
        yield


def test_from_two_questions_to_the_result_after_ninety_days(browser: Browser, live_server: Any) -> None:
    me = cast.member()
    page = signed_in(browser, live_server, me, viewport={"width": 1280, "height": 900})
    _answered(page)
    _opened(page)
    _contracts()
    page.goto("/start/result")
    expect(page.locator("main")).to_contain_text("開始から0日目")
    assert StartBaseline.objects.get().taken_on == AT.date()
    with time_machine.travel(AT + timedelta(95), tick=True):
        later = signed_in(browser, live_server, me, viewport={"width": 1280, "height": 900})
        later.goto("/")
        later.get_by_role("link", name="開始から95日。結果が出ています").click()
        row = later.get_by_role("row", name="月次解約率（社数）")
        expect(row).to_contain_text("改善")
        expect(row).to_contain_text("課題の指標")
        assert [*hindrances(later), *overflow(later)] == []
        with later.expect_download() as download:
            later.get_by_role("link", name="PDF").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def _answered(page: Page) -> None:
    """Two questions by keyboard alone, on the first page that an administrator sees."""
    page.goto("/")
    page.get_by_label("更新時の解約").focus()
    page.keyboard.press("Space")
    page.get_by_label("1人", exact=True).focus()
    page.keyboard.press("Space")
    assert [*hindrances(page), *overflow(page)] == []
    page.get_by_role("button", name="回答して始める").press("Enter")
    rail = page.get_by_role("navigation", name="主な画面")
    expect(rail.get_by_role("link", name="更新管理")).to_be_visible()
    expect(rail.get_by_role("link", name="提案機会")).to_have_count(0)


def _opened(page: Page) -> None:
    """A hidden page opens by its address; everything opens at the foot of the menu, and folds again."""
    rail = page.get_by_role("navigation", name="主な画面")
    page.goto("/opportunities")
    expect(rail.get_by_role("link", name="提案機会")).to_have_attribute("aria-current", "page")
    page.goto("/start")
    rail.get_by_role("button", name="すべて表示").click()
    expect(rail.get_by_role("link", name="提案機会")).to_be_visible()
    rail.get_by_role("button", name="絞った表示に戻す").click()
    expect(rail.get_by_role("link", name="提案機会")).to_have_count(0)


def _contracts() -> None:
    """What an import and a round of the worker leave: sixty customers, nine of whom left in the last ninety days."""
    now = datetime.now(UTC)
    days.install(by=SYSTEM, at=now)
    health_models.install(at=now)
    for n in range(60):
        account = accounts.open(f"顧客{n:02d}株式会社", by=SYSTEM, at=now, status="customer")
        ended = AT.date() - timedelta(9 * (n + 1)) if n < 9 else None
        subscriptions.sign(
            account, by=SYSTEM, at=now, starts_on=date(2025, 1, 10), term_months=36, mrr_minor=100_000, seats=5,
            ended_on=ended,
        )  # fmt: skip
    for _ in range(2):  # what the first refresh tells the journal is in the lake after the second
        while journal.seal():
            pass
        mirror.mirror_all(lakes.current())
        refresh.step(datetime.now(UTC))
    assert baselines.step(datetime.now(UTC)) == 1
