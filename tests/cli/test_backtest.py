"""`nenrin backtest`: the figures as a table or whole as JSON; a version that is not there is named."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from nenrin.cli import backtest
from nenrin.foundation import leases
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.backtests import reading, replaying, runs
from nenrin.insight.models import Backtest, RiskBacktest
from nenrin.insight.risk import learning
from tests.insight import backtests_world, risk_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MANY", 0)
    monkeypatch.setattr(replaying, "WEEKS", 62)


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(backtest.command, list(args))
    return done.exit_code, done.output


def test_the_table_and_the_json_say_the_same(org: Organisation, at: datetime) -> None:
    backtests_world.build(at)
    status, text = run("answers", "--as-of", "2026-11-20", "--json")
    told = json.loads(text)
    assert status == 0 and told["state"] == "done" and told["as_of"] == "2026-11-20"
    assert Backtest.objects.get().card == told["card"]
    rows = backtest._rows(told["card"], "due")
    model = next(row for row in rows if row["rule"] == "model" and row["horizon"] == 30)
    assert model["auc"] == round(told["card"]["due"][0]["areas"]["model"]["value"], 3)
    assert {row["wanting"] for row in backtest._rows(told["card"], "everyone")} >= {0}


def test_what_is_not_there_is_named(org: Organisation, at: datetime) -> None:
    status, text = run("nothing")
    assert status == 1 and "nothing" in text


def test_the_command_waits_for_a_worker_that_is_at_it(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    backtests_world.build(at)
    row = runs.ask(reading.version("answers", ""), by=SYSTEM, at=at)
    clock, waited = [at], list[float]()
    assert leases.take(f"backtest.{row.pk}", holder="a worker that is killed", seconds=60, at=at)

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += timedelta(seconds=20)

    monkeypatch.setattr("nenrin.insight.backtests.rounds.time.sleep", sleep)
    assert runs.finish(row, lambda: clock[0]).state == "done" and len(waited) == 3


def test_a_risk_model_is_named_by_its_event(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("risk:churn") == (1, "nenrin: there is no version in use of a risk model 'risk:churn'\n")
    monkeypatch.setattr(replaying, "WEEKS", 4)
    risk_world.build(at)
    learning.learn(risk_world.KNOWN, by=SYSTEM, at=at, events=("churn",))
    asked = ("risk:churn", "--version", "1", "--as-of", "2025-12-31", "--capacity", "7", "--json")
    status, text = run(*asked)
    told = json.loads(text)
    assert status == 0 and (told["model"], told["version"], told["state"]) == ("risk:churn", 1, "done")
    assert RiskBacktest.objects.get().card == told["card"] and told["card"]["capacity"] == 7
    assert {row["horizon"] for row in backtest._rows(told["card"], "due")} == {30, 90, 180, 365}
