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
_CELLS_A_SLAB = 1_000_000
_EVERYONE = np.zeros(1, dtype=np.int64)  # the account of what counts for all


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, grid: Grid) -> Iterator[pa.Table]:
    """Tables of the plan's columns, each for some of the accounts, in order."""
    days, accounts = day_numbers(grid.days), _accounts(db, plan, grid)
    frame = Frame(
        accounts,
        days,
        _all_values(db, plan.own, grid, accounts, days),
        {name: steps[0] for name, steps in _all_values(db, plan.shared, grid, _EVERYONE, days).items()},
    )
    step = max(1, _CELLS_A_SLAB // len(days))
    for start in range(0, max(len(accounts), 1), step):
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
