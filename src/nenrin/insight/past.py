"""Records of any day: as they were shown where they were stored, computed again where they were not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from nenrin.analytics.scores import records
from nenrin.analytics.scores.records import Record
from nenrin.ingest import lakes
from nenrin.insight import backfill, history, refresh
from nenrin.insight.days import number
from nenrin.insight.modelling import configuration
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.refreshing import kept

#: How long a scan runs before the day that is asked for: six half-lives of the default model leave 1.5 % of its start.
WARM_UP_DAYS = 90

Basis = Literal["shown", "recomputed"]


@dataclass(frozen=True, slots=True)
class Past:
    """Records by account, and whether they are what people saw that day or what we compute now."""

    records: dict[int, Record]
    basis: Basis
    configuration: Configuration


def on(
    day: date, *, accounts: Sequence[int] | None = None, known_at: date | None = None, version: int | None = None
) -> Past:
    """Every account's record of a day; as shown, unless other knowledge or another model is asked for."""
    if known_at is None and version is None:
        shown = _shown(day, accounts)
        if shown is not None:
            return shown
    return _recomputed(day, accounts, known_at, version)


def _shown(day: date, accounts: Sequence[int] | None) -> Past | None:
    scored = refresh.here().scored_through
    if scored is None or day > scored:
        return _current(day, accounts)
    lake = lakes.current()
    wanted = history.versions(lake, day, day)
    if not wanted:
        return None
    live = configuration.of(configuration.rows(wanted))
    found = history.records(lake, day, day, live, accounts=accounts)
    return Past({account: record for (account, _), record in found.items()}, "shown", live)


def _current(day: date, accounts: Sequence[int] | None) -> Past | None:
    """The open day, if it has been refreshed."""
    wanted = None if accounts is None else set(accounts)
    found = kept.records("now", accounts)
    there = {r.account: r for r in found if r.day == number(day) and (wanted is None or r.account in wanted)}
    if not there:
        return None
    versions = {record.version for record in there.values()}
    return Past(there, "shown", configuration.of(configuration.rows(versions)))


def _recomputed(day: date, accounts: Sequence[int] | None, known_at: date | None, version: int | None) -> Past:
    first = day - timedelta(WARM_UP_DAYS)
    live = configuration.between(first, day) if version is None else configuration.only(version)
    lake = lakes.current()
    found: dict[int, Record] = {}
    for lived in backfill.walked(lake, first, day, live, known=known_at, accounts=accounts):
        found |= {record.account: record for record in records.records(lived[-1], live.versions)}
    return Past(found, "recomputed", live)
