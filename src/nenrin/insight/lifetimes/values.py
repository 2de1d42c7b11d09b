"""How long this organisation's customers stay, by tier and term, and what that is worth: read from the lake's
contracts as known at the end of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from nenrin.analytics.forecasts import lifetimes, survival
from nenrin.analytics.forecasts.lifetimes import expectancies, intervals
from nenrin.analytics.forecasts.lifetimes.intervals import Interval
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.insight.lifetimes.books import Book as Book

#: Below so many customers or losses no model is shown: its interval would say nothing.
LEAST_CUSTOMERS, LEAST_LOSSES = 30, 5
DRAWS, SEED = 200, 2007
By = Literal["tier", "all"]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the contracts do not tell: gross margin (0..1) and discount rate a year."""

    margin: float = 0.80
    discount: float = 0.10


@dataclass(frozen=True, slots=True)
class Worth:
    """In minor units of the currency. `new`: gross profit of a customer about to sign; `customer`: what one of
    today's customers is still worth on average; `book`: what all of them are. `payments` is the discounted lifetime."""

    payments: float
    payments_interval: Interval
    new: float
    new_interval: Interval
    customer: float
    book: float
    book_interval: Interval


@dataclass(frozen=True, slots=True)
class Slice:
    """The accounts of one tier with one length of term. Without `choice` there was not enough; `upper_churn` then
    bounds the churn of an occasion where nobody left (three over the chances)."""

    tier: str
    term_months: int
    lives: tuple[Life, ...]
    cohort: lifetimes.Cohort
    observed: survival.Curve
    choice: lifetimes.Choice | None
    worth: Worth | None
    upper_churn: float | None

    @property
    def alive(self) -> tuple[Life, ...]:
        return tuple(one for one in self.lives if not one.is_lost)


def slices(book: Book, currency: str, given: Assumptions, by: By = "tier") -> list[Slice]:
    """By tier (or all together) and length of term, the largest first. Money is of the accounts in `currency`."""
    groups: dict[tuple[str, int], list[Life]] = defaultdict(list)
    for one in book.lives:
        groups[book.tiers.get(one.account, "") if by == "tier" else "", one.term_months].append(one)
    made = [_slice(tier, term, found, currency, given) for (tier, term), found in groups.items()]
    return sorted(made, key=lambda one: (-len(one.lives), one.tier, one.term_months))


def _slice(tier: str, term: int, found: Sequence[Life], currency: str, given: Assumptions) -> Slice:
    cohort = lifetimes.from_lives((one.passed, one.is_lost, one.possible) for one in found)
    observed = survival.of_counts(cohort.lost, cohort.kept, level=0.90)
    chances = sum(cohort.at_risk[1:])
    upper = min(3 / chances, 1.0) if chances and not cohort.losses else None
    enough = cohort.customers >= LEAST_CUSTOMERS and cohort.losses >= LEAST_LOSSES
    choice = lifetimes.choose(cohort) if enough else None
    worth = _worth(term, found, cohort, choice.best, currency, given) if choice else None
    return Slice(tier, term, tuple(found), cohort, observed, choice, worth, upper)


def nobody() -> Slice:
    """A part without accounts."""
    return _slice("", 12, (), "", Assumptions())


def _worth(
    term: int, found: Sequence[Life], cohort: lifetimes.Cohort, best: lifetimes.Fit, currency: str, given: Assumptions
) -> Worth | None:
    """None where no customer of the slice pays in the currency."""
    alive = [one for one in found if one.is_running and one.currency == currency]
    if not alive:
        return None
    rate = expectancies.per_occasion(given.discount, term)
    one_payment = given.margin * term * sum(one.mrr_minor for one in alive) / len(alive)
    draws = intervals.draw(best, cohort, np.random.default_rng(SEED), DRAWS)

    def payments(model: lifetimes.Model) -> float:
        return expectancies.whole_life(model, rate)

    passed = np.array([one.passed for one in alive])
    each = np.array([given.margin * term * one.mrr_minor for one in alive])

    def book(model: lifetimes.Model) -> float:
        ahead = expectancies.residuals_after_renewals(model, rate, int(passed.max()))
        return float((each * ahead[passed]).sum())

    length, all_of_them = intervals.interval(draws, payments), intervals.interval(draws, book)
    return Worth(
        payments(best.model),
        length,
        payments(best.model) * one_payment,
        Interval(length.low * one_payment, length.high * one_payment, length.level),
        book(best.model) / len(alive),
        book(best.model),
        all_of_them,
    )


def residuals(model: lifetimes.Model, rate: float, passed: Iterable[int]) -> dict[int, float]:
    """What comes after the payment just made, by the number of renewals passed."""
    asked = set(passed)
    ahead = expectancies.residuals_after_renewals(model, rate, max(asked, default=0))
    return {n: float(ahead[n]) for n in asked}


@dataclass(frozen=True, slots=True)
class Start:
    """What the contracts say for the simulator, in minor units: MRR now; of the customers of a year ago, MRR lost
    since (`lost_mrr`) and by the month that they still paid (`churn`; None without customers of a year ago); MRR won
    a month since."""

    mrr: int
    accounts: int
    churn: float | None
    lost_mrr: int
    new_mrr: int

    @property
    def arpa(self) -> float:
        return self.mrr / self.accounts if self.accounts else 0.0


def start(book: Book, currency: str) -> Start:
    """From whole accounts only: expansions and contractions are neither won nor lost here."""
    own = [one for one in book.lives if one.currency == currency]
    since = book.as_of - timedelta(days=365)
    running = [one for one in own if one.is_running]
    stood = [one for one in own if one.starts_on <= since and (one.ended_on is None or one.ended_on > since)]
    paid = sum(one.mrr_minor * _months(since, one.ended_on or book.as_of) for one in stood)
    gone = sum(one.mrr_minor for one in stood if not one.is_running)
    new = sum(one.mrr_minor for one in own if one.starts_on > since)
    mrr = sum(one.mrr_minor for one in running)
    return Start(mrr, len(running), gone / paid if paid else None, gone, new // 12)


def _months(since: date, until: date) -> float:
    return (until - since).days / 365 * 12
