"""Pages of success plans: begun from a template, agreed, reviewed, shared with the customer alone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work import milestones, objectives, plan_links, plans
from nenrin.work.models import PlanLink, PlanTemplate, SuccessPlan
from tests import cast


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.STARTING, status="customer", by=SYSTEM, at=at)


@pytest.fixture
def plan(account: Account, at: datetime) -> SuccessPlan:
    made = plans.open(account, "2026年度の計画", success="2営業日目に締まること", by=SYSTEM, at=at)
    objectives.add(
        made, title="記録作業", sort="business", figure="月間の時間", unit="時間", target=70.0, by=SYSTEM, at=at
    )
    return made


@pytest.fixture
def visit(org: Organisation) -> Client:
    made = Client()
    made.force_login(cast.member(Role.HEAD))
    return made


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_plan_begins_from_a_template_and_says_what_it_lacks(account: Account, visit: Client) -> None:
    answer = visit.post(
        f"/accounts/{account.pk}/plans/new", {"template": "efficiency", "starts_on": "2026-11-24"}, follow=True
    )
    made = SuccessPlan.objects.get()
    assert made.title == "業務時間の削減"
    assert "お客様の言葉での成功の定義" in body(answer) and "すべての目標の目標値" in body(answer)
    refused = visit.post(
        f"/success-plans/{made.pk}/deed", {"do": "agree", "agreed_with": "工場長", "agreed_on": "2026-11-24"}
    )
    assert refused.status_code == 422 and SuccessPlan.objects.get().state == "draft"


def test_it_is_agreed_reviewed_achieved_and_goes_on(plan: SuccessPlan, visit: Client) -> None:
    path = f"/success-plans/{plan.pk}/deed"
    visit.post(path, {"do": "agree", "agreed_with": "工場長", "agreed_on": "2026-11-24"})
    visit.post(path, {"do": "review", "on": "2026-11-24", "words": "順調", "next_on": "2027-01-20"})
    visit.post(path, {"do": "achieve", "words": "達成"})
    plan.refresh_from_db()
    assert (plan.state, plan.edition, plan.next_review_on) == ("achieved", 1, date(2027, 1, 20))
    visit.post(path, {"do": "reopen"})
    visit.post(path, {"do": "abandon", "words": ""})
    assert "実行できません" in body(visit.get(f"/success-plans/{plan.pk}"))
    plan.refresh_from_db()
    assert plan.state == "agreed"


def test_shares_are_written_in_per_cent(plan: SuccessPlan, visit: Client) -> None:
    given = {"title": "毎週の利用", "sort": "usage", "measure": "active_user_share", "baseline": "20", "target": "70"}
    visit.post(f"/success-plans/{plan.pk}/objectives/new", given)
    made = plan.objectives.get(measure="active_user_share")
    assert (made.baseline, made.target) == (0.2, 0.7)
    assert 'value="70.0"' in body(visit.get(f"/success-plans/{plan.pk}/objectives/{made.pk}"))


def test_their_figure_is_told_on_its_page_and_a_milestone_done(plan: SuccessPlan, visit: Client, at: datetime) -> None:
    one = plan.objectives.get()
    visit.post(f"/success-plans/{plan.pk}/objectives/{one.pk}", {"do": "measure", "value": "95", "on": "2026-11-20"})
    step = milestones.add(plan, title="計測", side="theirs", by=SYSTEM, at=at)
    page = f"/success-plans/{plan.pk}/milestones/{step.pk}"
    assert visit.post(page, {"do": "done", "evidence_url": "nonsense"}).status_code == 422
    visit.post(page, {"do": "done", "evidence": "集計表"})
    one.refresh_from_db(), step.refresh_from_db()
    assert (one.current, step.evidence, step.done_on is not None) == (95.0, "集計表", True)
    visit.post(page, {"do": "remove"})
    assert not plan.milestones.exists()


def test_parts_of_another_plan_are_not_found(plan: SuccessPlan, account: Account, visit: Client, at: datetime) -> None:
    other = plans.open(account, "別の計画", by=SYSTEM, at=at)
    assert visit.get(f"/success-plans/{other.pk}/objectives/{plan.objectives.get().pk}").status_code == 404


def test_the_list_follows_its_filters_and_says_why_it_is_empty(
    plan: SuccessPlan, account: Account, visit: Client, at: datetime
) -> None:
    assert plan.title in body(visit.get("/success-plans"))
    assert "該当するプランがありません" in body(visit.get("/success-plans?state=achieved"))
    assert plan.title not in body(visit.get("/success-plans?lacking=1"))
    plans.open(account, "言葉のない計画", by=SYSTEM, at=at)
    assert "言葉のない計画" in body(visit.get("/success-plans?lacking=1"))
    assert account.name in body(visit.get("/success-plans/without"))


def test_a_kept_template_is_offered_and_archived(plan: SuccessPlan, visit: Client) -> None:
    visit.post(f"/success-plans/{plan.pk}/deed", {"do": "template", "words": "月次の早期化"})
    assert "月次の早期化" in body(visit.get("/success-plans/templates"))
    visit.post(f"/success-plans/templates/{PlanTemplate.objects.get().key}/archive")
    assert "月次の早期化" not in body(visit.get("/success-plans/templates"))


def test_the_customer_reads_its_plan_behind_a_link_and_nothing_of_anybody_else(
    plan: SuccessPlan, visit: Client, at: datetime
) -> None:
    colleague = cast.member(Role.CSM, "森 結衣")
    milestones.add(plan, title="研修", side="ours", owner=colleague, by=SYSTEM, at=at)
    visit.post(f"/success-plans/{plan.pk}/deed", {"do": "share", "days": "30"})
    path = re.search(r"/shared/plans/[^\"<]+", body(visit.get(f"/success-plans/{plan.pk}")))
    assert path is not None
    theirs = Client()
    answer = theirs.get(path[0])
    shown = body(answer)
    assert answer.status_code == 200 and "2営業日目に締まること" in shown and "森 結衣" not in shown
    assert answer["X-Robots-Tag"].startswith("noindex") and answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"] and "<form" not in shown and "csrf" not in shown
    assert PlanLink.objects.get().opened == 1
    visit.post(f"/success-plans/{plan.pk}/revoke", {"link": PlanLink.objects.get().pk})
    assert theirs.get(path[0]).status_code == 404


def test_a_link_ends_on_its_day_and_a_guess_finds_nothing(plan: SuccessPlan, at: datetime) -> None:
    link = plan_links.share(plan, days=1, by=SYSTEM, at=at)
    path = f"/shared/plans/{plan_links.token(link)}"
    with time_machine.travel(at, tick=False):
        assert Client().get(path).status_code == 200
        for guess in (link.nonce, f"{link.nonce}:x", path.split("/")[-1][:-2], "a" * 300):
            assert Client().get(f"/shared/plans/{guess}").status_code == 404, guess
    with time_machine.travel(at + timedelta(days=2), tick=False):
        assert Client().get(path).status_code == 404


def test_the_customers_language_is_the_pages_language(plan: SuccessPlan, at: datetime) -> None:
    accounts.change(plan.account, language="en", by=SYSTEM, at=at)
    link = plan_links.share(plan, days=365, by=SYSTEM, at=at)
    answer = Client().get(f"/shared/plans/{plan_links.token(link)}", headers={"Accept-Language": "ja"})
    assert '<html lang="en">' in body(answer) and "What success is, in your words" in body(answer)
