"""What scripts add, in a real browser; everything else works without them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.foundation import organisation
from nenrin.foundation.models import Member, Organisation
from tests import cast
from tests.browsers import SERIOUS, hindrances, overflow, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def member(transactional_db: None) -> Member:
    if not Organisation.objects.exists():
        organisation.found("年輪テスト", at=AT, is_demo=True)
    return cast.member()


@pytest.fixture
def page(browser: Browser, live_server: object, member: Member) -> Iterator[Page]:
    yield (opened := _open(browser, live_server, member))
    opened.context.close()


def _open(browser: Browser, live_server: object, member: Member, **options: object) -> Page:
    page = signed_in(browser, live_server, member, locale="ja-JP", **options)
    page.faults = []
    page.on("pageerror", lambda problem: page.faults.append(str(problem)))
    page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
    page.goto("/components")
    page.wait_for_load_state("networkidle")
    return page


def test_the_page_loads_without_a_fault_under_the_strict_policy(page: Page) -> None:
    assert page.faults == []


def test_the_palette_opens_by_its_key_finds_pages_and_goes_there(page: Page) -> None:
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="検索・移動")
    expect(field).to_be_focused()
    field.fill("監査")
    option = page.locator("#palette [role=option]").first
    expect(option).to_contain_text("監査ログ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/journal")


def test_escape_closes_the_palette_and_gives_the_focus_back(page: Page) -> None:
    page.get_by_role("button", name="検索・移動").click()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()


def test_rows_move_select_and_range_by_keys_and_the_bar_counts(page: Page) -> None:
    bar = page.locator("[data-bulk]")
    expect(bar).to_be_hidden()
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(bar.locator("[data-bulk-count]")).to_have_text("3")
    bar.get_by_role("button", name="選択を外す").click()
    expect(bar).to_be_hidden()


def test_all_on_the_page_are_selected_by_the_head(page: Page) -> None:
    page.get_by_label("このページの全件を選ぶ").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("5")


def test_single_keys_are_silent_in_fields_and_while_composing(page: Page) -> None:
    page.get_by_label("会社名").click()
    page.keyboard.type("jx?")
    expect(page.locator("tr.is-here")).to_have_count(0)
    expect(page.locator("#shortcuts")).not_to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', isComposing: true, bubbles: true}))"
    )
    expect(page.locator("tr.is-here")).to_have_count(0)


def test_single_keys_can_be_switched_off(browser: Browser, live_server: object, member: Member) -> None:
    Member.objects.update(has_shortcuts=False)
    page = _open(browser, live_server, member)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("tr.is-here")).to_have_count(0)
    expect(page.locator("#shortcuts")).not_to_be_visible()
    page.context.close()


def test_the_shortcuts_are_listed_by_a_question_mark(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="キーボード操作")).to_be_visible()


def test_a_term_explains_itself_beside_it(page: Page) -> None:
    page.locator("main .def").first.click()
    expect(page.locator(".note:popover-open")).to_be_visible()


def test_a_dialog_opens_traps_and_closes(page: Page) -> None:
    page.get_by_role("button", name="確認を開く").click()
    expect(page.get_by_role("dialog", name="11名へ送る")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="キャンセル").click()
    expect(page.locator("#specimen-dialog")).not_to_be_visible()


def test_what_was_typed_survives_a_reload_but_never_a_password(page: Page) -> None:
    page.get_by_label("メモ").fill("月末の帳票")
    page.reload()
    expect(page.get_by_label("メモ")).to_have_value("月末の帳票")


def test_what_was_accepted_is_not_offered_again(page: Page) -> None:
    page.goto("/members/new")
    page.get_by_label("氏名").fill("小林 由美")
    page.get_by_label("メールアドレス").fill("yumi@example.com")
    page.get_by_role("button", name="追加してリンクを作る").click()
    expect(page.locator("[data-copy]")).to_be_visible()
    page.goto("/members/new")
    expect(page.get_by_label("氏名")).to_have_value("")


def test_what_was_typed_survives_a_lost_session(page: Page, member: Member) -> None:
    page.goto("/members/new")
    page.get_by_label("氏名").fill("小林 由美")
    page.context.clear_cookies(name="sid")
    page.get_by_role("button", name="追加してリンクを作る").click()
    page.get_by_label("メールアドレス").fill(member.email)
    page.get_by_label("パスワード").fill(cast.PASSWORD)
    page.get_by_role("button", name="サインインする").click()
    page.goto("/members/new")
    expect(page.get_by_label("氏名")).to_have_value("小林 由美")


def test_theme_and_language_change_with_scripts_off(browser: Browser, live_server: object, member: Member) -> None:
    page = _open(browser, live_server, member, java_script_enabled=False)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/profile")
    page.get_by_role("button", name="Dark").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.context.close()


@pytest.mark.parametrize(("language", "theme", "width"), [("ja", "light", 1440), ("en", "dark", 390)])
def test_nothing_hinders_access_and_nothing_overflows(
    browser: Browser, live_server: object, member: Member, language: str, theme: str, width: int
) -> None:
    Member.objects.update(language=language)
    page = _open(browser, live_server, member, viewport={"width": width, "height": 900}, color_scheme=theme)
    assert overflow(page) == []
    assert hindrances(page, ("minor", "moderate", *SERIOUS)) == []
    page.context.close()
