"""A grid of days: each component read once as contributions, added up along the days, in slabs of accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from nenrin.analytics.kpis.binding import bound
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.kpis.integration import EPOCH, Steps, day_numbers, integrate
from nenrin.analytics.kpis.measures import Component
from nenrin.analytics.kpis.plans import Plan

_ROWS_READ = 500_000
_CELLS_A_SLAB = 500_000
_EVERYONE = np.zeros(1, dtype=np.int64)  # the account of what counts for all


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, grid: Grid) -> Iterator[pa.Table]:
    """Tables of the plan's columns, each for some of the accounts, in order.

    Only the values of these accounts are held at a time: relations are made once, components read their part of them.
    """
    days, accounts = day_numbers(grid.days), _accounts(db, plan, grid)
    found = _all_values(db, plan.shared, grid, _EVERYONE, days)
    shared = {name: steps[0] for name, steps in found.items()}
    step = max(1, _CELLS_A_SLAB // len(days))
    limited = _set_aside(db, plan) if len(accounts) > step else []
    for start in range(0, max(len(accounts), 1), step):
        some = accounts[start : start + step]
        _limit(db, limited, some)
        frame = Frame(some, days, _all_values(db, plan.own, grid, some, days), shared)
        yield frame.evaluate(db, plan, slice(0, max(len(some), 1)))


def _set_aside(db: duckdb.DuckDBPyConnection, plan: Plan) -> list[str]:
    """Give the tables with accounts another name; returns their own, which are free for parts of them."""
    having = "SELECT table_name FROM duckdb_columns() WHERE database_name = 'temp' AND column_name = 'account'"
    there = {name for (name,) in db.execute(having).fetchall()}
    names = [relation.name for relation in plan.relations if relation.name in there]
    for name in names:
        db.execute(f"ALTER TABLE {name} RENAME TO all_{name}")
    return names


def _limit(db: duckdb.DuckDBPyConnection, names: Iterable[str], accounts: Steps) -> None:
    """Let the names stand for the rows of these accounts alone."""
    for name in names:
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM all_{name}"
            f" WHERE account BETWEEN {accounts[0]} AND {accounts[-1]}"
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """Values of shape (accounts, days), and those shared by all accounts, of shape (days,)."""

    accounts: Steps
    days: Steps
    values: dict[str, Steps]
    shared: dict[str, Steps]

    def evaluate(self, db: duckdb.DuckDBPyConnection, plan: Plan, slab: slice) -> pa.Table:
        db.register("frame", self._table(slab))
        try:
            found = db.sql(f"SELECT {plan.selected} FROM frame WHERE existing > 0 ORDER BY account, as_of")
            return found.to_arrow_table()
        finally:
            db.unregister("frame")

    def _table(self, slab: slice) -> pa.Table:
        accounts = self.accounts[slab]
        day_number = np.tile(self.days, len(accounts))
        columns = {
            "account": pa.array(np.repeat(accounts, len(self.days))),
            "as_of": pa.array(day_number.astype(np.int32)).cast(pa.date32()),
            "day_number": pa.array(day_number),
        }
        columns |= {name: pa.array(steps[slab].ravel()) for name, steps in self.values.items()}
        columns |= {name: pa.array(np.tile(steps, len(accounts))) for name, steps in self.shared.items()}
        return pa.table(columns)


def _accounts(db: duckdb.DuckDBPyConnection, plan: Plan, grid: Grid) -> Steps:
    sql = f"SELECT DISTINCT account FROM ({_rows(plan.own[0], grid)}) AS existing ORDER BY account"
    return np.asarray(db.sql(sql).to_arrow_table().column("account").to_numpy(), dtype=np.int64)


def _all_values(
    db: duckdb.DuckDBPyConnection, components: Iterable[Component], grid: Grid, accounts: Steps, days: Steps
) -> dict[str, Steps]:
    found: dict[str, Steps] = {}
    for part in components:
        rows = db.sql(contributions(part, grid)).to_arrow_reader(_ROWS_READ)
        found |= zip(part.values, integrate(rows, part.values, accounts, days), strict=True)
    return found


def contributions(component: Component, grid: Grid) -> str:
    """The component's rows that touch the grid, their first and last day as day numbers."""
    account = "CAST(0 AS BIGINT) AS account" if component.everyone else "account"
    edges = ", ".join(f"date_diff('day', DATE '{EPOCH}', {edge}) AS {edge}" for edge in ("opens", "closes"))
    return f"SELECT {account}, {edges}, {', '.join(component.values)} FROM ({_rows(component, grid)}) AS touching"


def _rows(component: Component, grid: Grid) -> str:
    sql = bound(component.sql, grid.first, grid.last)
    touches = f"opens < closes AND closes > DATE '{grid.first}' AND opens <= DATE '{grid.last}'"
    return f"SELECT * FROM ({sql}) AS steps WHERE {touches}"
