"""Customers without any contract who are invoiced now and then: who is probably still there, and the year ahead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from nenrin.analytics.forecasts.purchases import dropping, spending
from nenrin.analytics.forecasts.purchases.dropping import Dropping
from nenrin.analytics.forecasts.purchases.histories import histories, of_days
from nenrin.ingest import lakes
from nenrin.insight.lifetimes.books import Book

#: Below so many customers, or so many that bought again, nothing is told.
LEAST_CUSTOMERS, LEAST_AGAIN = 30, 10
WEEKS = 52.0
#: The views of the lake that they are read from.
READ = ("accounts", "invoices")
INVOICES = """
select account, issued_on, sum(minor)::bigint as minor from invoices
where believed_to = date '9999-12-31' and account is not null and issued_on <= $day and status in ('open', 'paid')
  and minor > 0 and currency = $currency
  and account not in (select account from accounts where believed_to = date '9999-12-31' and status = 'internal-test')
group by account, issued_on
"""


@dataclass(frozen=True, slots=True)
class Buyers:
    """`alive` are expected to be still there; `purchases` and `revenue` (minor units) are expected of the year ahead.
    `model` is None where there was not enough, and then these are None too."""

    customers: int
    again: int
    model: Dropping | None
    alive: float | None
    purchases: float | None
    revenue: float | None


def read(book: Book, currency: str, accounts: Collection[int] | None = None) -> Buyers | None:
    """Of all accounts, or of these, with invoices and without any contract by the book's day (`book` is of everybody,
    so that nobody's contract is overlooked); None without such."""
    lake = lakes.current()
    days = _invoiced(lake.path, lake.zone.key, lake.fingerprint(READ), book.as_of, currency)
    contracted = {one.account for one in book.lives}
    wanted = None if accounts is None else frozenset(accounts)
    bought = {
        account: spent
        for account, spent in days.items()
        if account not in contracted and (wanted is None or account in wanted)
    }
    return _told(bought, book.as_of) if bought else None


@lru_cache(maxsize=4)
def _invoiced(path: Path, zone: str, told: str, day: date, currency: str) -> dict[int, dict[date, int]]:
    with lakes.current().session(days=(day, day), known=day) as db:
        rows = db.execute(INVOICES, {"day": day, "currency": currency}).fetchall()
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for account, on, minor in rows:
        found[account][on] = minor
    return found


def _told(bought: dict[int, dict[date, int]], as_of: date) -> Buyers:
    rows = np.array([of_days(list(spent), as_of) for spent in bought.values()], dtype=np.float64)
    again = int((rows[:, 0] > 0).sum())
    if len(rows) < LEAST_CUSTOMERS or again < LEAST_AGAIN:
        return Buyers(len(rows), again, None, None, None, None)
    model = dropping.fit(histories(*rows.T))
    means = np.array([_mean_again(spent) for spent in bought.values()])
    repeated = rows[:, 0] > 0
    spent = spending.fit(rows[repeated, 0], means[repeated])
    worth = spent.expected(rows[:, 0], means) if spent.q > 1 else np.nan  # spending so uneven that it has no mean
    ahead = model.ahead(WEEKS, *rows.T)
    alive = float(model.alive(*rows.T).sum())
    if not np.isfinite([alive, ahead.sum(), (ahead * worth).sum()]).all():  # a book that no such model describes
        return Buyers(len(rows), again, None, None, None, None)
    return Buyers(len(rows), again, model, alive, float(ahead.sum()), float((ahead * worth).sum()))


def _mean_again(spent: dict[date, int]) -> float:
    """Of the purchases after the first one; 0 without any."""
    later = [minor for _, minor in sorted(spent.items())][1:]
    return float(np.mean(later)) if later else 0.0
