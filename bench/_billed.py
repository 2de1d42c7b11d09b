"""One amount for each customer and month, as a billing export has it: drawn, written, and made into a book."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nenrin.analytics.revenue import dealings
from nenrin.analytics.revenue.books import Book, Dues, States
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.groups import Groups, disjoint
from nenrin.analytics.revenue.paths import Path as Line
from nenrin.analytics.revenue.paths import Whole, lapses
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


def read(path: Path) -> pa.Table:
    """The rows as they lie in the file: words as the numbers under which it keeps them."""
    return pq.ParquetFile(path, read_dictionary=["customer_id", "segment"], memory_map=True).read(use_threads=False)


def book(rows: pa.Table, policy: Policy) -> tuple[Book, Groups, list[str]]:
    """Sums by customer and month, and the changes between them; the segments as groups with their names."""
    customer, customers = _coded(rows.column("customer_id"))
    month, count = _months(rows.column("period")), len(customers)
    minor = np.rint(rows.column("revenue").to_numpy() * 100)
    table = np.bincount(customer * (MONTHS + 1) + month + 1, weights=minor, minlength=count * (MONTHS + 1))
    table = table.reshape(count, MONTHS + 1)
    row, at = np.divmod(np.flatnonzero(table[:, 1:] != table[:, :-1]), MONTHS)
    level, days = table[row, at + 1].astype(np.int64), _days()[at]
    segment, labels = _coded(rows.column("segment"))
    of_customer = np.zeros(count, dtype=np.int64)
    of_customer[customer] = segment
    return _book(count, row, days, level, policy), disjoint(of_customer, len(labels)), labels.to_pylist()


def _book(count: int, row: Whole, days: Whole, level: Whole, policy: Policy) -> Book:
    """Of customers with one product each, in one currency; no term of theirs is known."""
    nothing, flat = np.zeros(0, dtype=np.int64), np.zeros_like(row)
    words = np.full(count, "", object), np.full(count, policy.reporting_currency, object)
    states = States(np.arange(count), *words, row, days, level, level, flat, flat, ("",))
    dues = Dues(nothing, nothing, nothing, nothing, nothing)
    line = Line(count, row, days, level)
    rest = line, lapses(line, policy.gap_merge_days), nobody(), dealings.nothing(count)
    return Book(np.arange(count), policy, Exchange(policy), states, dues, frozenset(), (), *rest)


def _coded(column: pa.ChunkedArray) -> tuple[Whole, pa.Array]:
    """Numbers of words and the words; a column of plain text is put into numbers first."""
    is_coded = pa.types.is_dictionary(column.type)
    one = (column if is_coded else column.dictionary_encode()).unify_dictionaries()
    numbers = np.concatenate([chunk.indices.to_numpy() for chunk in one.chunks])
    return numbers.astype(np.int64), one.chunk(0).dictionary


def _months(column: pa.ChunkedArray) -> Whole:
    """Months since the first one."""
    days = _days()
    by_day = np.searchsorted(days, np.arange(days[0], days[-1] + 31), side="right") - 1
    months: Whole = by_day[column.cast(pa.int32()).to_numpy() - days[0]]
    return months


def _days() -> Whole:
    starts = np.arange(np.datetime64("2021-01"), np.datetime64("2021-01") + MONTHS).astype("datetime64[D]")
    return starts.astype(np.int64)
