"""What lifetimes are worth: payments by a model, times margin, times each account's own MRR and what is agreed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts import lifetimes
from nenrin.analytics.forecasts.lifetimes import expectancies, intervals
from nenrin.analytics.forecasts.lifetimes.intervals import Draws, Interval
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.insight.lifetimes.books import Book, Coming

Array = NDArray[np.float64]
#: Which payments of a customer are counted: DEL, DEL - 1, and DERL at the end of the first terms.
Convention = Literal["whole", "acquired", "before_1", "before_2", "before_3"]
NOTHING = Coming(is_leaving=False)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the contracts do not tell: gross margin (0..1) and discount rate a year; and which payments are counted."""

    margin: float = 0.80
    discount: float = 0.10
    convention: Convention = "whole"


@dataclass(frozen=True, slots=True)
class Worth:
    """In minor units of the currency. `new`: gross profit of one customer at the mean MRR, counted by the convention;
    `customer`: what one of today's customers is still worth on average; `book`: what all of them are. `payments` is
    the discounted lifetime by the convention."""

    payments: float
    payments_interval: Interval
    new: float
    new_interval: Interval
    customer: float
    book: float
    book_interval: Interval


def payments(model: lifetimes.Model, rate: float, convention: Convention) -> float:
    """Discounted payments of one customer; expectancies.py says what each convention counts."""
    if convention == "whole":
        return expectancies.whole_life(model, rate)
    if convention == "acquired":
        return expectancies.residual_after_renewal(model, rate, 0)
    return expectancies.residual_before_renewal(model, rate, int(convention.removeprefix("before_")))


@dataclass(frozen=True, slots=True)
class Payers:
    """Running customers of one length of term, as arrays: renewals passed, gross profit of a payment, and agreed
    changes of it (whose, behind how many payments, by how much). Who has given notice pays no more."""

    passed: NDArray[np.int64]
    each: Array
    whose: NDArray[np.int64]
    behind: NDArray[np.int64]
    change: Array

    def worth(self, model: lifetimes.Model, rate: float) -> Array:
        """What is still to come from each, after the payment just made."""
        last = int(self.passed.max(initial=0) + self.behind.max(initial=0))
        ahead = expectancies.ahead(model, rate, last)
        steps = self.change * ahead.of(self.passed[self.whose], self.behind)
        result: Array = self.each * ahead.of(self.passed) + np.bincount(self.whose, steps, len(self.passed))
        return result


def payers(found: Sequence[Life], book: Book, given: Assumptions, term: int) -> Payers:
    """Of lives that run."""
    coming = [book.coming.get(one.account, NOTHING) for one in found]
    factor = given.margin * term
    steps = [(n, *step) for n, one in enumerate(coming) if not one.is_leaving for step in one.steps]
    return Payers(
        np.array([one.passed for one in found], dtype=np.int64),
        np.array([0.0 if c.is_leaving else factor * one.mrr_minor for one, c in zip(found, coming, strict=True)]),
        np.array([n for n, _, _ in steps], dtype=np.int64),
        np.array([behind for _, behind, _ in steps], dtype=np.int64),
        np.array([factor * change for _, _, change in steps], dtype=np.float64),
    )


def running(found: Sequence[Life], currency: str) -> list[Life]:
    return [one for one in found if one.is_running and one.currency == currency]


def value(
    found: Sequence[Life], book: Book, draws: Draws, currency: str, given: Assumptions, term: int
) -> Worth | None:
    """With intervals from the draws; None where no customer pays in the currency."""
    alive = running(found, currency)
    if not alive:
        return None
    rate = expectancies.per_occasion(given.discount, term)
    one_payment = given.margin * term * sum(one.mrr_minor for one in alive) / len(alive)
    own, best = payers(alive, book, given, term), draws.fit.model
    length = intervals.interval(draws, lambda model: payments(model, rate, given.convention))
    all_of_them = intervals.interval(draws, lambda model: float(own.worth(model, rate).sum()))
    expected, book_worth = payments(best, rate, given.convention), float(own.worth(best, rate).sum())
    return Worth(
        expected,
        length,
        expected * one_payment,
        Interval(length.low * one_payment, length.high * one_payment, length.level),
        book_worth / len(alive),
        book_worth,
        all_of_them,
    )
