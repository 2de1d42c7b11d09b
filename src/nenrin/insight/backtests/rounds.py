"""A long computation in rounds: a row says how far it is, any process goes on from there, and three failures end it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from nenrin.foundation import leases
from nenrin.insight.models import Backtest, RiskBacktest

HOLDER = f"backtest:{socket.gethostname()}:{os.getpid()}"
LEASE_SECONDS = 60
WAIT_SECONDS = 0.5
OPEN = ("asked", "running")
#: How often a part is tried before the work is given up.
ATTEMPTS = 3
R = TypeVar("R", Backtest, RiskBacktest)


@dataclass(frozen=True, slots=True)
class Work(Generic[R]):
    """`rows`: where it is asked for; `lease` names the right to one row; `go_on` does one bounded round and returns how
    much; `give_up` keeps that it failed; `size`: the rounds' measure of all of it."""

    rows: type[R]
    lease: str
    go_on: Callable[[R, datetime], int]
    give_up: Callable[[R, datetime], int]
    size: Callable[[R], int]


def step(work: Work[R], at: datetime) -> int:
    """One round of what was asked for first. Safe to repeat; 0 when idle."""
    row = _rows(work).filter(state__in=OPEN).order_by("pk").first()
    return advance(work, row, at) if row else 0


def advance(work: Work[R], row: R, at: datetime) -> int:
    """One round of one row; how much it moved on, 0 where another process is at it."""
    with leases.held(f"{work.lease}.{row.pk}", holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
        if not mine:
            return 0
        row.refresh_from_db()
        if row.state not in OPEN:
            return 0
        if row.attempts >= ATTEMPTS:
            return work.give_up(row, at)
        own = _rows(work).filter(pk=row.pk)
        own.update(attempts=row.attempts + 1, state="running")
        done = work.go_on(row, at)
        own.update(attempts=0)
        return done


def finish(work: Work[R], row: R, now: Callable[[], datetime], told: Callable[[int, int], None]) -> R:
    """Compute to the end here and now; `told` hears how much is done.

    While another process is at it, wait for that one: each round has an instant of its own, so that a right is neither
    taken from who holds it nor waited for when its holder was killed.
    """
    while row.state in OPEN:
        if not advance(work, row, now()):
            time.sleep(WAIT_SECONDS)
        row.refresh_from_db()
        told(row.done, work.size(row))
    return row


def _rows(work: Work[R]) -> Any:
    return work.rows._default_manager.all()
