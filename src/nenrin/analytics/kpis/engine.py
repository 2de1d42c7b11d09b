"""Measures of accounts on days: components evaluated in the lake's session, then one expression a measure.

A single day filters and sums inside the query engine. A grid reads each component once, as contributions
with their first and last day, and adds them up along the days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Protocol, TypeVar

import duckdb
import pyarrow as pa

from nenrin.analytics.kpis import daily, gridded
from nenrin.analytics.kpis.calendar import Calendar
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.kpis.plans import Plan, plan
from nenrin.analytics.kpis.surroundings import build, surround

T = TypeVar("T")
#: Accounts whose facts and usage are so few that plans are not worth improving.
FEW = 20


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
    beside = evaluate_beside(lake, measures, grid, _nothing, accounts=accounts, calendar=calendar, ages=ages)
    return (slab for slab, _ in beside)


def evaluate_beside(
    lake: Readable,
    measures: Sequence[Measure],
    grid: Grid,
    also: Callable[[duckdb.DuckDBPyConnection, pa.Table], T],
    *,
    accounts: Sequence[int] | None = None,
    calendar: Calendar | None = None,
    ages: bool = False,
) -> Iterator[tuple[pa.Table, T]]:
    """As `evaluate_in_slabs`, with what `also` makes of each slab in the same session of the lake.

    Where the grid has no `known`, its days are found by `believed_from` and `believed_to`, and since when a fact
    holds is `learned_from`.
    """
    wanted = plan(tuple(measures), ages=ages)
    with lake.session(days=days_read(wanted, grid), known=grid.fixed_knowledge, accounts=accounts) as db:
        few = accounts is not None and len(accounts) <= FEW
        if few:
            # All that is read from here on is small: looking for the best way takes longer than any way.
            db.execute("PRAGMA disable_optimizer")
        surround(db, calendar or Calendar.japan(), grid, wanted.reach_days)
        build(db, wanted.relations_on_day if grid.is_one_day else wanted.relations, grid)
        slabs = (
            iter([daily.evaluate(db, wanted, grid.first, few=few)])
            if grid.is_one_day
            else gridded.evaluate(db, wanted, grid)
        )
        for slab in slabs:
            yield slab, also(db, slab)


def _nothing(_: duckdb.DuckDBPyConnection, __: pa.Table) -> None:
    """Nothing beside the measures."""


def days_read(wanted: Plan, grid: Grid) -> tuple[date, date]:
    """The days of usage that an evaluation reads, half-open."""
    return grid.first - timedelta(wanted.reach_days), grid.last + timedelta(1)
