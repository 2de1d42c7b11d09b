"""What one account is still worth: its own risk as far as that is told, then the lifetimes of its tier and term; its
renewals and its own MRR path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from nenrin.analytics.forecasts.lifetimes import expectancies, intervals, retention
from nenrin.analytics.forecasts.lifetimes.bridged import Bridged, moved
from nenrin.analytics.forecasts.lifetimes.intervals import Draws, Interval
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.analytics.forecasts.lifetimes.models import Model
from nenrin.insight.lifetimes import particular, values, worths
from nenrin.insight.lifetimes.books import Book, Coming
from nenrin.insight.lifetimes.particular import Chances, Why
from nenrin.insight.lifetimes.values import SEED, Slice
from nenrin.insight.lifetimes.worths import NOTHING, Assumptions, Payers

YEARS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Told:
    """By one way of telling how long it stays, in minor units of the account's currency: gross profit still to come
    after the payment just made; `next` is the chance that it stays at its next occasion; `left` that it is there
    after 1, 3 and 5 years."""

    payments: float
    worth: float
    interval: Interval
    next: float
    left: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """`told` is what counts: by the account's own `chances` where there are any, else as `group`, the lifetimes of its
    tier and term alone, and `why`. None without a model, or where it is lost; nothing more comes from who has given
    notice."""

    life: Life
    part: Slice
    coming: Coming
    told: Told | None = None
    group: Told | None = None
    chances: Chances | None = None
    why: Why | None = None


def own(book: Book, account: int, given: Assumptions) -> Own | None:
    """None for an account without a contract by then, and for those outside the book."""
    found = values.of_account(book, account)
    if found is None:
        return None
    part, draws = found
    life = next(one for one in book.lives if one.account == account)
    coming = book.coming.get(account, NOTHING)
    if draws is None or not life.is_running:
        return Own(life, part, coming)
    if coming.is_leaving:
        return Own(life, part, coming, Told(0.0, 0.0, Interval(0.0, 0.0), 0.0))
    payer = worths.payers([life], book, given, life.term_months)
    rate = expectancies.per_occasion(given.discount, life.term_months)
    group = told(life, payer, rate, draws)
    chances = particular.chances(life, book.as_of)
    if isinstance(chances, str):
        return Own(life, part, coming, group, group, why=chances)
    return Own(life, part, coming, told(life, payer, rate, draws, chances), group, chances)


def told(life: Life, payer: Payers, rate: float, draws: Draws, chances: Chances | None = None) -> Told:
    """By the group's lifetimes, after the account's own chances where those are given. The interval holds what both
    leave open: each draw of the group's model goes with one of as many equally likely risks."""
    own = [_own(model, life, chances, z) for model, z in zip(draws.models(), _steps(draws, chances), strict=True)]
    model = _own(draws.fit.model, life, chances, 0.0)
    worth = _worth(payer, model, rate)
    spread = intervals.of_values([_worth(payer, one, rate) for one in own], worth)
    now, term = model.survival([float(life.passed)])[0], life.term_months
    left = tuple((year, float(model.survival([life.passed + 12 * year / term])[0] / now)) for year in YEARS)
    ahead = expectancies.residual_after_renewal(model, rate, life.passed)
    return Told(ahead, worth, spread, float(retention(model, [life.passed + 1])[0]), left)


def _own(model: Model, life: Life, chances: Chances | None, z: float) -> Model:
    if chances is None:
        return model
    return Bridged(model, life.passed, tuple(moved(chances.stays, z * chances.doubt).tolist()))


def _steps(draws: Draws, chances: Chances | None) -> Sequence[float]:
    """As many equally likely standard normal values, in an order that has nothing to do with the draws'."""
    count = len(draws.parameters)
    if chances is None:
        return [0.0] * count
    order = np.random.default_rng(SEED).permutation(count)
    return [NormalDist().inv_cdf((n + 0.5) / count) for n in order.tolist()]


def _worth(payer: Payers, model: Model, rate: float) -> float:
    return float(payer.worth(model, rate)[0])
