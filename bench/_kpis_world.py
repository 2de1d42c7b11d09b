"""A book of many accounts over five years, cut into segments: what the KPI benchmark reads."""

from __future__ import annotations

import duckdb
import numpy as np

from nenrin.analytics import revenue
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.policies import Policy

ACCOUNTS, SEGMENTS = 100_000, 50
#: Four contracts for every three accounts over six years, each with up to four prices; half of them end.
DRAWN = """
create temp table contracts as
with drawn as (select n, n * 3 // 4 as account, hash(n) as h from range({contracts}) t(n)),
dated as (select *, date '2020-02-01' + (h % 1900)::integer as starts_on, 200 + (h >> 11) % 1200 as length from drawn)
select n::varchar as key, account::bigint as account, starts_on, starts_on + 365 as ends_on,
       [{{from_on: starts_on + (k * (150 + (h >> 13) % 300))::integer, minor: (10000 + (hash(h, k) % 90000))::bigint,
          seats: (1 + hash(k, h) % 9)::bigint, list_minor: null::bigint, committed_minor: 0::bigint,
          usage_minor: 0::bigint}} for k in range(1 + (h % 4)::integer)] as steps,
       if(h % 3 = 0, 'a', 'b') as product, if(h % 5 = 0, 'pro', 'basic') as plan, 'JPY' as currency,
       12::bigint as term_months, true as auto_renews, null::date as noticed_on,
       if(h % 2 = 0, starts_on + length::integer, null) as ended_on, null::date as billed_to, null::date as past_due_on,
       h % 13 = 0 as is_involuntary, false as is_ramp
from dated
"""


def book(accounts: int = ACCOUNTS) -> Book:
    with duckdb.connect() as db:
        db.execute("set enable_progress_bar = false")
        db.execute(DRAWN.format(contracts=accounts * 4 // 3))
        return revenue.book(db, Policy())


def segments(accounts: int) -> Whole:
    """A segment for each account: large ones and small ones."""
    rng = np.random.default_rng(5)
    return np.minimum(rng.geometric(0.06, accounts) - 1, SEGMENTS - 1)
