"""Learning that was asked for: a row that the worker takes, so that nobody waits for an answer while models are learned."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import datetime

from django.db import Error as DatabaseTrouble

from nenrin.foundation import journal, leases
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight.models import RiskLearning
from nenrin.insight.refresh import here
from nenrin.insight.risk import learning, telling

log = logging.getLogger(__name__)
LEASE = "risk.learn"
HOLDER = f"risk:{socket.gethostname()}:{os.getpid()}"
LEASE_SECONDS = 60
WAIT_SECONDS = 0.5
OPEN = ("asked", "running")
#: How often it is begun before it is given up: a process that is killed leaves it to the next.
ATTEMPTS = 3
#: Learnings that are kept.
KEPT = 20
STOPPED = f"the process that learned ended before it was done, {ATTEMPTS} times: is there enough memory?"


class NoDayClosed(LookupError):
    """No day has been closed yet: the worker closes one after midnight, or `nenrin worker --once` now."""


def ask(*, by: Actor, at: datetime) -> RiskLearning:
    """Have new models learned from what the last closed day knew. Journal: insight.risk.asked. One that still waits or
    runs is returned as it is. Raises NoDayClosed."""
    day = here().scored_through
    if day is None:
        raise NoDayClosed(NoDayClosed.__doc__)
    waiting = RiskLearning.objects.filter(state__in=OPEN).order_by("pk").first()
    if waiting:
        return waiting
    author = by.member
    row = RiskLearning.objects.create(known_on=day, author_id=author, asked_at=at)
    journal.record("insight.risk.asked", actor=by, at=at, subject=("risk_learning", row.pk), particulars={"known": day})
    return row


def newest() -> RiskLearning | None:
    return RiskLearning.objects.select_related("author").order_by("-pk").first()


def step(at: datetime) -> int:
    """One round of the worker: what was asked for first. Safe to repeat; 0 when idle."""
    row = RiskLearning.objects.filter(state__in=OPEN).order_by("pk").first()
    return advance(row, at) if row else 0


def advance(row: RiskLearning, at: datetime) -> int:
    """Learn what the row asks for; how many versions were made or 1 where it failed, 0 where another process learns."""
    with leases.held(LEASE, holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
        if not mine:
            return 0
        row.refresh_from_db()
        if row.state not in OPEN:
            return 0
        if row.attempts >= ATTEMPTS:
            return _fail(row, STOPPED, at)
        row.state, row.attempts, row.begun_at = "running", row.attempts + 1, at
        row.save(update_fields=["state", "attempts", "begun_at"])
        return _learn(row, at)


def finish(row: RiskLearning, now: Callable[[], datetime]) -> RiskLearning:
    """Learn here and now, or wait for the process that is at it."""
    while row.state in OPEN:
        if not advance(row, now()):
            time.sleep(WAIT_SECONDS)
        row.refresh_from_db()
    return row


def _learn(row: RiskLearning, at: datetime) -> int:
    begun = time.monotonic()
    try:
        by = Actor.of(row.author) if row.author else SYSTEM
        made = learning.learn(row.known_on, by=by, at=at)
        row.told = telling.tell(here().scored_through or row.known_on, at=at)
    except DatabaseTrouble:
        raise
    except Exception as problem:  # whatever it is, the page says it: a row that fails for ever would be tried for ever
        log.exception("the learning that was asked for at %s failed", row.asked_at)
        return _fail(row, f"{type(problem).__name__}: {problem}"[:500], at)
    row.state, row.made, row.seconds = "done", [one.pk for one in made], round(time.monotonic() - begun, 1)
    row.done_at = at
    row.save(update_fields=["state", "made", "told", "seconds", "done_at"])
    _forget()
    return len(made)


def _fail(row: RiskLearning, reason: str, at: datetime) -> int:
    row.state, row.reason, row.done_at = "failed", reason, at
    row.save(update_fields=["state", "reason", "done_at"])
    journal.record(
        "insight.risk.failed", actor=SYSTEM, at=at, subject=("risk_learning", row.pk), particulars={"reason": reason}
    )
    _forget()
    return 1


def _forget() -> None:
    old = RiskLearning.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    RiskLearning.objects.filter(pk__in=list(old)).exclude(state__in=OPEN).delete()
