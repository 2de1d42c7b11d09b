"""Every page of the urlconf in a real browser: usable by everyone, in both themes, and never wider than its window."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from nenrin.customers.models import Account, Contact
from nenrin.foundation import organisation
from nenrin.foundation.models import Member, Organisation
from nenrin.insight import refresh
from tests.browsers import hindrances, overflow, signed_in
from tests.web import matrix_world
from tests.web.matrix_world import World
from tests.web.test_permission_matrix import filled, guarded, kinds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime.now(UTC)
#: Documents of other programs.
NO_PAGES = {"api-reference", "openapi-json", "api-root"}
LONGEST = ("W" * 200, "株" * 200, "شركة التقنية المتقدمة للحلول السحابية", "A" * 99 + "・" + "株" * 100)
WIDEST_CELL = 480
#: Language, theme and width. The suite tries three of them, the run at length (`make endure ONLY=pages`) all.
IS_AT_LENGTH = bool(os.environ.get("NENRIN_MATRIX"))
COMBINATIONS = (
    list(product(("ja", "en"), ("light", "dark"), (390, 1280, 1920)))
    if IS_AT_LENGTH
    else [("ja", "light", 1440), ("en", "dark", 390), ("en", "light", 1920)]
)
MORE = ("/accounts?group=owner&open=1", "/accounts?q=none-such", "/accounts/compare?measure=nps")


@pytest.fixture
def world(transactional_db: None) -> World:
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=AT)
    built = matrix_world.build(AT)
    refresh.here()
    return built


def _addresses(world: World) -> list[str]:
    pages = [page for page in guarded() if page.name not in NO_PAGES and "file" not in kinds(page.route)]
    return [*(filled(page.route, world, "own") for page in pages), *MORE]


@pytest.mark.parametrize(("language", "theme", "width"), COMBINATIONS)
def test_every_page_is_usable_by_everyone_and_fits_its_window(
    browser: Browser, live_server: Any, world: World, language: str, theme: str, width: int
) -> None:
    Member.objects.filter(pk=world.viewer.pk).update(language=language)
    page = signed_in(browser, live_server, world.viewer, viewport={"width": width, "height": 900}, color_scheme=theme)
    faults: dict[str, list[str]] = {}
    for path in _addresses(world):
        answer = page.request.get(path)
        if answer.status != 200 or "<html" not in answer.text()[:200]:  # refused, a file, a fragment
            continue
        page.goto(path)
        found = [*(hindrances(page) if IS_AT_LENGTH or width < 1920 else ()), *overflow(page)]
        if found:
            faults[path] = found[:4]
    page.context.close()
    assert faults == {}


def test_the_longest_names_and_those_written_from_the_right_fit_a_telephone(
    browser: Browser, live_server: Any, world: World
) -> None:
    """200 characters without a blank, Latin and Japanese; an Arabic and a Hebrew name."""
    for place, row in enumerate(Account.objects.order_by("pk")):
        row.name = LONGEST[place % len(LONGEST)]
        row.save(update_fields=["name"])
    Contact.objects.update(name="محمد عبد الرحمن الهاشمي", title="דירקטור הצלחת לקוחות")
    Member.objects.filter(pk=world.viewer.pk).update(name="م" * 60)
    page = signed_in(browser, live_server, world.viewer, viewport={"width": 390, "height": 900})
    faults = {}
    for path in _addresses(world):
        answer = page.request.get(path)
        if answer.status == 200 and "<html" in answer.text()[:200]:
            page.goto(path)
            broad = page.evaluate(
                "Math.max(0, ...[...document.querySelectorAll(':is(td, th):not([colspan])')].map((cell) => cell.clientWidth))"
            )
            faults[path] = [*overflow(page), *([f"a cell of {broad} px"] if broad > WIDEST_CELL else [])]
    page.context.close()
    assert {path: found for path, found in faults.items() if found} == {}


def test_a_cell_is_edited_by_keys_alone_and_undone(browser: Browser, live_server: Any, world: World) -> None:
    page = signed_in(browser, live_server, world.viewer)
    page.goto("/accounts?columns=stage,owner&sort=name&q=own")
    page.keyboard.press("j")
    page.keyboard.press("e")
    row = page.locator("main tbody tr").first
    choice = row.get_by_label("ステージ", exact=True)
    expect(choice).to_be_focused()
    choice.select_option("expansion")
    page.keyboard.press("Tab")  # saves, and opens the next cell
    expect(row.get_by_label("担当", exact=True)).to_be_focused()
    expect(row).to_contain_text("拡大")
    page.keyboard.press("Escape")
    page.locator("#toasts").get_by_role("button", name="元に戻す").click()
    expect(page.locator("main tbody tr").first).not_to_contain_text("拡大")
    page.context.close()


def test_the_palette_begins_with_the_account_seen_last(browser: Browser, live_server: Any, world: World) -> None:
    page = signed_in(browser, live_server, world.viewer)
    page.goto(f"/accounts/{world.ids['account']['foreign']}")
    page.goto("/tags")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_contain_text("会社 foreign")
    page.context.close()
