"""Every page of a full company in a real browser: it answers, complains of nothing, and everyone can use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsers import hindrances, overflow
from tests.flows.conftest import Visitor

pytestmark = pytest.mark.browser

PLAIN = (
    "/", "/accounts", "/contacts", "/subscriptions", "/segments", "/imports", "/imports/new", "/sources", "/data",
    "/events", "/health-models", "/measures", "/products", "/members", "/members/roles", "/journal", "/tokens", "/organisation",
    "/profile", "/components", "/palette?q=a",
)  # fmt: skip
TABS = ("", "/health", "/usage", "/people", "/timeline", "/contracts")
#: Pages whose heads and buttons hold names that people gave: specimens, segments, teams, customers.
NAMED_BY_THEIR_OWNERS = {"/components", "/products", "/renewals"}


def _links(guest: Visitor) -> list[str]:
    """The pages that the index at the left leads to: what exists, under its real address."""
    return [link.get_attribute("href") or "" for link in guest.page.locator(".rail a[href]").all()]


@pytest.fixture(params=["ja", "en"])
def administrator(request: pytest.FixtureRequest, visitor: Any) -> Iterator[Visitor]:
    guest = visitor("administrator", language=request.param)
    guest.go("/")
    yield guest


def test_no_page_has_a_serious_accessibility_fault_or_a_complaint(administrator: Visitor) -> None:
    paths = dict.fromkeys([*_links(administrator), "/imports/new", "/members/roles", "/profile", "/palette?q=a"])
    administrator.go("/accounts")
    account = administrator.page.locator("main table a[href^='/accounts/']").first.get_attribute("href") or ""
    faults = {}
    for path in [*paths, *(account + tab for tab in TABS)]:
        administrator.go(path)
        administrator.page.wait_for_load_state("networkidle")
        if reasons := hindrances(administrator.page):
            faults[path] = reasons
    assert faults == {}
    assert administrator.complaints == []


def test_pages_fit_a_telephone(visitor: Any) -> None:
    guest = visitor("csm", width=390)
    guest.go("/accounts")
    account = guest.page.locator("main table a[href^='/accounts/']").first.get_attribute("href") or ""
    wide = {}
    for path in ["/", "/accounts", *(account + tab for tab in TABS)]:
        guest.go(path)
        if sticks_out := overflow(guest.page):
            wide[path] = sticks_out
    assert wide == {}


def test_everything_has_its_words_in_english(visitor: Any) -> None:
    """Names of customers and colleagues stay as they are; whatever the product itself says is English."""
    guest = visitor("administrator", language="en")
    guest.go("/")
    untold = {}
    for path in _links(guest):
        guest.go(path)
        heads = guest.page.locator(
            "h1, h2, thead th, label, button.button, .rail h2, .rail li, .tabs"
        ).all_inner_texts()
        japanese = [text for text in heads if any("\u3040" <= c <= "\u9fff" for c in text) and "日本語" not in text]
        if japanese and path not in NAMED_BY_THEIR_OWNERS:
            untold[path] = japanese[:5]
    assert untold == {}
