"""What measures read beside the lake's views: business days, months, and when each source was last heard."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from nenrin.analytics.kpis.binding import bound
from nenrin.analytics.kpis.calendar import Calendar
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.kpis.measures import Relation
from nenrin.analytics.lake.definitions import define, once

_FIRST_YEAR = 1990  # months before it belong to no running term
_YEARS_AHEAD = 12  # the longest term that still rolls over


def surround(db: duckdb.DuckDBPyConnection, calendar: Calendar, grid: Grid, reach_days: int) -> None:
    """Give the session its surroundings, never limited to some accounts.

    - `calendar`: day, business (1 or 0), week_closes
    - `months`: month (12 * year + month), first_on, days
    - `beats`: namespace, day of an event of anybody, opens: from when on a day with events was known
    - `heard`: the same for kinds of facts: kind, day, opens
    """
    first, last = grid.first - timedelta(reach_days), grid.last
    once(db, "calendar", (calendar, first, last), lambda: _store(db, "calendar", calendar.relation(first, last)))
    once(db, "months", last.year, lambda: _store(db, "months", _months(last.year + _YEARS_AHEAD)))
    define(db, "beats", _beats(grid.fixed_knowledge))
    define(db, "heard", _heard(grid.fixed_knowledge))


def _beats(known: date | None) -> str:
    opens, chosen = "min(greatest(day, known_on))", ""
    if known:
        opens, chosen = "day", f"WHERE known_on <= DATE '{known}'"
    return f"""
CREATE OR REPLACE TEMP VIEW beats AS
SELECT namespace, day, {opens} AS opens FROM raw_beats {chosen} GROUP BY namespace, day"""


def _heard(known: date | None) -> str:
    opens, chosen = "min(greatest(known_on, day))", ""
    if known:
        opens, chosen = "day", f"WHERE known_on <= DATE '{known}'"
    return f"""
CREATE OR REPLACE TEMP VIEW heard AS
SELECT kind, day, {opens} AS opens FROM fact_days {chosen} GROUP BY kind, day"""


def build(db: duckdb.DuckDBPyConnection, relations: tuple[Relation, ...], grid: Grid) -> None:
    for relation in relations:
        db.execute(f"CREATE OR REPLACE TEMP TABLE {relation.name} AS {bound(relation.sql, grid.first, grid.last)}")


def _months(last_year: int) -> pa.Table:
    """Columns: month (12 * year + month), first_on, days."""
    months = [(year, month) for year in range(_FIRST_YEAR, last_year + 1) for month in range(1, 13)]
    return pa.table(
        {
            "month": pa.array([12 * year + month for year, month in months], pa.int64()),
            "first_on": pa.array([date(year, month, 1) for year, month in months], pa.date32()),
            "days": pa.array([monthrange(year, month)[1] for year, month in months], pa.int64()),
        }
    )


def _store(db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    db.register("given", table)
    db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given")
    db.unregister("given")
