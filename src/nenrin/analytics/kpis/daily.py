"""One day: every component filtered and summed inside the query engine, in one statement."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from nenrin.analytics.kpis.integration import EPOCH
from nenrin.analytics.kpis.measures import Component
from nenrin.analytics.kpis.plans import Plan


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, day: date) -> pa.Table:
    return db.sql(statement(plan, day)).to_arrow_table()


def statement(plan: Plan, day: date) -> str:
    """One SELECT that gives the plan's columns for every account known on the day."""
    tables = [f"{part.key} AS ({_summed(part, day)})" for part in plan.components]
    values = [
        f"coalesce({part.key}.{value}, 0) AS {value}" for part in plan.components for value in part.values
    ]
    joins = [f"LEFT JOIN {part.key} ON {part.key}.account = existing.account" for part in plan.own[1:]]
    joins += [f"CROSS JOIN {part.key}" for part in plan.shared]
    return f"""
WITH {", ".join(tables)}, frame AS (
  SELECT existing.account, DATE '{day}' AS as_of, {(day - EPOCH).days} AS day_number, {", ".join(values)}
  FROM existing {" ".join(joins)}
)
SELECT {plan.selected} FROM frame ORDER BY account"""


def _summed(component: Component, day: date) -> str:
    sums = ", ".join(f"CAST(sum({value}) AS BIGINT) AS {value}" for value in component.values)
    rows = f"FROM ({component.sql}) AS steps WHERE opens <= DATE '{day}' AND closes > DATE '{day}'"
    return (
        f"SELECT {sums} {rows}" if component.everyone else f"SELECT account, {sums} {rows} GROUP BY account"
    )
