"""One day: every component filtered and summed inside the query engine, then put beside each other."""

from __future__ import annotations

from datetime import date
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa

from nenrin.analytics.kpis.binding import bound
from nenrin.analytics.kpis.gridded import Frame
from nenrin.analytics.kpis.integration import Steps, day_numbers
from nenrin.analytics.kpis.measures import Component
from nenrin.analytics.kpis.plans import Plan

Columns = dict[str, Steps]


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, day: date, *, few: bool = False) -> pa.Table:
    """The plan's columns for every account known on the day. `few`: of a handful, whose rows are cheaper one by one."""
    read = partial(_by_row if few else _by_column, db)
    existing = read(summed(plan.own[0], day))
    order = np.argsort(existing["account"])
    accounts = existing["account"][order]
    values = {name: existing[name][order] for name in plan.own[0].values}
    for part in plan.own[1:]:
        values |= _placed(read(summed(part, day)), part.values, accounts)
    shared = {name: found[:1] for part in plan.shared for name, found in read(summed(part, day)).items()}
    frame = Frame(accounts, day_numbers([day]), values, shared)
    return frame.evaluate(db, plan, slice(0, max(len(accounts), 1)))


def _by_column(db: duckdb.DuckDBPyConnection, query: str) -> Columns:
    """Columns as integers, 0 where there is none."""
    table = db.sql(query).to_arrow_table()
    return {name: np.asarray(table.column(name).fill_null(0).to_numpy(), dtype=np.int64) for name in table.column_names}


def _by_row(db: duckdb.DuckDBPyConnection, query: str) -> Columns:
    """The same; a table of columns takes longer to make than its few rows."""
    rows = db.execute(query).fetchall()
    names = [column[0] for column in db.description or ()]
    return {name: np.array([row[place] or 0 for row in rows], dtype=np.int64) for place, name in enumerate(names)}


def summed(component: Component, day: date) -> str:
    """The values of a component on one day: one row an account, or one row for everyone."""
    if component.day:
        return bound(component.day.sql, day, day)
    sums = ", ".join(f"CAST(sum({value}) AS BIGINT) AS {value}" for value in component.values)
    rows = f"FROM ({bound(component.sql, day, day)}) AS steps WHERE opens <= DATE '{day}' AND closes > DATE '{day}'"
    return f"SELECT {sums} {rows}" if component.everyone else f"SELECT account, {sums} {rows} GROUP BY account"


def _placed(rows: Columns, names: tuple[str, ...], accounts: Steps) -> Columns:
    """Values in the order of the accounts, 0 for those without a row; rows of other accounts are left out."""
    theirs = rows["account"]
    place = np.searchsorted(accounts, theirs)
    known = np.take(accounts, place, mode="clip") == theirs if len(accounts) else np.zeros(len(theirs), bool)
    found = {name: np.zeros(len(accounts), dtype=np.int64) for name in names}
    for name in names:
        found[name][place[known]] = rows[name][known]
    return found
