"""Two stories of a working day, each from its beginning to its end in a real browser: a new customer from the handoff to
success in the customer's own words, and a detractor from the answer to the closed loop."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from nenrin.cli.loops import PROMPT, one_round
from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.engage.surveys import surveys
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import deliver
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import catalogue, drain, lakes, sources
from nenrin.playbooks import library
from nenrin.playbooks.models import Run
from nenrin.work.models import OnboardingProject, SuccessPlan, Task
from tests import cast, smtp_sink
from tests.browsers import follow, signed_in
from tests.foundation.mail import kit
from tests.playbooks import stage
from tests.work import onboarding_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: Tuesday, ten o'clock in Tokyo: mails go out, and it is a business day.
AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
WINDOW = {"viewport": {"width": 1280, "height": 900}}
SUCCESS = "月末の締めが2営業日目に終わり、残業が出ないこと"


@pytest.fixture(autouse=True)
def morning(transactional_db: None, home: Path) -> Iterator[None]:
    with time_machine.travel(AT, tick=True):
        if not Organisation.objects.exists():
            organisation.found("年輪テスト", at=AT - timedelta(days=40))
        yield


def now() -> datetime:
    return datetime.now(UTC)


def outside(browser: Browser, live_server: Any, path: str) -> Page:
    """A window of somebody who is not one of us: no session, no script."""
    page = browser.new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    page.goto(path)
    return page


def test_from_the_handoff_to_success_in_the_customers_words(browser: Browser, live_server: Any, tmp_path: Path) -> None:
    account, seller, csm, write_key = _sold()
    _handed_over(browser, live_server, account, seller)
    page = signed_in(browser, live_server, csm, **WINDOW)
    page.goto(f"/accounts/{account.pk}/handoff")
    page.locator("button[name=do][value=accept]").click()
    theirs = _begun(page, browser, live_server, account, tmp_path)
    project = OnboardingProject.objects.get()
    where = reverse("onboarding-project", args=[project.pk])
    for step in ("取り込み代行", "研修"):
        page.goto(where)
        page.get_by_role("button", name=f"完了する: {step}").click()
    expect(page.locator("#close").locator("xpath=..").locator("xpath=..")).to_contain_text(
        "お客様と合意したサクセスプラン"
    )
    expect(page.get_by_role("button", name="オンボーディングを完了する")).to_have_count(0)

    _first_value(page, live_server, write_key)
    page.goto(where)
    project.refresh_from_db()
    assert project.first_value_on == AT.date(), "nobody ticks it: it shows in the events"
    _agreed(page, account)
    page.goto(where)
    page.get_by_role("button", name="オンボーディングを完了する").click()
    project.refresh_from_db()
    assert (project.state, project.completed_on) == ("closed", AT.date())
    closed = Entry.objects.get(action="work.onboarding.closed", account=account.pk)
    assert closed.particulars["is_completed"] is True
    page.goto(reverse("success-plan", args=[SuccessPlan.objects.get().pk]))
    expect(page.locator("main")).to_contain_text(SUCCESS)
    theirs.reload()
    expect(theirs.locator("main")).to_contain_text("終了しました")
    expect(theirs.get_by_text("達成", exact=False).first).to_be_visible()


def _sold() -> tuple[Account, Member, Member, str]:
    """A customer that sales has won, whose product sends its events."""
    seller, csm = cast.member(Role.SALES, "山口 健"), cast.member(Role.CSM, team="東日本")
    signed = AT - timedelta(days=20)
    account = accounts.open(cast.STARTING, keys=[("product", "hinata")], status="customer", by=SYSTEM, at=signed)
    contacts.add(account, "田中 隆志", role="decision_maker", emails=["t@hinata.example"], by=SYSTEM, at=signed)
    ownership.assign(account, seller, by=SYSTEM, at=signed, phase=Phase.SALES)
    ownership.assign(account, csm, by=SYSTEM, at=signed)
    onboarding_cast.template(signed)
    catalogue.map_many([("product", "Report Exported", "first_value", "")], by=SYSTEM, at=signed)
    drain.prepare(lakes.current())
    return account, seller, csm, sources.open("product", by=SYSTEM, at=signed).write_key


def _handed_over(browser: Browser, live_server: Any, account: Account, seller: Member) -> None:
    """Sales answers the seven items, one of them with the reason why there is nothing to answer, and sends it."""
    page = signed_in(browser, live_server, seller, **WINDOW)
    page.goto(f"/accounts/{account.pk}/handoff")
    page.get_by_role("button", name="引き継ぎを始める").click()
    for item in ("purpose", "deal", "schedule"):
        page.locator(f"#id_words-{item}").fill(f"{item}の説明")
    page.locator("#id_words-success").fill(SUCCESS)
    page.get_by_label("田中 隆志").check()
    page.locator("#id_promise-0").fill("現地での研修を2回")
    page.locator("#id_promise-due-0").fill("2027-01-15")
    page.locator("#item-literacy summary").click()
    page.locator("#id_reason-literacy").fill("情報システム部が対応")
    page.get_by_role("button", name="保存してカスタマーサクセスへ送る").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(account.name)
    page.context.close()


def _begun(page: Page, browser: Browser, live_server: Any, account: Account, folder: Path) -> Page:
    """The project begins, the customer gets a link and does their part; returns the customer's window."""
    page.goto(reverse("onboarding-new"))
    page.locator("#id_account").fill(account.name)
    page.get_by_role("button", name="開始する").click()
    page.get_by_role("button", name="完了する: キックオフ").click()
    follow(page, page.get_by_role("button", name="コピー用リンクを発行する"))
    secret = re.search(r"/p/[\w-]{43}", page.content())
    assert secret
    theirs = outside(browser, live_server, secret[0])
    paper = folder / "利用者一覧.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF")
    theirs.get_by_label("利用者一覧のファイル").set_input_files(paper)
    theirs.locator(".portal__next").get_by_role("button", name="ファイルを送信する").click()
    theirs.get_by_role("button", name="完了する: 利用者一覧").click()
    theirs.get_by_role("button", name="承認する: 取り込み代行").click()
    return theirs


