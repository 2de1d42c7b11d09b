"""From facts to health: what is touched is brought up to date, with reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import pulses, refresh
from nenrin.insight.modelling import configuration
from nenrin.insight.models import CurrentMeasure, DailyScore, Health, HealthDetail
from nenrin.insight.refreshing import kept, projection
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import FIRST, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World().begin()


def test_a_busy_customer_has_health_with_its_measures(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account, seats=4)
    world.say("mapping", "product|signed_in", None, {"use": "login", "feature": None})
    for user in ("mei", "ken", "aya", "rio"):
        world.use(THRIVING, user=user, times=2)
    assert world.refresh() == 1
    health = Health.objects.get(account=account)
    assert health.as_of == FIRST and not health.is_final
    assert CurrentMeasure.objects.get(account=account, measure="weekly_active_users").value == 4
    assert CurrentMeasure.objects.get(account=account, measure="active_user_share").value == 1
    detail = HealthDetail.objects.get(account=account).now
    assert sum(detail["got"].values()) + sum(detail["bars"].values()) + detail["override"] == detail["score"]


def test_only_touched_accounts_are_evaluated(world: World) -> None:
    for name in (THRIVING, DRIFTING):
        world.subscribe(world.open(name))
        world.use(name)
    assert world.refresh() == 2
    assert world.refresh() == 0
    world.use(DRIFTING)
    assert world.refresh() == 1


def test_a_closed_day_is_final_and_kept(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account)
    world.use(THRIVING)
    world.end_day()
    kept = DailyScore.objects.get(account=account)
    assert (kept.day, Health.objects.get(account=account).is_final) == (FIRST, True)
    with pytest.raises(refresh.DayIsClosed):
        refresh.run(FIRST, at=world.now)
    assert Entry.objects.filter(action="insight.day.closed").count() == 2
    world.refresh()
    assert Health.objects.get(account=account).as_of == FIRST + timedelta(1)


def test_a_pulse_moves_today_within_one_refresh(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account)
    world.use(THRIVING)
    world.refresh()
    before = Health.objects.get(account=account).today
    pulses.give(account.pk, 6, by=SYSTEM, at=world.now)
    assert world.refresh() == 1
    assert Health.objects.get(account=account).today > before


def test_use_that_falls_far_is_told_when_it_falls_and_not_while_it_stays_low(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account)
    world.use(THRIVING)
    world.refresh()
    record, live = next(kept.records("now")), configuration.between(FIRST, FIRST)

    def told(trend: float | None) -> list[int]:
        values = {**record.values, "usage_trend": trend}
        projection.show([replace(record, values=values)], live, as_of=FIRST, at=world.now, is_final=False)
        rows = Entry.objects.filter(action="insight.use.fell", account=account.pk).order_by("pk")
        return [row.particulars["fell"] for row in rows]

    assert told(None) == told(0.6) == told(0.5) == []  # nobody knew it higher
    assert told(0.71) == []
    assert told(0.66) == told(0.66) == told(0.2) == [34]
    assert told(1.0) == [34]
    assert told(0.7) == [34, 30]
