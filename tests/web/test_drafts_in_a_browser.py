"""Drafts of mails in a browser, by keys alone: opened, read, approved, the next; and several let go at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import accounts, ownership
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import outbox
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Mail, Member
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from tests import browsers, cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SUBJECTS = ("一通目", "二通目", "三通目")
ROWS = "table[data-rows] tbody tr"
#: What a screen reader is told: what is put into the live region once the page stands.
HEARS = """document.addEventListener("DOMContentLoaded", () => {
    window.heard = [];
    new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => heard.push(node.textContent))))
        .observe(document.querySelector("#toasts[role=status][aria-live=polite]"), { childList: true });
});"""


def _desk() -> Member:
    at = datetime.now().astimezone()
    organisation.found("年輪テスト", at=at)
    member = cast.member(Role.CSM, team="東日本")
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(account, member, by=SYSTEM, at=at)
    for number, subject in enumerate(SUBJECTS):
        outbox.put(
            to=Address(f"p{number}@x.example", "田中"), key=subject, draft=True, subject=subject, text=f"{subject}の本文",
            kind=Kind.ACCOUNT, account_id=account.pk, by=SYSTEM, at=at,
        )  # fmt: skip
    return member


def _listed(page: Page, rows: int) -> None:
    """The list stands with so many rows, and its keys are heard."""
    expect(page.locator(ROWS)).to_have_count(rows)
    page.wait_for_load_state("load")


def _told(page: Page, words: str) -> None:
    page.wait_for_function("(words) => window.heard?.some((one) => one.includes(words))", arg=words)
    expect(page.locator("[data-toast]")).to_contain_text(words)


def _states() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


def test_by_keys_alone_a_draft_is_opened_read_and_approved_and_then_the_next(
    browser: Browser, live_server: Any
) -> None:
    page = browsers.signed_in(browser, live_server, _desk())
    page.add_init_script(HEARS)
    page.goto("/drafts?sort=subject")
    _listed(page, 3)
    seen = []
    for left in (2, 1):
        page.keyboard.press("j")
        first = page.locator(ROWS).first.locator("th a")
        expect(first).to_be_focused()
        subject = first.inner_text()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(subject)
        page.wait_for_load_state("load")
        text = page.locator("textarea[name=text]")
        browsers.tab_to(page, text)
        assert text.input_value() == f"{subject}の本文"
        browsers.enter(page, page.locator("button[name=approve]"))
        _listed(page, left)
        _told(page, "承認しました")
        where = page.evaluate("document.activeElement.tagName")
        assert where in ("BODY", "MAIN"), "before the list, where its keys are heard"
        seen.append(subject)
    assert len(set(seen)) == 2 and sorted(_states()) == ["draft", "queued", "queued"]
    assert Mail.objects.get(state="draft").subject not in seen
    assert browsers.hindrances(page) == []


def test_by_keys_alone_drafts_are_ticked_and_let_go_together_and_the_rest_with_a_reason_not(
    browser: Browser, live_server: Any
) -> None:
    page = browsers.signed_in(browser, live_server, _desk())
    page.add_init_script(HEARS)
    page.goto("/drafts")
    _listed(page, 3)
    for count in (1, 2):
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("[data-bulk-count]")).to_have_text(str(count))
    browsers.enter(page, page.locator("[data-bulk] button.button--primary"))
    _listed(page, 1)
    _told(page, "2件")
    page.keyboard.press("j")
    page.keyboard.press("x")
    browsers.tab_to(page, page.locator("[data-bulk] input[name=why]"))
    page.keyboard.type("内容が古い")
    browsers.enter(page, page.locator("[data-bulk] button.button--danger"))
    expect(page.locator(".empty")).to_be_visible()
    page.wait_for_load_state("load")
    _told(page, "1件")
    assert sorted(_states()) == ["cancelled", "queued", "queued"]
