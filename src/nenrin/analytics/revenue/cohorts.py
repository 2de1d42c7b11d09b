"""Cohorts by the month in which accounts first paid: what share of them, and of their revenue, is left month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.paths import NEVER, Steps, Whole, binned, number
from nenrin.analytics.revenue.periods import month_start
from nenrin.analytics.revenue.readings import Reading

#: Of fewer accounts a share swings too far with each of them to be read as a level.
FEW = 10


@dataclass(frozen=True, slots=True)
class Cohort:
    """`at_risk` accounts first paid in `month`. `accounts` and `mrr` are what was left at the end of each month since,
    from the first one on; the last value is of a month that is not over where `is_partial`."""

    month: date
    at_risk: int
    accounts: tuple[int, ...]
    mrr: tuple[int, ...]
    is_partial: bool

    @property
    def is_few(self) -> bool:
        return self.at_risk < FEW

    def kept(self, age: int) -> float | None:
        """The share of the first month's MRR that is left after so many months; None beyond what is known."""
        return self.mrr[age] / self.mrr[0] if age < len(self.mrr) and self.mrr[0] > 0 else None

    def stayed(self, age: int) -> float | None:
        """The share of the accounts that still pay."""
        return self.accounts[age] / self.at_risk if age < len(self.accounts) and self.at_risk else None


def cohorts(book: Book, last: date, months: int, read: Reading | None = None) -> list[Cohort]:
    """The cohorts of so many months up to the one that holds `last`, which is cut there. `read`: the book's reading at the
    exchange rates of that day, where it is kept."""
    read = read or Reading(book, number(last))
    newest = month_start(last)
    starts = [month_start(newest, -back) for back in range(months - 1, -1, -1)]
    ends = [min(month_start(start, 1) - timedelta(days=1), last) for start in starts]
    month = _months(read.first) - (starts[0].year * 12 + starts[0].month - 1)
    month[(month < 0) | (month >= months)] = months  # older ones, and those who never paid: cut off below
    begun = np.bincount(month, minlength=months + 1)
    mrr, accounts = _left(read.steps([number(day) for day in ends]), month, months)
    is_partial = ends[-1] < month_start(newest, 1) - timedelta(days=1)
    return [
        Cohort(start, int(begun[n]), tuple(accounts[n, n:].tolist()), tuple(mrr[n, n:].tolist()), is_partial)
        for n, start in enumerate(starts)
    ]


def _left(steps: Steps, cohort: Whole, months: int) -> tuple[Whole, Whole]:
    """MRR and accounts that pay, [cohorts, months]; credits as nothing."""
    cell, shape = cohort[steps.row] * months + steps.column, (months + 1, months)
    was, now, size = steps.was, steps.now, shape[0] * shape[1]
    if now.min(initial=0) < 0:
        was, now = np.maximum(was, 0), np.maximum(now, 0)
    came = (now > 0).astype(np.int64) - (was > 0)  # 1 where an account begins to pay, -1 where it ends
    mrr, accounts = (binned(cell, values, size).reshape(shape) for values in (now - was, came))
    return mrr.cumsum(axis=1), accounts.cumsum(axis=1)


def _months(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months since year 0 of days since 1970; -1 where there is none."""
    known = days < NEVER
    stamp = np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(known, stamp, -1)
