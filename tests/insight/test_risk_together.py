"""What comes first: the events of an account told together make 1 with what stays unchanged."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.insight.risk import together
from nenrin.insight.risk.together import share

DAY = date(2025, 12, 31)
EVENTS = ("churn", "involuntary", "contraction", "expansion")


def alone(hazards: list[float]) -> list[float]:
    """What a model tells of each month from its chances: rounded as it is kept."""
    there = np.concatenate([[1.0], np.cumprod(1 - np.array(hazards))[:-1]])
    return [round(float(p), 6) for p in there * hazards]


twelve = st.lists(st.floats(0, 1), min_size=12, max_size=12)


@given(st.lists(twelve, min_size=1, max_size=4), st.sampled_from([30, 90, 180, 365]))
def test_all_events_and_what_stays_unchanged_make_one(hazards: list[list[float]], days: int) -> None:
    told = share({event: alone(own) for event, own in zip(EVENTS, hazards, strict=False)}, days)
    assert sum(told.first.values()) + told.unchanged == pytest.approx(1, abs=1e-9)
    assert all(0 <= p <= 1 for p in (*told.first.values(), told.unchanged))
    for event, own in zip(EVENTS, hazards, strict=False):
        periods = {30: 1, 90: 3, 180: 6, 365: 12}[days]
        assert told.first[event] <= 1 - np.prod(1 - np.array(own[:periods])) + 1e-4, "never above what it is alone"


def test_shares_of_two_months_by_hand() -> None:
    """.2 leave and .1 grow in each month: .8 x .9 = .72 stay, .28 move, two thirds of them leave; twice."""
    told = share({"churn": alone([0.2] * 12), "expansion": alone([0.1] * 12)}, 90)
    assert told.unchanged == pytest.approx(0.72**3, abs=1e-5)
    assert told.first["churn"] == pytest.approx(2 / 3 * (1 - 0.72**3), abs=1e-5)
    assert told.first["expansion"] == pytest.approx(1 / 3 * (1 - 0.72**3), abs=1e-5)


def test_an_event_alone_is_told_as_its_own_model_tells_it() -> None:
    months = alone([0.05, 0.3, 0.01, *[0.02] * 9])
    for days, count in ((30, 1), (90, 3), (365, 12)):
        assert share({"churn": months}, days).first["churn"] == pytest.approx(sum(months[:count]), abs=1e-6)


@pytest.mark.django_db
class TestOfAnAccount:
    @pytest.fixture
    def rows(self, org: Organisation, at: datetime) -> list[Risk]:
        account = accounts.open("会社", by=SYSTEM, at=at, status="customer")
        found = []
        for event, chance in (("expansion", 0.1), ("churn", 0.2)):
            version = RiskModelVersion.objects.create(
                event=event, number=1, state="trusted", known_on=DAY, learned_at=at, card={"shows_probability": True}
            )
            found.append(_row(account.pk, version, chance, at))
        return found

    def test_only_probabilities_that_may_be_said_compete(self, rows: list[Risk]) -> None:
        told = together.together(rows)
        assert told is not None and list(told.shares[0].first) == ["churn", "expansion"]
        assert told.left_out == ("involuntary", "contraction") and [one.days for one in told.shares] == [30, 90]
        rows[0].version.state = "ranking"
        told = together.together(rows)
        assert told is not None and list(told.shares[0].first) == ["churn"] and "expansion" in told.left_out
        rows[1].version.card = {"shows_probability": False}
        assert together.together(rows) is None and together.together([]) is None

    def test_what_was_told_of_an_older_day_is_left_out(self, rows: list[Risk]) -> None:
        rows[0].as_of = DAY - timedelta(1)
        told = together.together(rows)
        assert told is not None and list(told.shares[0].first) == ["churn"] and told.as_of == DAY


def _row(account: int, version: RiskModelVersion, chance: float, at: datetime) -> Risk:
    told: dict[str, Any] = {"horizons": [[30, 0, 0, 1], [90, 0, 0, 1]], "months": alone([chance] * 12)}
    return Risk.objects.create(
        account_id=account,
        event=version.event,
        version=version,
        as_of=DAY,
        at=at,
        p=0.1,
        low=0,
        high=1,
        minor=1,
        **told,
    )
