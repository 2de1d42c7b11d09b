"""Backtests by the API: asked for, read, refused."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.backtests import reading
from nenrin.insight.models import Backtest, Risk, RiskBacktest, RiskModelVersion
from tests.api.rest import Rest
from tests.cast import member
from tests.insight import backtests_world, risk_backtests_world

pytestmark = pytest.mark.django_db
PATH = "/health-models/standard/backtest"


@pytest.fixture
def rest(org: Organisation, at: datetime) -> Rest:
    health_models.install(at=at)
    return Rest(member(Role.OPERATIONS))


def test_a_backtest_is_asked_for_and_read(rest: Rest, at: datetime) -> None:
    nothing = rest.get(PATH)
    assert nothing.status_code == 200 and nothing.data["state"] == "none" and nothing.data["card"] is None
    assert "POST" in nothing.data["reason"] and nothing.data["version"] == 1
    asked = rest.call("POST", PATH, {"capacity": 20})
    assert asked.status_code == 202 and asked.data["state"] == "asked" and asked.data["card"] is None
    assert rest.get(PATH).data["progress"] == {"done": 0, "accounts": 0}
    backtests_world.finished(reading.version("standard"), at)
    told = rest.get(PATH).data
    assert told["state"] == "done" and told["reason"] == "" and told["card"]["due"][1]["areas"]["model"]["value"] > 0.5
    assert told["version"] == 1 and told["weights"]["measures"]


def test_a_day_to_come_and_a_version_that_is_not_there_are_refused(rest: Rest) -> None:
    assert rest.call("POST", PATH, {"as_of": "2999-01-01"}).status_code == 422
    assert rest.call("POST", PATH, {"version": "draft"}).status_code == 404
    assert rest.get(PATH + "?version=7").status_code == 404
    assert not Backtest.objects.exists()


def test_a_risk_models_backtest_is_asked_for_and_read_by_who_may(rest: Rest, at: datetime) -> None:
    row = RiskModelVersion.objects.create(event="churn", number=3, state="trusted", known_on=at.date(), learned_at=at)
    path = f"/risk/models/{row.pk}/backtest"
    nothing = rest.get(path).data
    assert (nothing["model"], nothing["version"], nothing["state"]) == ("risk:churn", 3, "none") and nothing["reason"]
    assert rest.call("POST", path, {}).status_code == 409, "without a model there is nothing to test"
    RiskModelVersion.objects.update(document={"kind": "made up"})
    seeing = Rest(member(Role.CSM))
    assert seeing.get(path).status_code == 200 and seeing.call("POST", path, {}).status_code == 403
    assert rest.call("POST", path, {"as_of": "2999-01-01"}).status_code == 422
    asked = rest.call("POST", path, {"capacity": 20})
    assert asked.status_code == 202 and asked.data["state"] == "asked" and RiskBacktest.objects.get().capacity == 20
    row.refresh_from_db()
    risk_backtests_world.finished(row, at)
    told = rest.get(path).data
    assert told["state"] == "done" and told["card"]["due"][1]["areas"]["model"]["value"] > 0.5
    assert "health" in told["card"]["due"][1]["areas"] and len(told["card"]["kept"]) == 3
    assert rest.get("/risk/models/999999/backtest").status_code == 404


def test_an_accounts_events_are_told_together_and_make_one(rest: Rest, at: datetime) -> None:
    account = accounts.open("会社", by=SYSTEM, at=at, status="customer")
    path = f"/risk/accounts/{account.pk}"
    assert rest.get(path).data["shares"] == [] and rest.get(path).data["reason"]
    for event, chance in (("churn", 0.3), ("contraction", 0.2), ("expansion", 0.1)):
        version = RiskModelVersion.objects.create(
            event=event, number=1, state="trusted", known_on=at.date(), learned_at=at, card={"shows_probability": True}
        )
        Risk.objects.create(
            account=account, event=event, version=version, as_of=at.date(), at=at, p=chance, low=0, high=1, minor=1,
            horizons=[[30, chance, 0, 1], [365, chance, 0, 1]], months=[chance, *[0.0] * 11],
        )  # fmt: skip
    told = rest.get(path).data
    assert told["left_out"] == ["involuntary"] and [one["days"] for one in told["shares"]] == [30, 365]
    for one in told["shares"]:
        assert one["unchanged"] == pytest.approx(0.7 * 0.8 * 0.9)
        assert sum(one["first"].values()) + one["unchanged"] == pytest.approx(1)
        assert one["first"]["churn"] == pytest.approx(3 * one["first"]["expansion"])
    assert rest.get("/risk/accounts/999999").status_code == 404
