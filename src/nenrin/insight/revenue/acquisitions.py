"""What winning customers cost, account by account: what was told for it, and its share of what was told for no account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.economics.sharing import Mask, Served, Shared, shared
from nenrin.analytics.revenue import periods
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.revenue import books, pools, slices, spendings
from nenrin.insight.revenue.books import ACQUISITION, Ledger
from nenrin.values import Period


@dataclass(frozen=True, slots=True)
class Spent:
    """Of some accounts, in minor units: `own` told for them or for what they alone are, `share` of the rest; `won`
    customers."""

    own: int
    share: int
    won: int

    @property
    def all(self) -> int:
        return self.own + self.share


def facts(ledger: Ledger, period: Period, grain: Grain, masks: Sequence[Mask]) -> Facts:
    """The facts of a period with acquisition costs of each of these sets of accounts; NaN where none are told."""
    found = books.facts(ledger, period, grain)
    if found.acquisition_minor is None:
        return found
    spent: NDArray[np.float64] = np.array([one.all for one in of(ledger, period, masks)], dtype=np.float64)
    return replace(found, acquisition_minor=spent)


def of(ledger: Ledger, period: Period, masks: Sequence[Mask]) -> list[Spent]:
    """What was spent on each of these sets of accounts."""
    told, won = by_account(ledger, period), _won(ledger, period) > 0
    return [Spent(int(told.own[mask].sum()), int(told.share[mask].sum()), int((won & mask).sum())) for mask in masks]


def by_account(ledger: Ledger, period: Period) -> Shared:
    """Every unit spent lands with an account (rows of the book) or with nobody: all of them are the costs of the whole."""
    return ledger.kept(("acquisition", period), lambda: _by_account(ledger, period))


def _by_account(ledger: Ledger, period: Period) -> Shared:
    told, months = spendings.spending(ledger), books.spent_in(ledger.policy, period)
    spent = [entry for month in months for entry in told.of("costs", month) if entry.category in ACQUISITION]
    first = _won(ledger, period)
    weights = first if ledger.policy.cost_sharing == "mrr" else (first > 0).astype(np.int64)
    year = Period(periods.year_before(period.end), period.end)
    labels = np.asarray(slices.labels(ledger, "touch_model", period.end - timedelta(days=1)), dtype=object)
    models = {key: labels == key for key in set(labels.tolist())}
    served = Served(
        ledger.book.accounts, first > 0, weights, pools.products(ledger, year), models, pools.segments(ledger)
    )
    return shared(spent, served)


def _won(ledger: Ledger, period: Period) -> Whole:
    """The first MRR of the customers won in the twelve months before the end of a period; 0 of all others."""
    line, start = ledger.book.line, number(periods.year_before(period.end))
    first = line.first_paid()
    inside: Whole = np.where((first >= start) & (first < number(period.end)), line.first_levels(), 0)
    return inside
