"""Where no model is in use every page, program and account says why, and how much is missing."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nenrin.cli import risk as command
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskModelVersion, RiskSaid
from nenrin.insight.risk import learning, reports, silences
from tests import cast
from tests.api.rest import Rest
from tests.insight.risk_world import KNOWN
from tests.insight.test_lifetime_own_risk import version
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
CARD: dict[str, Any] = {"events": 60, "rows": 900, "shows_probability": True}
FEW: dict[str, Any] = {"state": "not_enough", "card": {"events": 4, "rows": 90, "needed": 10}, "used_from": None}


def body(path: str, language: str = "en") -> str:
    client = Client()
    client.force_login(cast.member(Role.HEAD, f"責任者 {language}", language=language))
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_too_few_events_say_how_many_are_missing_everywhere(org: Organisation, at: datetime) -> None:
    version(**FEW)
    account = stage.account(at=at)
    said = "Not enough data: 4 events so far, 10 needed, 6 more."
    for path in ("/risk", "/risk/forecast", f"/accounts/{account.pk}", f"/accounts/{account.pk}/health"):
        assert said in body(path), path
    assert "データ不足：発生4件（10件必要、あと6件）。" in body("/risk", "ja")
    rest = Rest(cast.member(Role.HEAD, "番人"))
    assert said in rest.get("/risk").data["reason"] == reports.report("churn").reason
    assert said in rest.get("/risk/forecast").data["reason"]
    assert said in CliRunner().invoke(command.command, ["forecast"]).stderr
    printed = CliRunner().invoke(command.command, ["forecast", "--json"])
    assert said in json.loads(printed.stdout)["reason"]


def test_what_was_refused_or_held_back_says_so(org: Organisation) -> None:
    made = version(state="leaking", used_from=None)
    assert "Its card names the measures" in body("/risk")
    RiskModelVersion.objects.filter(pk=made.pk).update(state="flagged")
    assert "until a person writes down why it is none" in body("/risk")
    assert "flagged" in reports.report("churn").reason


def test_a_version_that_was_withdrawn_says_when_and_why(org: Organisation, at: datetime) -> None:
    made = version(card=CARD)
    account = stage.account(at=at)
    assert silences.of("churn") is None and silences.ended(made) is None
    made = learning.withdraw(made, by=SYSTEM, at=at, reason="Prices changed. 値上げのため")
    for path in ("/risk", "/risk/forecast", f"/risk/models/{made.pk}", f"/accounts/{account.pk}/health"):
        assert "It was taken out of use on" in body(path) and "Prices changed. 値上げのため." in body(path), path
    assert "withdrawn" in reports.report("churn").reason
    learning.use(made, by=SYSTEM, at=at)
    learning.withdraw(made, by=SYSTEM, at=at.replace(year=at.year + 1))
    assert "The reason" not in body("/risk") and "It was taken out of use on" in body("/risk")


def test_one_that_gave_way_to_another_says_nothing(org: Organisation, at: datetime) -> None:
    old = version(used_until=at, card=CARD)
    new = version(number=2, used_from=at, card=CARD)
    assert silences.of("churn") is None and silences.ended(old) is None is silences.ended(new)
    assert "taken out of use" not in body(f"/risk/models/{old.pk}")


def test_a_newer_one_with_too_few_does_not_speak_for_the_one_in_use(org: Organisation, at: datetime) -> None:
    version()
    version(**FEW | {"number": 2})
    account = stage.account(at=at)
    assert "Not a paying customer on the last closed day" in body(f"/accounts/{account.pk}/health")
    with CaptureQueriesContext(connection) as asked:
        assert silences.of("churn") is None
    assert len(asked) == 1


@pytest.mark.parametrize("month", ["year", "2026-01-01", "2025-12-01"])
def test_accounts_behind_a_forecast_have_no_probability_where_the_model_only_ranks(
    org: Organisation, at: datetime, month: str
) -> None:
    made, account = version(card=CARD), stage.account(at=at)
    said: dict[str, Any] = {"account": account, "event": "churn", "version": made, "p": 0.37, "low": 0.1, "high": 0.6,
                            "minor": 1000, "months": [0.37] * 12, "horizons": [[365, 0.37, 0.1, 0.6]]}  # fmt: skip
    Risk.objects.create(as_of=KNOWN, at=at, **said)
    RiskSaid.objects.create(as_of=date(2025, 11, 30), **said)
    client, path = Client(), f"/risk/forecast/{month}/export.csv"
    client.force_login(cast.member(Role.HEAD, "書き出し担当", language="en"))

    def heads() -> list[str]:
        answer: Any = client.get(path)
        return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0].split(",")

    assert "Probability" in heads()
    RiskModelVersion.objects.update(state="ranking", card=CARD | {"shows_probability": False, "events": 24})
    assert "Probability" not in heads() and "Expected" in heads()
    if month != "2025-12-01":  # of a past month the page shows the range that was said
        assert "too few events for a probability of each" in body(f"/risk/forecast/{month}")
