"""A grid of days: each component read once as contributions, added up along the days, in slabs of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.kpis.integration import EPOCH, Steps, day_numbers, integrate
from nenrin.analytics.kpis.measures import Component
from nenrin.analytics.kpis.plans import Plan
from nenrin.analytics.kpis.subset import bound

_ROWS_READ = 500_000
_CELLS_A_SLAB = 1_000_000


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, grid: Grid) -> Iterator[pa.Table]:
    """Tables of the plan's columns, each for some of the accounts, in order."""
    days = day_numbers(grid.days)
    accounts = _accounts(db, plan, grid)
    values = {
        name: steps for part in plan.own for name, steps in _values(db, part, grid, accounts, days).items()
    }
    shared = {
        name: steps[0]
        for part in plan.shared
        for name, steps in _values(db, part, grid, np.zeros(1, np.int64), days).items()
    }
    frame = Frame(accounts, days, values, shared)
    for start in range(0, max(len(accounts), 1), step := max(1, _CELLS_A_SLAB // len(days))):
        yield frame.evaluate(db, plan, slice(start, start + step))


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
    sql = f"SELECT DISTINCT account FROM ({bound(plan.own[0].sql, grid.first, grid.last)}) AS steps WHERE {_within(grid)} ORDER BY account"
    return np.asarray(db.sql(sql).to_arrow_table().column("account").to_numpy(), dtype=np.int64)


def _values(
    db: duckdb.DuckDBPyConnection, component: Component, grid: Grid, accounts: Steps, days: Steps
) -> dict[str, Steps]:
    rows = db.sql(contributions(component, grid)).to_arrow_reader(_ROWS_READ)
    return dict(zip(component.values, integrate(rows, component.values, accounts, days), strict=True))


def contributions(component: Component, grid: Grid) -> str:
    """The component's rows that touch the grid, its first and last day as day numbers."""
    account = "CAST(0 AS BIGINT) AS account" if component.everyone else "account"
    edges = ", ".join(f"date_diff('day', DATE '{EPOCH}', {edge}) AS {edge}" for edge in ("opens", "closes"))
    return f"""
SELECT {account}, {edges}, {", ".join(component.values)} FROM ({bound(component.sql, grid.first, grid.last)}) AS steps WHERE {_within(grid)}"""


def _within(grid: Grid) -> str:
    return f"opens < closes AND closes > DATE '{grid.first}' AND opens <= DATE '{grid.last}'"
