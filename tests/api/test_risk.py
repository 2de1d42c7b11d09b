"""Risk over REST and on the command line: told, held against what came, learned and withdrawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from nenrin.cli import risk as command
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import MetricPolicy, Risk, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import policies
from nenrin.insight.risk import learning, machine, runs, telling
from tests import cast
from tests.api.rest import Rest
from tests.insight import risk_world
from tests.insight.risk_world import KNOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(org: Organisation, at: datetime) -> Rest:
    risk_world.build(at, count=40)
    learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    telling.tell(KNOWN, at=at)
    return Rest(cast.member(Role.HEAD))


def test_risk_is_told_with_its_intervals_forecasts_and_models(api: Rest) -> None:
    told = api.get("/risk").data
    assert told["basis"] == "told" and told["as_of"] == str(KNOWN) and len(told["items"]) == Risk.objects.count()
    first = told["items"][0]
    assert [one["days"] for one in first["horizons"]] == [30, 90, 180, 365]
    assert all(one["probability"] is None and one["low"] <= one["high"] for one in first["horizons"])  # too few events
    found = api.get("/risk/forecast").data
    assert len(found["ahead"]) == 12 and found["currency"] == "JPY" and found["held"]
    (model,) = api.get("/risk/models").data
    assert model["state"] == "ranking" and "document" not in model
    assert api.get(f"/risk/models/{model['id']}").data == model
    assert api.get("/risk?as_of=2999-01-01").status_code == 422
    withdrawn = api.post(f"/risk/models/{model['id']}/deeds", {"do": "withdraw", "reason": "trial"}).data
    assert withdrawn["used_until"] and api.get("/risk").data["items"] == []
    assert api.get("/risk/models/999999").status_code == 404


def test_the_command_prints_the_same_and_learns(api: Rest) -> None:
    told = api.get("/risk").data
    printed = json.loads(CliRunner().invoke(command.command, ["--json"]).output)
    assert [one["account_id"] for one in printed["items"]] == [one["account_id"] for one in told["items"]]
    rows = CliRunner().invoke(command.command, ["--format", "csv"]).output.splitlines()
    assert len(rows) == len(told["items"]) + 1 and rows[0].startswith("rank,account_id")
    ahead = CliRunner().invoke(command.command, ["forecast", "--format", "csv"]).output
    assert ahead.count("ahead") == 12 and "replayed" in ahead
    learned = json.loads(CliRunner().invoke(command.command, ["learn", "--json"]).output)
    assert [one["event"] for one in learned["models"]] == ["churn", "involuntary", "contraction", "expansion"]


def test_learning_over_rest_is_asked_for_and_done_by_the_worker(api: Rest, at: datetime) -> None:
    assert api.get("/risk/models/learning").data["state"] == "none"
    asked = api.post("/risk/models", {})
    assert asked.status_code == 202 and asked.data["state"] == "asked" and RiskModelVersion.objects.count() == 1
    assert api.post("/risk/models", {}).data["id"] == asked.data["id"]
    runs.step(at)
    done = api.get("/risk/models/learning").data
    assert done["state"] == "done" and len(done["made"]) == 4 and RiskModelVersion.objects.count() == 5


def test_a_day_is_answered_from_what_is_kept_or_not_at_all(api: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "learn", lambda *args: 1 / 0)  # a GET learns nothing
    said = api.get(f"/risk?as_of={KNOWN}").data
    assert said["basis"] == "told" and said["items"] == api.get("/risk").data["items"]
    first = RiskSaid.objects.filter(is_replayed=True).order_by("as_of").first()
    assert first is not None
    earlier = api.get(f"/risk?as_of={first.as_of}").data
    assert earlier["basis"] == "replayed" and earlier["as_of"] == str(first.as_of)
    missing = api.get("/risk?as_of=2025-06-15")
    assert missing.status_code == 404 and str(KNOWN) in missing.content.decode()
    today = organisation.today(datetime.now(UTC))
    assert api.get(f"/risk?as_of={today}").status_code == 422 and api.get("/risk?as_of=0001-01-01").status_code == 422


def test_the_list_comes_in_pages_with_ranks_that_go_on(api: Rest) -> None:
    whole, found, cursor = api.get("/risk").data["items"], list[Any](), ""
    while True:
        part = api.get(f"/risk?limit=10&cursor={cursor}").data
        found += part["items"]
        cursor = part["next"]
        if not cursor:
            break
    assert found == whole and [one["rank"] for one in found] == list(range(1, len(whole) + 1)) and len(whole) > 10
    assert api.get("/risk?sort=p&limit=1").data["items"][0]["rank"] == len(whole)
    assert api.get("/risk?sort=name").status_code == 400


def test_amounts_are_in_the_currency_that_the_ledger_books_in(api: Rest) -> None:
    policy = policies.default()
    document = policies.to_document(replace(policy, reporting_currency="USD"))
    MetricPolicy.objects.create(number=2, document=document, from_on=KNOWN, published_at=datetime.now(UTC))
    assert api.get("/risk").data["currency"] == "USD" == api.get("/risk/forecast").data["currency"]


def test_accounts_that_are_archived_are_in_no_list(api: Rest) -> None:
    first = api.get("/risk").data["items"][0]["account_id"]
    Account.objects.filter(pk=first).update(archived_at=datetime.now(UTC))
    printed = json.loads(CliRunner().invoke(command.command, ["--json"]).output)
    recomputed = json.loads(CliRunner().invoke(command.command, ["--json", "--as-of", "2025-11-15"]).output)
    for items in (api.get("/risk").data["items"], printed["items"], recomputed["items"]):
        assert items and first not in {one["account_id"] for one in items}
