"""Handoff to portal to first value, in a real browser: a CSM starts a project, the customer does their part, it shows."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingProject
from nenrin.work.onboarding import first_values
from tests import cast
from tests.browsers import follow, hindrances, overflow, signed_in
from tests.work import onboarding_cast as world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def me(transactional_db: None) -> Member:
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=world.BEGAN)
    member = cast.member(Role.CSM, "佐藤 美咲", team="東日本")
    world.template(timezone.now())
    account = world.company(cast.STARTING, member, timezone.now() - timedelta(days=1))
    world.person(account)
    return member


def telephone(browser: Browser, live_server: Any, url: str, **options: Any) -> Page:
    """The customer's own telephone: no session, no script."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=False, **options
    )
    page = context.new_page()
    page.goto(url)
    return page


def test_a_csm_starts_the_customer_ticks_and_sends_and_first_value_shows(
    browser: Browser, live_server: Any, me: Member, tmp_path: Path
) -> None:
    page = signed_in(browser, live_server, me, viewport={"width": 1440, "height": 900})
    page.goto(reverse("onboarding-new"))
    page.get_by_role("textbox", name="顧客").fill(cast.STARTING)
    page.get_by_role("button", name="開始する").click()
    project = OnboardingProject.objects.get()
    expect(page).to_have_url(re.compile(reverse("onboarding-project", args=[project.pk])))
    page.get_by_role("button", name="完了する: キックオフ").click()
    follow(page, page.get_by_role("button", name="コピー用リンクを発行する"))
    secret = re.search(r"/p/[\w-]{43}", page.content())
    assert secret

    theirs = telephone(browser, live_server, secret[0])
    expect(theirs.get_by_role("heading", name="次にお願いしたいこと")).to_be_visible()
    paper = tmp_path / "利用者一覧.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF")
    theirs.get_by_label("利用者一覧のファイル").set_input_files(paper)
    theirs.locator(".portal__next").get_by_role("button", name="ファイルを送信する").click()
    expect(theirs.get_by_text("ファイルを受け取りました")).to_be_visible()
    theirs.get_by_role("button", name="完了する: 利用者一覧").click()
    expect(theirs.get_by_text("完了を承りました")).to_be_visible()
    theirs.get_by_role("button", name="承認する: 取り込み代行").click()
    theirs.get_by_role("textbox").fill("よろしくお願いします")
    theirs.get_by_role("button", name="メッセージを送信する").click()
    expect(theirs.get_by_text("よろしくお願いします")).to_be_visible()
    theirs.get_by_role("button", name="English").click()
    expect(theirs.get_by_role("heading", name="Your next step")).to_be_visible()
    assert theirs.context.cookies() == [] and overflow(theirs) == []

    page.goto(reverse("onboarding-project", args=[project.pk]))
    for words in ("利用者一覧.pdf", "よろしくお願いします", "承認済み"):
        expect(page.get_by_text(words).first).to_be_visible()
    project.refresh_from_db()
    first_values.put(project, timezone.localdate(), by=SYSTEM, at=timezone.now())
    page.reload()
    expect(page.get_by_text("最初の成功体験").first).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_text("reached")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_the_portal_is_usable_by_everyone_and_fits(
    browser: Browser, live_server: Any, me: Member, width: int, theme: str
) -> None:
    account = Account.objects.get()
    Account.objects.filter(pk=account.pk).update(name="W" * 60 + "株" * 60)
    made = world.project(account, owner=me, at=timezone.now())
    issued = world.links_of(made)
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": 800},
        color_scheme=theme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    for path in (f"/p/{issued.secret}", "/p/nothing"):
        page.goto(path)
        assert (hindrances(page), overflow(page)) == ([], []), path
    context.close()


def test_the_pages_of_onboarding_are_usable_by_everyone_with_the_keyboard(
    browser: Browser, live_server: Any, me: Member
) -> None:
    made = world.project(Account.objects.get(), owner=me, at=timezone.now())
    ownership.assign(made.account, me, by=SYSTEM, at=timezone.now())
    page = signed_in(browser, live_server, me, viewport={"width": 1280, "height": 900})
    row = world.step(made, "train")
    for path in (
        reverse("onboarding"), reverse("onboarding-board"), reverse("onboarding-project", args=[made.pk]),
        reverse("onboarding-step", args=[made.pk, row.pk]), reverse("onboarding-replan", args=[made.pk]),
        reverse("onboarding-template", args=["small"]), reverse("onboarding-cohorts"),
    ):  # fmt: skip
        page.goto(path)
        assert (hindrances(page), overflow(page)) == ([], []), path
    page.goto(reverse("onboarding-board"))
    page.get_by_role("link", name=cast.STARTING).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/onboarding/{made.pk}$"))
    page.get_by_role("button", name="完了する: キックオフ").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("完了にしました")).to_be_visible()
