"""Risk over REST and on the command line: told, held against what came, learned and withdrawn."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from nenrin.cli import risk as command
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.insight.risk import learning, runs, telling
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
    assert [one["event"] for one in learned["models"]] == ["churn", "expansion"]


def test_learning_over_rest_is_asked_for_and_done_by_the_worker(api: Rest, at: datetime) -> None:
    assert api.get("/risk/models/learning").status_code == 404
    asked = api.post("/risk/models", {})
    assert asked.status_code == 202 and asked.data["state"] == "asked" and RiskModelVersion.objects.count() == 1
    assert api.post("/risk/models", {}).data["id"] == asked.data["id"]
    runs.step(at)
    done = api.get("/risk/models/learning").data
    assert done["state"] == "done" and len(done["made"]) == 2 and RiskModelVersion.objects.count() == 3
