"""Cohorts of the organisation's accounts by the month of their first payment, and the accounts behind each of their figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from nenrin.analytics.revenue import books, cohorts
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.cohorts import Cohort
from nenrin.analytics.revenue.paths import NEVER, number
from nenrin.analytics.revenue.periods import month_start
from nenrin.analytics.revenue.readings import Reading
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Slice
from nenrin.values import Text

MONTHS = 13
#: What became of an account between its first month and the one looked at.
Fate = Literal["left", "less", "same", "more"]
FATES: dict[Fate, Text] = {
    "left": Text("left", "解約"),
    "less": Text("pay less", "減額"),
    "same": Text("pay the same", "変わらず"),
    "more": Text("pay more", "増額"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One account of a cohort: MRR at the end of its first month, and at the end of the month looked at; minor units."""

    account: int
    first: int
    now: int

    @property
    def fate(self) -> Fate:
        if self.now <= 0:
            return "left"
        return "same" if self.now == self.first else "more" if self.now > self.first else "less"


def table(ledger: Ledger, last: date, months: int = MONTHS, of: Slice | None = None) -> list[Cohort]:
    """Those of so many months up to the one that holds `last`; of a slice, the accounts in it at the end of the period."""
    if of is not None:
        return cohorts.cohorts(_book(ledger, of), last, months)
    return list(ledger.kept(("cohorts", last, months), lambda: cohorts.cohorts(ledger.book, last, months)))


def parts(ledger: Ledger, month: date, age: int, last: date, of: Slice | None = None) -> list[Part]:
    """The accounts that first paid in a month, with what they pay so many months later; those who lost most first.

    They add up to the cohort's figures of that age. Nobody where the month lies after `last`.
    """
    begins, later = month_start(month), month_start(month, age)
    if later > last or age < 0:
        return []
    book = _book(ledger, of)
    read = Reading(book, number(last))
    first, now = (read.paid(number(_end(each, last))) for each in (begins, later))
    own = (read.first < NEVER) & (read.first >= number(begins)) & (read.first <= number(_end(begins, last)))
    rows = np.flatnonzero(own)
    order = rows[np.lexsort((-first[rows], (now - first)[rows]))]
    told = (values[order].tolist() for values in (book.accounts, first, now))
    return [Part(*one) for one in zip(*told, strict=True)]


def _book(ledger: Ledger, of: Slice | None) -> Book:
    return ledger.book if of is None else books.within(ledger.book, ledger.book.accounts[of.after])


def _end(month: date, last: date) -> date:
    """The last day of a month, or the day up to which is known."""
    return min(month_start(month, 1) - timedelta(days=1), last)
