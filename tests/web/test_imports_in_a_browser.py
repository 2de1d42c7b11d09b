"""The import pages in a real browser, in each state that a file can be in: usable by everyone, in both themes, and on
a telephone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import imports
from nenrin.ingest.models import Import
from tests import cast
from tests.browsers import hindrances, overflow, signed_in
from tests.ingest.files_kit import finish, imported, run, uploaded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 24, tzinfo=UTC)
GOOD = "顧客ID,会社名,従業員数\nA1,㈱髙橋製作所,１２０\nA2,鈴木商店,十二\n,名無し商会,3\n"


@pytest.fixture
def operator(transactional_db: None, home: Path) -> Member:
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=AT)
    return cast.member(Role.OPERATIONS)


def _in_every_state() -> dict[str, str]:
    """Addresses by state."""
    undone = imported("accounts", GOOD, AT)
    imports.undo(undone, by=SYSTEM, at=AT)
    finish(AT)
    done, checked = imported("accounts", GOOD, AT), run(uploaded("accounts", GOOD, AT), AT, dry=True)
    failed = uploaded("accounts", GOOD, AT)
    imports.assign(failed, imports.mapping_of(failed), by=SYSTEM, at=AT)
    imports.start(failed, by=SYSTEM, at=AT)
    imports.discard(failed)
    finish(AT)
    fresh, garbled = uploaded("accounts", GOOD, AT), uploaded("accounts", "番号,社名\n1,x\n".encode("euc_jp"), AT)
    waiting = uploaded("accounts", GOOD, AT)
    imports.assign(waiting, imports.mapping_of(waiting), by=SYSTEM, at=AT)
    imports.start(waiting, by=SYSTEM, at=AT)
    pages = {"done": done, "checked": checked, "failed": failed, "undone": undone, "running": waiting}
    mapped = {"fresh": fresh, "garbled": garbled}
    return {
        "list": "/imports", "new": "/imports/new",
        **{state: f"/imports/{row.pk}" for state, row in pages.items()},
        **{state: f"/imports/{row.pk}/mapping" for state, row in mapped.items()},
    }  # fmt: skip


@pytest.mark.parametrize(("language", "theme", "width"), [("ja", "light", 390), ("en", "dark", 1440)])
def test_in_every_state_the_pages_are_usable_by_everyone_and_fit_their_window(
    browser: Browser, live_server: Any, operator: Member, language: str, theme: str, width: int
) -> None:
    Member.objects.filter(pk=operator.pk).update(language=language)
    page = signed_in(browser, live_server, operator, viewport={"width": width, "height": 900}, color_scheme=theme)
    faults = {}
    for state, path in _in_every_state().items():
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        found = [*hindrances(page), *overflow(page)]
        if found:
            faults[state] = found[:4]
    page.context.close()
    assert faults == {}


def test_on_a_telephone_a_columns_choice_can_be_read(browser: Browser, live_server: Any, operator: Member) -> None:
    row = uploaded("accounts", GOOD, AT)
    page = signed_in(browser, live_server, operator, viewport={"width": 390, "height": 800})
    page.goto(f"/imports/{row.pk}/mapping")
    choice = page.locator("select[name='column.name']").bounding_box()
    assert choice is not None and choice["width"] > 120
    page.context.close()


def test_a_file_goes_from_the_desk_to_accounts_and_back_by_hand(
    browser: Browser, live_server: Any, operator: Member, tmp_path: Path
) -> None:
    file = tmp_path / "顧客.csv"
    file.write_text(GOOD, encoding="cp932")
    page = signed_in(browser, live_server, operator)
    page.goto("/imports/new")
    page.fill("input[name=source]", "CRM")
    page.set_input_files("input[name=file]", file)
    page.locator("main button.button--primary").click()
    expect(page.locator("main")).to_contain_text("㈱髙橋製作所")
    page.locator("main button.button--primary").last.click()
    page.wait_for_url("**/imports/*")
    page.locator("form[action$='/start'] button").click()
    finish(datetime.now(UTC))
    row = Import.objects.get()
    page.goto(f"/imports/{row.pk}")
    expect(page.locator("#rejected, main").first).to_contain_text("十二")
    assert Account.objects.get().name == "㈱髙橋製作所"
    page.locator("form[action$='/undo'] button").click()
    finish(datetime.now(UTC))
    row.refresh_from_db()
    assert row.state == "undone"
    page.context.close()
