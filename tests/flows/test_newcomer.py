"""A newcomer with the README alone: sign in, understand the first red account, import a file, see the score move."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsers import follow
from tests.flows.running import wait_for

pytestmark = pytest.mark.browser
URGENT = "urgent"


def test_a_csm_understands_why_the_first_red_account_is_red(visitor: Any) -> None:
    guest = visitor("csm", language="en")
    guest.go("/accounts?band=at_risk&sort=score")
    follow(guest.page, guest.page.locator("main tbody a[href^='/accounts/']").first)
    assert "At risk" in guest.page.locator(".account-head").inner_text()
    finding = guest.page.locator(".finding").first.inner_text()
    assert len(finding) > 20
    shown = guest.page.locator("table.falls tbody tr")
    assert shown.count() >= 4


def test_the_rows_of_the_waterfall_add_up_to_the_score(visitor: Any) -> None:
    guest = visitor("csm", language="en")
    guest.go("/accounts")
    follow(guest.page, guest.page.locator("main tbody a[href^='/accounts/']").first)
    rows = guest.page.locator("table.falls tbody tr").all()
    effects = [float(row.locator("td").nth(4).inner_text().replace("−", "-").replace("±", "")) for row in rows]
    assert round(100 + sum(effects[:-1]), 1) == effects[-1]


def test_without_scripts_a_csm_signs_in_filters_and_writes_a_note(visitor: Any) -> None:
    guest = visitor("csm", scripts=False)
    guest.go("/accounts?q=白樺")
    follow(guest.page, guest.page.locator("main tbody a[href^='/accounts/']").first)
    guest.go(guest.page.url.removeprefix(guest.demo.base) + "/timeline")
    guest.page.locator("#write summary").click()
    form = guest.page.locator("#write form")
    form.locator("[name=title]").fill("定例会")
    form.locator("[name=body]").fill("部長の後任を確認した。")
    follow(guest.page, form.locator("button"))
    assert "部長の後任を確認した。" in guest.page.content()


def test_the_palette_finds_an_account_by_a_part_of_its_name(visitor: Any) -> None:
    guest = visitor("csm")
    guest.go("/")
    guest.page.keyboard.press("Control+k")
    guest.page.locator("#palette input").fill("白樺")
    expect(guest.page.locator("#palette [role=option]").first).to_contain_text("白樺")
    guest.page.keyboard.press("Enter")
    guest.page.wait_for_url("**/accounts/*")
    assert "白樺" in guest.page.title()


def test_an_imported_ticket_moves_the_score_and_is_named_as_the_reason(visitor: Any, tmp_path: Path) -> None:
    """An urgent ticket from a file put in on the page: the worker takes it in, today's value falls, and it shows why."""
    guest = visitor("operations", language="en")
    guest.go("/accounts?q=あけぼの")
    path = guest.page.locator("main tbody a[href^='/accounts/']").first.get_attribute("href") or ""
    before = _today(guest, path)
    assert _lost_by(guest, path, URGENT) == 0, "nothing urgent was open"
    opened = (datetime.now(UTC) - timedelta(days=12)).date().isoformat()
    file = tmp_path / "tickets.csv"
    file.write_text(f"key,account_key,priority,opened_at,subject\nT-9001,T-recovering,urgent,{opened},全拠点で停止\n")
    _imported(guest, "tickets", file)
    wait_for(lambda: _today(guest, path) < before, 90, "the worker to take the file and the ticket in")
    assert _lost_by(guest, path, URGENT) > 0
    guest.go(f"{path}/timeline?kind=ticket")
    assert "全拠点で停止" in guest.page.locator("main").inner_text()


def _imported(guest: Any, kind: str, file: Path) -> None:
    """The pages of an import from the file to its start, as somebody goes through them."""
    guest.go("/imports/new")
    guest.page.select_option("select[name=kind]", kind)
    guest.page.fill("input[name=source]", "Desk")
    guest.page.set_input_files("input[name=file]", file)
    guest.page.locator("main button.button--primary").click()
    guest.page.wait_for_url(re.compile(r"/imports/\d+/mapping"))
    guest.page.locator("main button.button--primary").last.click()
    guest.page.wait_for_url(re.compile(r"/imports/\d+$"))
    follow(guest.page, guest.page.locator("form[action$='/start'] button"))


def _lost_by(guest: Any, path: str, measure: str) -> float:
    """Points that a measure takes from the score, as the waterfall says; 0 where it has no row."""
    guest.go(f"{path}/health")
    row = guest.page.locator("table.falls tbody tr", has_text=measure)
    if not row.count():
        return 0.0
    return -float(row.first.locator("td").nth(4).inner_text().replace("−", "-").replace("±", ""))


def _today(guest: Any, path: str) -> float:
    guest.go(path)
    return float(guest.page.locator(".facts dd").nth(1).inner_text().split()[0])


def test_an_outsider_is_sent_to_the_sign_in_and_a_role_without_permission_is_told(visitor: Any) -> None:
    guest = visitor()
    answer = guest.page.goto(guest.demo.base + "/accounts")
    assert "/sign-in/login/" in guest.page.url and answer is not None
    seller = visitor("sales")
    answer = seller.page.goto(seller.demo.base + "/tokens")
    assert answer is not None and answer.status == 403
