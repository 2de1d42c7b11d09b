"""How long this organisation's customers stay, by group and length of term, and what that is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nenrin.analytics.forecasts import lifetimes, survival
from nenrin.analytics.forecasts.lifetimes import expectancies, intervals, pooling
from nenrin.analytics.forecasts.lifetimes.intervals import Draws, Interval
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.analytics.forecasts.lifetimes.pooling import Moved
from nenrin.insight.lifetimes import groups, worths
from nenrin.insight.lifetimes.books import Book as Book
from nenrin.insight.lifetimes.worths import Assumptions as Assumptions
from nenrin.insight.lifetimes.worths import Worth

#: Below so many customers or losses a part has no model of its own: its interval would say nothing.
LEAST_CUSTOMERS, LEAST_LOSSES = 30, 5
DRAWS, SEED = 200, 2007
By = Literal["tier", "all", "plan", "segment"]


@dataclass(frozen=True, slots=True)
class Slice:
    """The accounts of one group (`tier`: its key, a tier's unless another grouping was asked for) with one length of
    term. Without `choice` there was not enough for an own model; `moved` is then that of all groups, moved by what
    its own customers tell (None where all together are too few); `upper_churn` bounds the churn of an occasion where
    nobody left (three over the chances)."""

    tier: str
    term_months: int
    lives: tuple[Life, ...]
    cohort: lifetimes.Cohort
    observed: survival.Curve
    choice: lifetimes.Choice | None
    worth: Worth | None
    upper_churn: float | None
    moved: Moved | None = None

    @property
    def alive(self) -> tuple[Life, ...]:
        return tuple(one for one in self.lives if not one.is_lost)

    @property
    def model(self) -> lifetimes.Model | None:
        """Its own, or the borrowed one."""
        if self.choice:
            return self.choice.best.model
        return self.moved.fit.model if self.moved else None


def slices(book: Book, currency: str, given: Assumptions, by: By = "tier", segment: int | None = None) -> list[Slice]:
    """By group (or all together) and length of term, the largest first. Money is of the accounts in `currency`.

    Worked out once a book where the book tells the groups; the models once for all assumptions.
    """
    if by not in groups.OF_BOOK:
        return _valued(_parts(book, by, segment), book, currency, given)
    parts = book.kept(("parts", by), lambda: _parts(book, by, segment))
    return list(book.kept(("slices", by, currency, given), lambda: _valued(parts, book, currency, given)))


def _valued(parts: Iterable[tuple[Slice, Draws | None]], book: Book, currency: str, given: Assumptions) -> list[Slice]:
    return [
        replace(part, worth=worths.value(part.lives, book, draws, currency, given, part.term_months)) if draws else part
        for part, draws in parts
    ]


def _parts(book: Book, by: By, segment: int | None) -> list[tuple[Slice, Draws | None]]:
    """Without their worth, each with the draws of its model where it has one."""
    keys = groups.keys(book, by, segment)
    parts: dict[int, dict[str, list[Life]]] = defaultdict(lambda: defaultdict(list))
    for one in book.lives:
        parts[one.term_months][keys.get(one.account, "")].append(one)
    made = [one for term, found in parts.items() for one in _of_term(term, found)]
    return sorted(made, key=lambda one: (-len(one[0].lives), one[0].tier, one[0].term_months))


def _of_term(term: int, parts: Mapping[str, Sequence[Life]]) -> list[tuple[Slice, Draws | None]]:
    cohorts = {key: cohort_of(found) for key, found in parts.items()}
    lender = None
    if not all(is_enough(one) for one in cohorts.values()):
        lender = _lender(parts, list(cohorts.values()))
    known = {key: _known(cohort, lender) for key, cohort in cohorts.items()}
    return [(_slice(key, term, found, cohorts[key], known[key]), known[key].draws) for key, found in parts.items()]


def cohort_of(found: Iterable[Life]) -> lifetimes.Cohort:
    return lifetimes.from_lives((one.passed, one.is_lost, one.possible) for one in found)


def is_enough(cohort: lifetimes.Cohort) -> bool:
    return cohort.customers >= LEAST_CUSTOMERS and cohort.losses >= LEAST_LOSSES


@dataclass(frozen=True, slots=True)
class Lender:
    """All groups of one length of term together: their model with its draws, and how far the groups lie apart."""

    fit: lifetimes.Fit
    draws: Draws
    spread: float


def _lender(parts: Mapping[str, Sequence[Life]], cohorts: Sequence[lifetimes.Cohort]) -> Lender | None:
    """None where all groups together are too few, or there is one group only."""
    whole = cohort_of(one for found in parts.values() for one in found)
    if len(parts) < 2 or not is_enough(whole):
        return None
    best = lifetimes.choose(whole).best
    return Lender(best, _draws(best, whole), pooling.spread(best, cohorts))


def _draws(best: lifetimes.Fit, cohort: lifetimes.Cohort) -> Draws:
    return intervals.draw(best, cohort, np.random.default_rng(SEED), DRAWS)


@dataclass(frozen=True, slots=True)
class Known:
    """What a group's lifetimes are told by: its own model, a borrowed one, or nothing; with its draws."""

    choice: lifetimes.Choice | None
    moved: Moved | None
    draws: Draws | None


def _known(cohort: lifetimes.Cohort, lender: Lender | None) -> Known:
    if is_enough(cohort):
        choice = lifetimes.choose(cohort)
        return Known(choice, None, _draws(choice.best, cohort))
    if lender is None:
        return Known(None, None, None)
    moved = pooling.borrow(lender.fit, cohort, lender.spread)
    return Known(None, moved, pooling.draw(moved, lender.draws, np.random.default_rng(SEED)))


def _slice(key: str, term: int, found: Sequence[Life], cohort: lifetimes.Cohort, known: Known) -> Slice:
    observed = survival.of_counts(cohort.lost, cohort.kept, level=0.90)
    chances = sum(cohort.at_risk[1:])
    upper = min(3 / chances, 1.0) if chances and not cohort.losses else None
    return Slice(key, term, tuple(found), cohort, observed, known.choice, None, upper, known.moved)


def of_account(book: Book, account: int) -> tuple[Slice, Draws | None] | None:
    """The part of an account by tier and length of term, without its worth; with draws where there is a model. None
    for an account without a contract by then."""
    life = next((one for one in book.lives if one.account == account), None)
    if life is None:
        return None
    parts: dict[str, list[Life]] = defaultdict(list)
    for one in book.lives:
        if one.term_months == life.term_months:
            parts[book.tiers.get(one.account, "")].append(one)
    cohorts = {key: cohort_of(found) for key, found in parts.items()}
    own = book.tiers.get(account, "")
    lender = None if is_enough(cohorts[own]) else _lender(parts, list(cohorts.values()))
    known = _known(cohorts[own], lender)
    return _slice(own, life.term_months, parts[own], cohorts[own], known), known.draws


def nobody() -> Slice:
    """A part without accounts."""
    empty = cohort_of(())
    return Slice("", 12, (), empty, survival.of_counts(empty.lost, empty.kept, level=0.90), None, None, None)


@dataclass(frozen=True, slots=True)
class Total:
    """What all customers of today are still worth: parts added, their doubts as if independent. `without` customers
    are in no part with a model and in no amount."""

    accounts: int
    worth: float
    interval: Interval
    without: int


def total(parts: Sequence[Slice], currency: str) -> Total | None:
    """None where no part has a value."""
    valued = [(one, one.worth) for one in parts if one.worth]
    if not valued:
        return None
    book = sum(worth.book for _, worth in valued)
    below = sum((worth.book - worth.book_interval.low) ** 2 for _, worth in valued) ** 0.5
    above = sum((worth.book_interval.high - worth.book) ** 2 for _, worth in valued) ** 0.5
    counted = sum(len(worths.running(one.lives, currency)) for one, _ in valued)
    everybody = sum(len(worths.running(one.lives, currency)) for one in parts)
    return Total(counted, book, Interval(book - below, book + above), everybody - counted)


def residuals(part: Slice, book: Book, found: Sequence[Life], given: Assumptions) -> dict[int, tuple[float, float]]:
    """By account that runs: discounted payments still to come, and what they are worth with all that is agreed."""
    model, alive = part.model, [one for one in found if one.is_running]
    if model is None or not alive:
        return {}
    rate = expectancies.per_occasion(given.discount, part.term_months)
    own = worths.payers(alive, book, given, part.term_months)
    worth = own.worth(model, rate)
    ahead = expectancies.ahead(model, rate, int(own.passed.max())).of(own.passed)
    leaving = [book.coming.get(one.account, worths.NOTHING).is_leaving for one in alive]
    return {
        one.account: (0.0 if gone else float(ahead[n]), float(worth[n]))
        for n, (one, gone) in enumerate(zip(alive, leaving, strict=True))
    }
