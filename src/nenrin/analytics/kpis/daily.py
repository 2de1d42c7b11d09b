"""One day: every component filtered and summed inside the query engine, then put beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from nenrin.analytics.kpis.binding import bound
from nenrin.analytics.kpis.gridded import Frame
from nenrin.analytics.kpis.integration import Steps, day_numbers
from nenrin.analytics.kpis.measures import Component
from nenrin.analytics.kpis.plans import Plan


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, day: date) -> pa.Table:
    """The plan's columns for every account known on the day."""
    existing = _rows(db, plan.own[0], day).sort_by("account")
    accounts = np.asarray(existing.column("account").to_numpy(), dtype=np.int64)
    values = _columns(existing, plan.own[0].values)
    for part in plan.own[1:]:
        values |= _placed(_rows(db, part, day), part.values, accounts)
    shared = {name: found[0] for part in plan.shared for name, found in _shared(db, part, day).items()}
    frame = Frame(accounts, day_numbers([day]), values, shared)
    return frame.evaluate(db, plan, slice(0, max(len(accounts), 1)))


def _rows(db: duckdb.DuckDBPyConnection, component: Component, day: date) -> pa.Table:
    return db.sql(summed(component, day)).to_arrow_table()


def summed(component: Component, day: date) -> str:
    """The values of a component on one day: one row an account, or one row for everyone."""
    if component.day:
        return bound(component.day.sql, day, day)
    sums = ", ".join(f"CAST(sum({value}) AS BIGINT) AS {value}" for value in component.values)
    rows = f"FROM ({bound(component.sql, day, day)}) AS steps WHERE opens <= DATE '{day}' AND closes > DATE '{day}'"
    return f"SELECT {sums} {rows}" if component.everyone else f"SELECT account, {sums} {rows} GROUP BY account"


def _columns(rows: pa.Table, names: Iterable[str]) -> dict[str, Steps]:
    """Columns as integers, 0 where there is none."""
    return {name: np.asarray(rows.column(name).fill_null(0).to_numpy(), dtype=np.int64) for name in names}


def _shared(db: duckdb.DuckDBPyConnection, component: Component, day: date) -> dict[str, Steps]:
    return {name: found[:, None] for name, found in _columns(_rows(db, component, day), component.values).items()}


def _placed(rows: pa.Table, names: tuple[str, ...], accounts: Steps) -> dict[str, Steps]:
    """Values in the order of the accounts, 0 for those without a row; rows of other accounts are left out."""
    theirs = np.asarray(rows.column("account").to_numpy(), dtype=np.int64)
    place = np.searchsorted(accounts, theirs)
    known = np.take(accounts, place, mode="clip") == theirs if len(accounts) else np.zeros(len(theirs), bool)
    found = {name: np.zeros(len(accounts), dtype=np.int64) for name in names}
    for name, column in _columns(rows, names).items():
        found[name][place[known]] = column[known]
    return found
