"""Models that somebody asked for: learned by the worker, once, with a state and a reason that pages can show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from nenrin.foundation import leases
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskLearning, RiskModelVersion
from nenrin.insight.risk import learning, runs, step
from tests import cast
from tests.insight import risk_world
from tests.insight.risk_world import KNOWN

pytestmark = pytest.mark.django_db


def test_what_was_asked_for_is_learned_once_in_the_name_of_who_asked(org: Organisation, at: datetime) -> None:
    with pytest.raises(runs.NoDayClosed):
        runs.ask(by=SYSTEM, at=at)
    risk_world.build(at, count=40)
    member = cast.member(Role.HEAD)
    row = runs.ask(by=Actor.of(member), at=at)
    assert (row.state, row.known_on) == ("asked", KNOWN) and runs.ask(by=SYSTEM, at=at) == row
    with leases.held(runs.LEASE, holder="another process", seconds=60, at=at):
        assert runs.step(at) == 0 and not RiskModelVersion.objects.exists()
    assert runs.step(at) == 4 and runs.step(at) == 0
    row.refresh_from_db()
    assert row.state == "done" and row.told == Risk.objects.count() > 0
    assert set(row.made) == set(RiskModelVersion.objects.filter(author=member).values_list("pk", flat=True))
    assert Entry.objects.filter(action="insight.risk.asked").count() == 1
    assert runs.ask(by=SYSTEM, at=at) != row


def test_what_cannot_be_learned_says_why_and_is_not_tried_for_ever(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk_world.build(at, count=4)
    row = runs.ask(by=SYSTEM, at=at)

    def away(*args: Any, **more: Any) -> list[Any]:
        raise OperationalError("the database is away")

    monkeypatch.setattr(learning, "learn", away)
    with pytest.raises(OperationalError):
        runs.step(at)
    row.refresh_from_db()
    assert row.state == "running"  # it goes on when the database is back

    def broken(*args: Any, **more: Any) -> list[Any]:
        raise ValueError("no column")

    monkeypatch.setattr(learning, "learn", broken)
    assert runs.step(at) == 1 and runs.step(at) == 0
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "ValueError: no column")
    assert Entry.objects.filter(action="insight.risk.failed").count() == 1
    killed = runs.ask(by=SYSTEM, at=at)
    RiskLearning.objects.filter(pk=killed.pk).update(state="running", attempts=runs.ATTEMPTS)
    assert runs.step(at) == 1
    killed.refresh_from_db()
    assert killed.state == "failed" and "memory" in killed.reason


def test_the_command_waits_for_a_worker_that_is_at_it(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk_world.build(at, count=4)
    row, clock, waited = runs.ask(by=SYSTEM, at=at), [at], list[float]()
    assert leases.take(runs.LEASE, holder="a worker that is killed", seconds=60, at=at)

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += timedelta(seconds=20)

    monkeypatch.setattr("nenrin.insight.risk.runs.time.sleep", sleep)
    assert runs.finish(row, lambda: clock[0]).state == "done" and len(waited) == 3


def test_the_month_is_not_learned_while_what_was_asked_for_is(org: Organisation, at: datetime) -> None:
    risk_world.build(at, count=40)
    with leases.held(runs.LEASE, holder="another process", seconds=60, at=at):
        assert step.step(at) == 0 and not RiskModelVersion.objects.exists()
    assert step.step(at) == 4


def test_two_that_learn_at_once_get_numbers_of_their_own(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk_world.build(at, count=40)
    _version(1, at)
    true, calls = learning._next, list[int]()

    def late(event: str) -> int:
        """The last number was read before another process wrote its version."""
        calls.append(true(event) if calls else 1)
        return calls[-1]

    monkeypatch.setattr(learning, "_next", late)
    (mine,) = learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    assert calls == [1, 2] and mine.number == 2 and learning.in_use("churn") == mine
    assert Entry.objects.filter(action="insight.risk.learned").count() == 1


def test_two_that_put_a_version_to_use_at_once_leave_one_in_use(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _version(1, at), _version(2, at)
    true, calls = learning._told, list[str]()
    RiskModelVersion.objects.filter(pk=first.pk).update(used_from=at)

    def refused(what: str, version: RiskModelVersion, *args: Any, **more: Any) -> None:
        calls.append(what)
        if len(calls) == 1:
            raise IntegrityError("one_risk_model_in_use")
        true(what, version, *args, **more)

    monkeypatch.setattr(learning, "_told", refused)
    assert learning.use(second, by=SYSTEM, at=at).used_from == at and calls == ["used", "used"]
    assert learning.in_use("churn") == second


def _version(number: int, at: datetime) -> RiskModelVersion:
    return RiskModelVersion.objects.create(
        event="churn", number=number, state="ranking", known_on=KNOWN, learned_at=at, card={}
    )
