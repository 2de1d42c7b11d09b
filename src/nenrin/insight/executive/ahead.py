"""Contracts that come due after the last day, month by month: what they are worth and how healthy their accounts are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole, number
from nenrin.analytics.revenue.periods import month_start
from nenrin.analytics.revenue.shares import half_up
from nenrin.customers import terms
from nenrin.ingest import lakes
from nenrin.insight.executive.questions import Question
from nenrin.insight.revenue.books import contracts

MONTHS = 6
#: A monthly contract decides every month: it is no renewal.
SHORTEST = 6
#: The views of the lake that `contracts` is made of.
READ = ("accounts", "subscriptions", "hard_events")
RUNNING = """
select account, ends_on, term_months, auto_renews, noticed_on, currency, coalesce(list_last(list_filter(
         list_sort(steps), lambda step: step.from_on <= date '{day}')).minor, 0) as minor
from contracts where starts_on <= date '{day}' and (ended_on is null or ended_on > date '{day}')
  and term_months >= {shortest}
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One contract: the day after its term, its price a month in the reporting currency, and whether notice was given."""

    account: int
    on: date
    mrr: int
    is_noticed: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """Every contract whose term runs on a day, and the same as columns; `on` in days since 1970."""

    dues: tuple[Due, ...]
    account: Whole
    on: Whole
    mrr: Whole
    is_noticed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Month:
    """Contracts due in a calendar month. `at_risk` and `noticed` are parts of `mrr`."""

    start: date
    contracts: int
    accounts: int
    mrr: int
    at_risk: int
    noticed: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """`until`: the first day no longer looked at."""

    after: date
    until: date
    months: tuple[Month, ...]
    dues: tuple[Due, ...]

    @property
    def mrr(self) -> int:
        return sum(month.mrr for month in self.months)

    @property
    def at_risk(self) -> int:
        return sum(month.at_risk for month in self.months)


def ahead(ask: Question, bands: Mapping[int, str], pays: Mapping[int, int]) -> Ahead:
    """Of the accounts that pay on the last day and were asked for."""
    day = ask.last
    first = month_start(day + timedelta(days=1))
    until = month_start(first, MONTHS)
    terms = _all(ask)
    is_due = (terms.on > number(day)) & (terms.on < number(until)) & np.isin(terms.account, _whole(pays))
    is_risky = np.isin(terms.account, _whole(account for account, band in bands.items() if band == "at_risk"))
    months = tuple(_month(month_start(first, n), terms, is_due, is_risky) for n in range(MONTHS))
    return Ahead(day, until, months, tuple(terms.dues[row] for row in np.flatnonzero(is_due).tolist()))


def _month(start: date, of: Terms, is_due: NDArray[np.bool_], is_risky: NDArray[np.bool_]) -> Month:
    own = is_due & (of.on >= number(start)) & (of.on < number(month_start(start, 1)))
    return Month(
        start, int(own.sum()), len(np.unique(of.account[own])), int(of.mrr[own].sum()), int(of.mrr[own & is_risky].sum()),
        int(of.mrr[own & of.is_noticed].sum()),
    )  # fmt: skip


def _all(ask: Question) -> Terms:
    """Every term that runs on the last day; worked out once a ledger."""
    return ask.ledger.kept(("ahead", ask.last), lambda: _terms(_dues(ask)))


def _terms(dues: list[Due]) -> Terms:
    account, on = _whole(due.account for due in dues), _whole(number(due.on) for due in dues)
    is_noticed = np.array([due.is_noticed for due in dues], dtype=bool)
    return Terms(tuple(dues), account, on, _whole(due.mrr for due in dues), is_noticed)


def _whole(values: Iterable[int]) -> Whole:
    return np.fromiter(values, dtype=np.int64)


def _dues(ask: Question) -> list[Due]:
    lake, policy = lakes.current(), ask.ledger.policy
    rows = _running(lake.path, lake.fingerprint(READ), ask.ledger.known, ask.last, policy.reporting_currency)
    exchange, factors = ask.ledger.book.exchange.standing(ask.last), dict[str, Fraction | None]()
    out = []
    for account, ends_on, term, renews, noticed_on, currency, minor in rows:
        if currency not in factors:
            factors[currency] = exchange.factor(currency, ask.last)
        factor = factors[currency]
        if factor is not None and minor > 0:
            on = _next(ends_on, term, ask.last) if renews else ends_on
            worth = minor if factor == 1 else half_up(Fraction(minor) * factor)
            out.append(Due(account, on, worth, noticed_on is not None))
    return out


@lru_cache(maxsize=8)
def _running(path: Path, told: str, known: date, day: date, currency: str) -> list[tuple[int, date, int, bool, date | None, str, int]]:  # fmt: skip
    with lakes.current().session(days=(known, known), known=known) as db:
        db.execute(contracts(currency))
        return db.sql(RUNNING.format(day=day, shortest=SHORTEST)).fetchall()


def _next(ends_on: date, term: int, day: date) -> date:
    """The first end of a term after a day, where terms follow one another."""
    n, end = 0, ends_on
    while end <= day:
        n += 1
        end = terms.add_months(ends_on, n * term)
    return end
