"""Measures of accounts on days: components evaluated in the lake's session, then one expression a measure.

A single day filters and sums inside the query engine. A grid reads each component once, as contributions
with their first and last day, and adds them up along the days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Protocol

import duckdb
import pyarrow as pa

from nenrin.analytics.kpis import daily, gridded
from nenrin.analytics.kpis.calendar import Calendar
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.kpis.plans import Plan, plan
from nenrin.analytics.kpis.surroundings import build, surround


class Readable(Protocol):
    """What measures are read from: a lake, or anything that opens a session with the same views."""

    def session(
        self, *, days: tuple[date, date] | None, known: date | None, accounts: Sequence[int] | None
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]: ...


def evaluate(
    lake: Readable,
    measures: Sequence[Measure],
    grid: Grid,
    *,
    accounts: Sequence[int] | None = None,
    calendar: Calendar | None = None,
    ages: bool = False,
) -> pa.Table:
    """The measures of each account on each day of the grid.

    Columns: account int64, as_of date32, then one float64 column a measure (null: missing), in the order of
    `measures`; with `ages` also `<key>__age`, days since the newest fact behind the value, for the measures
    that declare one. One row for every day on which the account was known and not merged into another;
    sorted by account and day.

    - `accounts`: None for all. The answer for an account does not depend on which others are asked for.
    - `calendar`: business days; Japan's unless given.
    - A grid without `known` sees each day as it was known at its own end.
    """
    return pa.concat_tables(evaluate_in_slabs(lake, measures, grid, accounts=accounts, calendar=calendar, ages=ages))


def evaluate_in_slabs(
    lake: Readable,
    measures: Sequence[Measure],
    grid: Grid,
    *,
    accounts: Sequence[int] | None = None,
    calendar: Calendar | None = None,
    ages: bool = False,
) -> Iterator[pa.Table]:
    """As `evaluate`, some accounts at a time: for grids too large to hold at once."""
    wanted = plan(tuple(measures), ages=ages)
    with lake.session(days=days_read(wanted, grid), known=grid.fixed_knowledge, accounts=accounts) as db:
        surround(db, calendar or Calendar.japan(), grid, wanted.reach_days)
        build(db, wanted.relations_on_day if grid.is_one_day else wanted.relations, grid)
        if grid.is_one_day:
            yield daily.evaluate(db, wanted, grid.first)
        else:
            yield from gridded.evaluate(db, wanted, grid)


def days_read(wanted: Plan, grid: Grid) -> tuple[date, date]:
    """The days of usage that an evaluation reads, half-open."""
    return grid.first - timedelta(wanted.reach_days), grid.last + timedelta(1)
