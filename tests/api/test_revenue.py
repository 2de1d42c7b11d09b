"""Targets, metric policy, data notes and the accounts behind figures by REST."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation, Team
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from tests.api.rest import Rest
from tests.cast import DRIFTING, THRIVING, member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> object:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def head(org: Organisation) -> Rest:
    return Rest(member(Role.HEAD))


def sign(name: str, start: date, **fields: object) -> Account:
    account = accounts.open(name, by=SYSTEM, at=AT)
    words = {"starts_on": start, "term_months": 12, "mrr_minor": 100_000, "seats": 5, **fields}
    subscriptions.sign(account, by=SYSTEM, at=AT, **words)
    return account


def carried() -> None:
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())


def test_a_target_is_set_listed_and_taken_back(head: Rest) -> None:
    Team.objects.create(name="西日本")
    told = {"kpi": "upsell_rate", "grain": "quarter", "value": 0.05, "team": "西日本"}
    made = head.put("/kpis/targets", told)
    assert made.status_code == 200
    assert made.data[0]["start"] == "2026-04-01" and made.data[0]["team"] == "西日本"
    assert head.put("/kpis/targets", told).data == made.data
    assert head.get("/kpis/targets?grain=quarter").data == made.data
    assert head.get("/kpis/targets").data == []
    assert head.put("/kpis/targets", {**told, "value": None}).data == []
    assert head.put("/kpis/targets", {**told, "value": None}).status_code == 200
    assert head.get("/kpis/targets?grain=quarter").data == []
    assert list(Entry.objects.filter(action__startswith="insight.target").order_by("pk").values_list("action", flat=True)) == [
        "insight.target.set", "insight.target.set", "insight.target.lifted",
    ]  # fmt: skip


def test_an_outcome_takes_no_target_without_a_leading_kpi_that_has_one(head: Rest) -> None:
    told = {"kpi": "nrr", "value": 1.1, "leading_kpi": "upsell_rate"}
    refused = head.put("/kpis/targets", told)
    assert (refused.status_code, refused.data["errors"][0]["pointer"]) == (422, "/leading_kpi")
    assert head.put("/kpis/targets", {"kpi": "upsell_rate", "value": 0.05}).status_code == 200
    assert head.put("/kpis/targets", told).data[0]["leading_kpi"] == "upsell_rate"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"kpi": "mood", "value": 1}, "/kpi"), ({"kpi": "mrr", "value": 1, "team": "nobody"}, "/team"),
     ({"kpi": "mrr", "value": 1, "by": "colour"}, "/by")],
)  # fmt: skip
def test_a_target_of_nothing_is_refused_by_name(head: Rest, body: dict[str, object], pointer: str) -> None:
    refused = head.put("/kpis/targets", body)
    assert (refused.status_code, refused.data["errors"][0]["pointer"]) == (422, pointer)


def test_a_policy_is_published_and_its_versions_are_listed(head: Rest) -> None:
    assert [row["number"] for row in head.get("/revenue/policies").data] == [1]
    made = head.post("/revenue/policies", {"choices": {"gap_merge_days": 7}, "note": "shorter"})
    assert made.data["choices"]["gap_merge_days"] == 7 and made.data["from_on"] == "2026-04-06"
    assert [row["number"] for row in head.get("/revenue/policies").data] == [2, 1]


@pytest.mark.parametrize(
    "choices",
    [{"gap_merge_days": "x"}, {"gap_merge_days": -1}, {"coupons": ["reduce"]}, {"rates": {"USD": 150}}, {"rates": 3},
     {"gross_margin": 80}, {"zone": "UTC"}, {"mood": 1}, {"reactivation_in_nrr": "yes"}],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused_and_nothing_changes(head: Rest, choices: dict[str, object]) -> None:
    refused = head.post("/revenue/policies", {"choices": choices, "note": "why"})
    assert refused.status_code == 422 and next(iter(choices)) in str(refused.data)
    assert len(head.get("/revenue/policies").data) == 1


def test_the_accounts_behind_figures_and_the_notes_are_told(head: Rest) -> None:
    stays, late = sign(THRIVING, date(2025, 2, 1)), sign(DRIFTING, date(2026, 4, 2), mrr_minor=70_000)
    subscriptions.sign(stays, by=SYSTEM, at=AT, starts_on=date(2026, 3, 1), term_months=12, mrr_minor=5_000, seats=1)
    carried()
    new = head.get("/revenue/movements/accounts?kind=new").data
    assert (new["total"], new["items"][0]["account"], new["items"][0]["amount"]) == (1, late.pk, 70_000)
    behind = head.get("/kpis/accounts?kpi=nrr").data
    assert behind["items"] == [{"account": stays.pk, "over": 105_000, "under": 100_000}]
    assert (behind["over"], behind["under"]) == ("kept", "base")
    [note] = head.get("/revenue/notes").data
    assert (note["kind"], note["account"], note["since"]) == ("overlap", stays.pk, "2026-03-01")
    waiting = {row["kpi"] for row in head.get("/kpis/definitions").data if row["waits"]}
    assert "engagement_rate" in waiting and "nps_response_rate" not in waiting


def test_only_who_may_configure_sets_targets_and_policies(org: Organisation) -> None:
    viewer = Rest(member(Role.EXECUTIVE))
    assert viewer.put("/kpis/targets", {"kpi": "mrr", "value": 1}).status_code == 403
    assert viewer.post("/revenue/policies", {"choices": {}, "note": "x"}).status_code == 403
