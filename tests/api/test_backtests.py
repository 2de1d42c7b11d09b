"""Backtests by the API: asked for, read, refused."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.backtests import reading
from nenrin.insight.models import Backtest
from tests.api.rest import Rest
from tests.cast import member
from tests.insight import backtests_world

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
