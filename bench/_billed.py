"""One amount for each customer and month, as a billing export has it: drawn, written, and made into a book."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from nenrin.analytics.revenue.books import Book, Dues, States
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.groups import Groups, disjoint
from nenrin.analytics.revenue.paths import Path as Line
from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.revenue.voices import nobody

FIRST, MONTHS = (2021, 1), 60
DRAWN = """
copy (
  with drawn as (select n, hash(n) as h, (hash(n) % 50)::int as begins, 6 + ((hash(n) >> 9) % 90)::int as lasts
                 from range({customers}) t(n)),
  billed as (select *, unnest(range(begins, least({months}, begins + lasts))) as month from drawn)
  select 'cus_' || lpad(n::varchar, 7, '0') as customer_id, (date '2021-01-01' + to_months(month::int))::date as period,
         (1000 + (hash(n, month // 7) % 90000)) / 100.0 as revenue, 'segment ' || (n % 50) as segment
  from billed where hash(n, month) % 97 <> 0 or month = begins order by hash(n, month)
) to '{path}' (format parquet)
"""


def write(path: Path, customers: int) -> int:
    """Rows in no order: monthly amounts that change twice a year, a month in a hundred not billed, some customers gone."""
    with duckdb.connect() as db:
        db.execute("set enable_progress_bar = false")
        db.execute(DRAWN.format(customers=customers, months=MONTHS, path=path))
        found = db.execute(f"select count(*) from '{path}'").fetchone()
    return int(found[0]) if found else 0


def book(rows: pa.Table, policy: Policy) -> tuple[Book, Groups, list[str]]:
    """Sums by customer and month, and the changes between them; the segments as groups with their names."""
    customer, names = _coded(rows.column("customer_id"))
    month = _months(rows.column("period"))
    minor = np.rint(rows.column("revenue").to_numpy() * 100).astype(np.int64)
    table = np.zeros((len(names), MONTHS + 1), dtype=np.int64)
    np.add.at(table.reshape(-1), customer * (MONTHS + 1) + month + 1, minor)
    row, at = np.nonzero(table[:, 1:] != table[:, :-1])
    level, days = table[row, at + 1], _days()[at]
    nothing = np.zeros(0, dtype=np.int64)
    states = States(np.arange(len(names)), np.full(len(names), "", object), np.full(len(names), "JPY", object), row, days,
                    level, level, np.zeros_like(row), np.zeros_like(row), ("",))  # fmt: skip
    dues = Dues(nothing, nothing, nothing, nothing, nothing)
    line = Line(len(names), row, days, level)
    made = Book(
        np.arange(len(names)), policy, Exchange(policy), states, dues, frozenset(), (), line, nobody(len(names))
    )
    segment, labels = _coded(rows.column("segment"))
    of_customer = np.zeros(len(names), dtype=np.int64)
    of_customer[customer] = segment
    return made, disjoint(of_customer, len(labels)), labels


def _coded(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:  # type: ignore[type-arg]
    coded = column.combine_chunks().dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()


def _months(column: pa.ChunkedArray) -> np.ndarray:  # type: ignore[type-arg]
    """Months since the first one."""
    by_day = np.searchsorted(_days(), np.arange(_days()[0], _days()[-1] + 31), side="right") - 1
    months: np.ndarray = by_day[column.cast(pa.int32()).to_numpy() - _days()[0]]  # type: ignore[type-arg]
    return months


def _days() -> np.ndarray:  # type: ignore[type-arg]
    starts = np.arange(np.datetime64("2021-01"), np.datetime64("2021-01") + MONTHS).astype("datetime64[D]")
    return starts.astype(np.int64)
