"""One day: every component filtered and summed inside the query engine, then joined."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from nenrin.analytics.kpis.binding import bound
from nenrin.analytics.kpis.integration import EPOCH
from nenrin.analytics.kpis.measures import Component
from nenrin.analytics.kpis.plans import Plan


def evaluate(db: duckdb.DuckDBPyConnection, plan: Plan, day: date) -> pa.Table:
    """The plan's columns for every account known on the day.

    Each component is a table of its own: as parts of one statement they take twice as long, because the
    engine then plans the joins without knowing how few rows each part has.
    """
    for part in plan.components:
        db.execute(f"CREATE OR REPLACE TEMP TABLE {part.key} AS {summed(part, day)}")
    return db.sql(joined(plan, day)).to_arrow_table()


def summed(component: Component, day: date) -> str:
    """The values of a component on one day: one row an account, or one row for everyone."""
    sums = ", ".join(f"CAST(sum({value}) AS BIGINT) AS {value}" for value in component.values)
    rows = f"FROM ({bound(component.sql, day, day)}) AS steps WHERE opens <= DATE '{day}' AND closes > DATE '{day}'"
    return f"SELECT {sums} {rows}" if component.everyone else f"SELECT account, {sums} {rows} GROUP BY account"


def joined(plan: Plan, day: date) -> str:
    values = [f"coalesce({part.key}.{value}, 0) AS {value}" for part in plan.components for value in part.values]
    joins = [f"LEFT JOIN {part.key} ON {part.key}.account = existing.account" for part in plan.own[1:]]
    joins += [f"CROSS JOIN {part.key}" for part in plan.shared]
    return f"""
WITH frame AS (
  SELECT existing.account, DATE '{day}' AS as_of, {(day - EPOCH).days} AS day_number, {", ".join(values)}
  FROM existing {" ".join(joins)}
)
SELECT {plan.selected} FROM frame ORDER BY account"""