def _first_value(page: Page, live_server: Any, write_key: str) -> None:
    """The customer's own use arrives at the door as any event does; the worker sees what it means."""
    event = {"event": "Report Exported", "userId": "u-1", "messageId": "m-1", "context": {"groupId": "hinata"},
             "timestamp": now().isoformat()}  # fmt: skip
    basic = base64.b64encode(f"{write_key}:".encode()).decode()
    answer = page.request.post(f"{live_server.url}/v1/track", data=event, headers={"Authorization": f"Basic {basic}"})
    assert answer.status == 200
    for minutes in (0, 2):
        one_round(now() + timedelta(minutes=minutes), PROMPT)


def _agreed(page: Page, account: Account) -> None:
    """Success in the customer's words and one measure of their business, agreed with them."""
    page.goto(f"/accounts/{account.pk}/plans")
    page.get_by_role("link", name="サクセスプランを作成する").click()
    page.get_by_label("テンプレート").select_option("efficiency")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="編集する", exact=True).click()
    page.locator("#id_success").fill(SUCCESS)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="定型業務にかかる時間").click()
    page.locator("#id_baseline").fill("120")
    page.locator("#id_target").fill("70")
    page.get_by_role("button", name="保存").click()
    page.locator("#id_agreed_with").fill("田中 隆志")
    page.get_by_role("button", name="合意した").click()


def test_a_detractor_is_called_and_told_what_came_of_it(browser: Browser, live_server: Any) -> None:
    csm = stage.csm()
    account = stage.account(at=AT - timedelta(days=30), owner=csm)
    ready = library.documents()["detractor"]
    claim = {**ready["hypothesis"], "review_on": "2027-02-01"}
    limits = stage.document()["limits"]
    stage.published({**ready, "hypothesis": claim, "limits": limits}, at=AT - timedelta(1))
    theirs = outside(browser, live_server, _asked(account, csm))
    expect(theirs.locator("#score-3")).to_be_checked()
    theirs.locator("#comment").fill("問い合わせの返事が遅い")
    theirs.locator("main form button").click()
    expect(theirs.locator("main")).to_contain_text("回答を受け付けました")
    stage.goes_on(now())

    page = signed_in(browser, live_server, csm, **WINDOW)
    page.goto("/my-day")
    expect(page.locator("#main")).to_contain_text(account.name)
    _done(page, "回答のお礼と理由の確認", "電話でお詫び。担当を増やすと約束した")
    stage.goes_on(now() + timedelta(minutes=1))
    _done(page, "対応結果を報告する", "返事は4時間以内になったと報告。納得いただけた")
    stage.goes_on(now() + timedelta(minutes=2))

    run = Run.objects.get()
    assert (run.state, Task.objects.open().count()) == ("done", 0)
    page.goto(f"/accounts/{account.pk}/timeline")
    told = page.locator("main").inner_text()
    loop = ["納得いただけた", "担当を増やすと約束した", "問い合わせの返事が遅い"]  # the newest first
    assert all(words in told for words in loop), told
    assert [told.index(words) for words in loop] == sorted(told.index(words) for words in loop)
    page.goto(f"/accounts/{account.pk}/playbooks")
    expect(page.locator("main")).to_contain_text("批判者のフォロー")


def _asked(account: Account, csm: Member) -> str:
    """A survey goes out by mail; returns the link for three points, as it arrived."""
    person = contacts.add(account, "山田 花子", role="champion", emails=["y@x.example"], by=SYSTEM, at=AT)
    question = surveys.Question(
        account=account, contact=person, address="y@x.example", survey="nps", key="survey:1", language="ja",
        subject="お願い", more={},
    )  # fmt: skip
    with smtp_sink.sinking() as (sink, port):
        kit.line(port)
        surveys.ask(question, by=Actor.of(csm), at=now())
        assert deliver.step(now()) == 1
        [mail] = sink.mails
    words = mail.get_body(("plain",))
    assert words is not None
    link = re.search(r"/survey/[\w-]+\?score=3\b", words.get_content())
    assert link
    return link[0]


def _done(page: Page, title: str, outcome: str) -> None:
    """The task is opened from the list, and ended with what came of it."""
    page.goto("/tasks")
    page.locator("main tbody").get_by_role("link", name=title).click()
    page.locator("#outcome").fill(outcome)
    page.locator("form[action$='/finish'] button").click()
    expect(page.locator("h1 .tag")).to_be_visible()
