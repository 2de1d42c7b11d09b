"""The daily tick: a day's health becomes final, is stored, and never changes again."""

from __future__ import annotations

import os
import socket
from datetime import date, datetime, timedelta

from django.db import transaction

from nenrin.analytics.scores import records
from nenrin.foundation import journal, leases, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import lakes
from nenrin.insight import closing, history, refresh
from nenrin.insight.days import number
from nenrin.insight.modelling import configuration
from nenrin.insight.models import Progress
from nenrin.insight.refreshing import projection
from nenrin.insight.refreshing.rolling import rolled

HOLDER = f"tick:{socket.gethostname()}:{os.getpid()}"
LEASE_SECONDS = 600


def step(at: datetime) -> int:
    """One round of the worker: close the oldest open day before today, if there is one. Safe to repeat."""
    return 0 if close_day(at) is None else 1


def close_day(at: datetime) -> date | None:
    """Make the oldest day that is over final; returns it, or None where there is none or another process is at it.

    Sets the organisation's `closed_through` first: whatever comes later is known on a later day. Several missed days
    are closed one call after another. A crash at any point is mended by the next call.
    Journal: insight.day.closed, and changes of band.
    """
    with leases.held("tick", holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
        if not mine:
            return None
        day = due(at)
        if day is None or not closing.shut(day, at) or not rolled(lakes.current(), at):
            return None
        _score(day, at)
        return day


def due(at: datetime) -> date | None:
    """The oldest day that is over and not scored. A new installation begins with the day before its first tick."""
    yesterday = organisation.today(at) - timedelta(1)
    progress = refresh.here()
    if progress.scored_through is None:
        return yesterday
    following = progress.scored_through + timedelta(1)
    return following if following <= yesterday else None


def _score(day: date, at: datetime) -> None:
    """Final scores: first into the lake (once, by the day's number), then into the tables, with the progress."""
    lake, through = lakes.current(), refresh.here().scored_through
    yesterday = refresh.closed(None, through)
    live = configuration.between(day, day, also={record.version for record in yesterday})
    scored = refresh.next_day(lake, day, live, yesterday)
    history.append(lake, [scored], live, version=number(day))
    kept = list(records.records(scored, live.versions))
    with transaction.atomic():
        # A process that was stopped for longer than its right finds the day scored by another, and leaves it so.
        if not Progress.objects.filter(pk=1, scored_through=through).update(scored_through=day):
            return
        projection.show(kept, live, as_of=day, at=at, is_final=True)
        projection.forget(None, [record.account for record in kept])
        projection.keep_daily([projection.daily(record) for record in kept], day)
        journal.record("insight.day.closed", actor=SYSTEM, at=at, particulars={"day": day, "accounts": len(kept)})
    projection.compare(lake, day, [record.account for record in kept])
