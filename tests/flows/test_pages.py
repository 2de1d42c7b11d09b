"""Every page of a full company in a real browser: it answers, complains of nothing, and everyone can use it."""

from __future__ import annotations

import re
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
NAMED_BY_THEIR_OWNERS = {"/components", "/products", "/renewals", "/tokens"}


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


#: What is there to be clicked; on paper there is no such thing. A term that explains itself (.def) prints as its words.
TO_CLICK = (
    ".rail", ".topbar", ".tabs", ".pager", ".bulk", ".toasts", ".menu", ".toggle", ".pick", ".button", "[type=search]",
    "[type=submit]", "button:not(.def)",
)  # fmt: skip
#: A4 without its margins of 14 mm, in CSS pixels.
A4_WIDTH = 688
GROUNDS = """() => [...document.querySelectorAll("html, body, main, .shell, .shell__sheet, .table, .section, .facts")]
    .map((one) => getComputedStyle(one).backgroundColor).filter((colour) => !/^rgba\\(.*, 0\\)$|^rgb\\(255, 255, 255\\)$/.test(colour))"""
PALE = """() => [...document.querySelectorAll("main :is(h1, h2, h3, p, td, th, dd, dt, li, label)")]
    .filter((one) => one.checkVisibility() && /, 0\\)$/.test(getComputedStyle(one).backgroundColor) && /^rgb\\((\\d+), (\\d+), (\\d+)\\)$/.test(getComputedStyle(one).color)
      && getComputedStyle(one).color.match(/\\d+/g).every((part) => part > 130)).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_on_paper_there_is_the_page_and_nothing_to_click(visitor: Any, theme: str) -> None:
    """Black on white whatever was chosen for the screen, not wider than A4, and every word that stands on the page."""
    guest = visitor("administrator", width=A4_WIDTH, language="ja" if theme == "dark" else "en")
    guest.choose(theme=theme)
    guest.go("/accounts?band=at_risk")
    account = guest.page.locator("main table a[href^='/accounts/']").first.get_attribute("href") or ""
    guest.go(account)
    tabs = [link.get_attribute("href") or "" for link in guest.page.locator(".tabs a[href]").all()]
    assert len(tabs) >= len(TABS)
    guest.page.emulate_media(media="print", color_scheme="dark")
    faults = {}
    for path in ["/", "/accounts", "/executive", "/health-models/standard?part=rules", *tabs]:
        guest.go(path)
        assert guest.page.locator("h1").first.is_visible(), path
        if found := _wrong_on_paper(guest):
            faults[path] = found
    guest.choose(theme="system")
    assert faults == {}


def _wrong_on_paper(guest: Visitor) -> list[str]:
    to_click = [each for each in TO_CLICK if guest.page.locator(f"{each}:visible").count()]
    dark = [f"ground {colour}" for colour in guest.page.evaluate(GROUNDS)]
    pale = [f"pale {words}" for words in guest.page.evaluate(PALE)]
    return [*to_click, *dark, *pale[:3], *overflow(guest.page)]


#: Pages that are rightly empty, each with its reason.
MAY_BE_EMPTY = {"/my-day": "whoever looks after no account, as administrators and heads do, has no accounts' day"}
EMPTY = re.compile(r'<div class="empty">.*?<h\d>(.*?)</h\d>', re.DOTALL)


@pytest.mark.parametrize(("role", "language"), [("administrator", "ja"), ("csm", "ja"), ("head", "en")])
def test_no_page_of_the_company_is_empty(visitor: Any, role: str, language: str) -> None:
    """Every page of the index: something stands on it for who opens it."""
    guest = visitor(role, language=language)
    guest.go("/")
    bare = {}
    for path in dict.fromkeys(_links(guest)):
        page = guest.page.request.get(guest.demo.base + path)
        assert page.status == 200, path
        if (found := EMPTY.findall(page.text())) and (role == "csm" or path not in MAY_BE_EMPTY):
            bare[path] = found
    assert not bare, "\n".join(f"{path}: {found}" for path, found in bare.items())
