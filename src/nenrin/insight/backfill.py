"""Health of past days at once: imported history as it would have been scored, day after day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
from django.db import transaction

from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import micro, records, scans
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.raws import Layout
from nenrin.analytics.scores.records import Record
from nenrin.foundation import journal, organisation
from nenrin.foundation.calendar import start_of
from nenrin.ingest import lakes
from nenrin.insight import changes, closing, history, refresh
from nenrin.insight.days import day as day_of
from nenrin.insight.days import number
from nenrin.insight.modelling import configuration, nouns
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.models import Progress
from nenrin.insight.refreshing import evaluation, projection


class AlreadyStored(ValueError):
    """Health of some of these days is stored, and stored days never change: choose days before them."""


class NotYesterday(ValueError):
    """A backfill ends with the last day that is over, so that the next tick can go on from it."""


def backfill(first: date, last: date, *, at: datetime, told: Callable[[int], None] = lambda accounts: None) -> int:
    """Score every day from `first` to `last` as known on each, and store them as closed; returns the accounts scored.

    Journal: changes of band, each at the end of its own day. `told` hears how many accounts are done. Safe to repeat
    after a crash. Raises AlreadyStored, NotYesterday, closing.WritersAtWork.
    """
    lake = lakes.current()
    _refuse(lake, first, last, at)
    closing.shut_waiting(last, at)
    lake.roll()
    live = configuration.between(first, last)
    done: set[int] = set()
    for part, lived in enumerate(walked(lake, first, last, live)):
        history.append(lake, lived, live, version=part, app=_app(first, last))
        with transaction.atomic():
            done |= _keep(lived, live, last, at)
        told(len(done))
    Progress.objects.filter(pk=refresh.here().pk).update(scored_through=last)
    projection.compare(lake, last, sorted(done))
    return len(done)


def walked(
    lake: Lake, first: date, last: date, live: Configuration, *, known: date | None = None,
    accounts: Sequence[int] | None = None,
) -> Iterator[list[scans.Day]]:  # fmt: skip
    """Every day of the span scanned from its first, some accounts at a time."""
    layout = Layout.of(live.models)
    for slab in evaluation.evaluate(lake, Grid.daily(first, last, known), live, accounts=accounts):
        empty = scans.start(layout, np.array([], dtype=np.int64))
        yield list(scans.scan(live.models, empty, ((number(one.day), one.which, one.frame) for one in slab)))


def _app(first: date, last: date) -> str:
    return f"{history.APP}.{first}.{last}"


def _refuse(lake: Lake, first: date, last: date, at: datetime) -> None:
    through = refresh.here().scored_through or organisation.today(at) - timedelta(1)
    if last != through or first > last:
        raise NotYesterday(f"{NotYesterday.__doc__} It is {through}.")
    begun = history.scores_table(lake).version(_app(first, last)) >= 0
    if not begun and history.versions(lake, first, last):
        raise AlreadyStored(AlreadyStored.__doc__)


def _keep(lived: Sequence[scans.Day], live: Configuration, last: date, at: datetime) -> set[int]:
    """The last day's health, ninety days of scores, and the changes of band of all days."""
    final = list(records.records(lived[-1], live.versions))
    recent = [row for day in lived[-projection.KEPT_DAYS :] for row in _daily(day, live)]
    projection.keep_daily(recent, last)
    projection.show(final, live, as_of=last, at=at, is_final=True)
    journal.record_many(_changes(lived, live))
    return {record.account for record in final}


def _daily(day: scans.Day, live: Configuration) -> Iterator[tuple[int, date, float, float, str, float, int]]:
    """Rows of DailyScore, without the making of whole records."""
    on, state = day_of(day.day), day.state
    bands = [Band.of(code).value for code in state.shown.tolist()]
    versions = [live.versions[place] for place in day.raw.which.tolist()]
    today, score = (np.round(micro.points(table), 6).tolist() for table in (day.raw.score, day.score))
    coverage = np.round(day.raw.coverage, 6).tolist()
    rows = zip(state.accounts.tolist(), today, score, bands, coverage, versions, strict=True)
    return ((account, on, *rest) for account, *rest in rows)


def _changes(lived: Sequence[scans.Day], live: Configuration) -> list[journal.Draft]:
    zone, drafts = organisation.zone(), []
    models, known = dict(zip(live.versions, live.models, strict=True)), nouns.of(live.needs())
    for before, after in pairwise(lived):
        earlier = before.state.for_accounts(after.state.accounts)
        rows = np.flatnonzero((earlier.which != scans.NEW) & (earlier.shown != after.state.shown))
        if not len(rows):
            continue
        order = np.argsort(before.state.accounts)
        was = order[np.searchsorted(before.state.accounts, after.state.accounts[rows], sorter=order)]
        pairs: Iterator[tuple[Record, Record]] = zip(
            records.records(before, live.versions, was.tolist()),
            records.records(after, live.versions, rows.tolist()),
            strict=True,
        )
        ended = start_of(day_of(after.day + 1), zone)
        found = (changes.change(left, right, models[right.version], known, at=ended) for left, right in pairs)
        drafts += [draft for draft in found if draft]
    return drafts
