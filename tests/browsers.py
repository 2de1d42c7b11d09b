"""A real browser in front of the product: started, signed in, and asked what hinders anybody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from nenrin.foundation.models import Member

CHROMIUM = shutil.which("chromium") or ""
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SERIOUS = ("serious", "critical")
PATIENCE = 60_000  # ms, of a busy machine; what comes earlier is seen earlier


@contextmanager
def started() -> Iterator[Browser]:
    """Chromium; a test that needs it is skipped, loudly, where there is none."""
    if not CHROMIUM:
        pytest.skip("SKIPPED BROWSER: no chromium (Debian package chromium)")
    # Playwright keeps an event loop on this thread, which Django would take for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


def signed_in(browser: Browser, live_server: Any, member: Member, **options: Any) -> Page:
    """An empty page of this member's own window; `options` are the window's (viewport, color_scheme, locale)."""
    client = Client()
    client.force_login(member)
    context = browser.new_context(base_url=live_server.url, **options)
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
    return context.new_page()


def follow(page: Page, target: Locator) -> None:
    """Click it, and wait for the page that it leads to: a click alone returns as soon as the browser has set out."""
    target.click()
    page.wait_for_load_state()


#: A thick outline or a ring round it, as far as the eye can tell.
_SEEN = """(one) => { const look = getComputedStyle(one);
    return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none"; }"""


def tab_to(page: Page, target: Locator, most: int = 200) -> None:
    """Bring the focus there as somebody without a pointer does: by Tab alone, over the skip link where that shortens it.

    Fails where so many times Tab do not reach it, and where the focus cannot be seen on it.
    """
    target.wait_for()
    page.wait_for_load_state()
    for _ in range(most):
        if target.evaluate("(one) => one === document.activeElement"):
            assert target.evaluate(_SEEN), f"the focus cannot be seen on {target}"
            return
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.skip')") and target.evaluate(
            "(one) => !!one.closest('main')"
        ):
            page.keyboard.press("Enter")
    raise AssertionError(f"{most} times Tab did not reach {target}")


def enter(page: Page, target: Locator) -> None:
    """Tab to it, and press Enter."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def hindrances(page: Page, impacts: Sequence[str] = SERIOUS) -> list[str]:
    """What axe finds of these impacts, with the element concerned."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found if one["impact"] in impacts for node in one["nodes"]]


def overflow(page: Page) -> list[str]:
    """By how much the page is wider than its window; nothing where it fits."""
    page.wait_for_load_state()
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"sticks out by {wider} px"] if wider > 0 else []
