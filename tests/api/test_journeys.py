"""Journeys by the API: read, written, moved along, and measured."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work.journeys import checks
from tests import cast
from tests.api.rest import Rest
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def rest(org: Organisation) -> Rest:
    world.in_use(timezone.now() - timedelta(days=40))
    return Rest(cast.member(Role.HEAD))


@pytest.fixture
def account(rest: Rest) -> Account:
    return world.customer(cast.DRIFTING, "onboarding", at=timezone.now() - timedelta(days=14), tags=["well"])


def test_a_journey_is_read_and_written(rest: Rest) -> None:
    [one] = rest.get("/journeys").data
    assert (one["key"], one["number"], one["name"]["ja"]) == ("small", 1, "小さなジャーニー")
    changed = one["document"] | {"name": {"en": "Bigger", "ja": "大きめ"}}
    draft = rest.put("/journeys/small", {"document": changed}).data
    assert draft["published_at"] is None and rest.get("/journeys/small").data["number"] == 1
    assert rest.put("/journeys/small", {"document": changed | {"note": "x"}, "version": 9}).status_code == 409
    assert rest.put("/journeys/small", {"document": changed, "publish": True}).data["number"] == 2
    wrong = rest.put("/journeys/small", {"document": {"name": "x", "stages": [{"stage": "moon"}]}})
    assert wrong.status_code == 422 and "stages[0]/stage" in str(wrong.data)
    assert rest.get("/journeys/none").status_code == 404


def test_a_stage_tells_the_actions_of_both_teams_and_its_kpi(rest: Rest) -> None:
    document = rest.get("/journeys/small").data["document"]
    told = {"ours": [{"en": "a", "ja": "計画"}], "marketing": [{"en": "b", "ja": "招待"}]}
    measured = {"kpi": {"key": "upsell_rate", "target": "15 %"}}
    document["stages"][2] |= told | measured
    assert rest.put("/journeys/small", {"document": document, "publish": True}).status_code == 200
    last = rest.get("/journeys/small").data["document"]["stages"][2]
    assert {name: last[name] for name in (*told, "kpi")} == told | measured
    document["stages"][2]["kpi"]["key"] = "moon"
    assert rest.put("/journeys/small", {"document": document}).status_code == 422


def test_an_account_is_moved_with_a_reason_and_once(rest: Rest, account: Account) -> None:
    address = f"/journeys/accounts/{account.pk}"
    refused = rest.post(f"{address}/move", {"stage": "adoption", "expected": "onboarding"})
    assert refused.status_code == 422 and "reason" in str(refused.data)
    told = {"stage": "adoption", "expected": "onboarding", "reason": "社長の意向"}
    moved = rest.post(f"{address}/move", told).data
    assert (moved["stage"], moved["day"], moved["expected_days"]) == ("adoption", 1, 30)
    assert rest.post(f"{address}/move", told).status_code == 200, "asked twice"
    assert rest.post(f"{address}/move", told | {"stage": "expansion"}).status_code == 409
    now, before = rest.get(f"{address}/history").data
    assert (now["reason"], now["unmet"], now["until"]) == ("社長の意向", ["exit"], None)
    assert (before["stage"], before["until"]) == ("onboarding", now["since"])


def test_who_stands_where_is_listed_by_standing_and_readiness(rest: Rest, account: Account) -> None:
    ready = world.customer("準備済み", "onboarding", at=timezone.now(), tags=["done"])
    checks.refresh(timezone.now())
    [behind] = rest.get("/journeys/small/accounts?standing=behind").data["items"]
    assert (behind["id"], behind["day"], behind["is_ready"]) == (account.pk, 15, False)
    assert [one["id"] for one in rest.get("/journeys/small/accounts?ready=true").data["items"]] == [ready.pk]
    stages = rest.get("/journeys/small/stalls?by=all").data
    assert [one["stage"] for one in stages] == ["onboarding", "adoption", "expansion"]
    assert stages[0]["cohorts"][0]["entered"] == 2 and stages[0]["cohorts"][0]["in_time"] is None


def test_the_renewal_over_a_stage_is_told_and_asked_for(rest: Rest, account: Account) -> None:
    now = timezone.now()
    world.customer("契約のない顧客", "onboarding", at=now)
    starts = organisation.today(now) - timedelta(days=300)
    row = subscriptions.sign(
        account, starts_on=starts, term_months=12, mrr_minor=100, auto_renews=False, by=SYSTEM, at=now
    )
    told = {one["id"]: one for one in rest.get("/journeys/small/accounts").data["items"]}
    assert len(told) == 2 and [one["overlays"] for key, one in told.items() if key != account.pk] == [[]]
    [alone] = rest.get("/journeys/small/accounts?overlay=renewal").data["items"]
    assert alone == told[account.pk] and (alone["stage"], alone["overlays"]) == ("onboarding", ["renewal"])
    assert alone["renewal_decision_on"] == row.ends_on.isoformat()
    assert rest.get("/journeys/small/accounts?overlay=moon").status_code == 422
    moved = rest.post(f"/journeys/accounts/{account.pk}/move", {"stage": "adoption", "reason": "x"}).data
    assert (moved["stage"], moved["overlays"]) == ("adoption", ["renewal"])


def test_who_only_looks_moves_nobody(rest: Rest, account: Account) -> None:
    viewer = Rest(cast.member(Role.SUPPORT))
    assert viewer.get(f"/journeys/accounts/{account.pk}/history").status_code == 200
    assert viewer.post(f"/journeys/accounts/{account.pk}/move", {"stage": "adoption"}).status_code == 403
    assert viewer.put("/journeys/small", {"document": {}}).status_code == 403


def test_where_accounts_stall_tells_of_customers_who_left_and_the_list_does_not(rest: Rest, account: Account) -> None:
    accounts.change(account, status="lost", by=SYSTEM, at=timezone.now() - timedelta(days=1))
    [whole] = rest.get("/journeys/small/stalls?by=all").data[0]["cohorts"]
    assert (whole["entered"], whole["inside"], whole["left_or_back"]) == (1, 0, 1)
    assert rest.get("/journeys/small/accounts").data["items"] == []
