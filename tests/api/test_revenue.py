"""Targets, metric policy, data notes and the accounts behind figures by REST."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from click.testing import CliRunner

from nenrin.cli.kpis import command
from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation, Team
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight.revenue import targets
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
    refused = head.put("/kpis/targets", told)
    assert (refused.status_code, refused.data["errors"][0]["pointer"]) == (422, "/team")
    Team.objects.create(name="東日本")
    made = head.put("/kpis/targets", {**told, "team": "東日本"}).data[0]
    assert (made["leading_kpi"], made["team"]) == ("upsell_rate", "東日本")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"kpi": "mood", "value": 1}, "/kpi"), ({"kpi": "mrr", "value": 1, "team": "nobody"}, "/team"),
     ({"kpi": "mrr", "value": 1, "by": "colour"}, "/by"), ({"kpi": "mrr", "value": 1, "by": "owner"}, "/slice"),
     ({"kpi": "engagement_rate", "value": 0.1}, "/kpi"),
     ({"kpi": "logo_churn", "value": 0.1, "leading_kpi": "engagement_rate"}, "/leading_kpi")],
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
    assert waiting and not waiting & targets.LEADING, "what never has a value steers nothing"
    assert "engagement_rate" in waiting and "nps_response_rate" not in waiting


def parted() -> tuple[Account, Account, Member]:
    """Two accounts that pay, one of them with an owner."""
    owned, alone = sign(THRIVING, date(2025, 2, 1)), sign(DRIFTING, date(2025, 2, 1), mrr_minor=70_000)
    owner = member(Role.CSM)
    ownership.assign(owned, owner, by=SYSTEM, at=AT)
    carried()
    return owned, alone, owner


def test_parts_are_named_and_those_without_one_are_not_the_whole(head: Rest) -> None:
    _, _, owner = parted()
    told = {None: (170_000, "", "All accounts"), str(owner.pk): (100_000, "owner", owner.name),
            "none": (70_000, "owner", "not given")}  # fmt: skip
    rows = [row for row in head.get("/kpis?by=owner").data["items"] if row["kpi"] == "mrr"]
    assert {row["slice"]: (row["value"], row["by"], row["slice_name_en"]) for row in rows} == told
    lines = head.get("/revenue/movements?by=owner").data["items"]
    assert {row["slice"]: (row["end"], row["by"], row["slice_name_en"]) for row in lines} == told
    assert {row["slice"]: row["slice_name_ja"] for row in lines}["none"] == "未設定"
    shown = CliRunner().invoke(command, ["--by", "owner", "--json"])
    listed = [row for row in json.loads(shown.output) if row["kpi"] == "mrr"]
    assert {row["slice"]: (row["value"], row["by"], row["slice_name_en"]) for row in listed} == told


def test_the_accounts_behind_a_part_are_its_own_and_come_in_pages(head: Rest) -> None:
    owned, alone, owner = parted()
    asked = "/kpis/accounts?kpi=mrr"
    for part, account in ((str(owner.pk), owned), ("none", alone), ("", alone)):
        found = head.get(f"{asked}&by=owner&slice={part}").data
        assert (found["total"], [row["account"] for row in found["items"]]) == (1, [account.pk])
        ends = head.get(f"/revenue/movements/accounts?kind=end&by=owner&slice={part}").data
        assert [row["account"] for row in ends["items"]] == [account.pk]
    first = head.get(f"{asked}&limit=1").data
    assert (first["total"], [row["account"] for row in first["items"]], first["next"]) == (2, [owned.pk], 1)
    last = head.get(f"{asked}&limit=1&offset={first['next']}").data
    assert ([row["account"] for row in last["items"]], last["next"]) == ([alone.pk], None)
    pages = [head.get(f"/revenue/movements/accounts?kind=end&limit=1&offset={n}").data for n in range(2)]
    assert [page["next"] for page in pages] == [1, None] and pages[0]["items"] != pages[1]["items"]


def test_a_kpi_is_told_for_as_many_periods_as_are_asked_for(head: Rest) -> None:
    parted()
    found = head.get("/kpis?kpi=mrr&periods=3").data
    assert [(row["start"], row["value"]) for row in found["items"]] == [
        ("2026-02-01", 170_000), ("2026-03-01", 170_000), ("2026-04-01", 170_000),
    ]  # fmt: skip
    assert {row["kpi"] for row in found["items"]} == {"mrr"} and found["start"] == "2026-04-01"
    assert len(head.get("/kpis?kpi=mrr&periods=2&by=owner").data["items"]) == 6
    assert head.get("/kpis?by=owner&periods=14").status_code == 422


@pytest.mark.parametrize(
    ("asked", "name"),
    [("/kpis?slise=x", "slise"), ("/kpis/accounts?kpi=nrr&page=2", "page"), ("/kpis/targets?slice=x", "slice"),
     ("/revenue/movements?slice=x", "slice"), ("/revenue/movements/accounts?kind=end&to=x", "to"), ("/revenue/notes?kind=x", "kind"),
     ("/revenue/cohorts?month=x", "month"), ("/revenue/adjustments?x=1", "x"), ("/kpis/accounts?kpi=nrr&slice=smb", "slice")],
)  # fmt: skip
def test_what_nothing_answers_to_is_refused_by_its_name(head: Rest, asked: str, name: str) -> None:
    refused = head.get(asked)
    assert (refused.status_code, [each["pointer"] for each in refused.data["errors"]]) == (422, [f"/{name}"])


def test_only_who_may_configure_sets_targets_and_policies(org: Organisation) -> None:
    viewer = Rest(member(Role.EXECUTIVE))
    assert viewer.put("/kpis/targets", {"kpi": "mrr", "value": 1}).status_code == 403
    assert viewer.post("/revenue/policies", {"choices": {}, "note": "x"}).status_code == 403
