"""What one account is still worth: its renewals and its own MRR path, by the lifetimes of its tier and term."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.analytics.forecasts.lifetimes import expectancies, intervals, retention
from nenrin.analytics.forecasts.lifetimes.intervals import Interval
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.insight.lifetimes import values, worths
from nenrin.insight.lifetimes.books import Book, Coming
from nenrin.insight.lifetimes.values import Slice
from nenrin.insight.lifetimes.worths import NOTHING, Assumptions

YEARS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Own:
    """In minor units of the account's currency: gross profit still to come after the payment just made. `next` is
    the chance that it stays at its next occasion; `left` that it is there after 1, 3 and 5 years. All None without a
    model, or where it is lost; nothing more comes from who has given notice."""

    life: Life
    part: Slice
    coming: Coming
    payments: float | None
    worth: float | None
    interval: Interval | None
    next: float | None
    left: tuple[tuple[int, float], ...]


def own(book: Book, account: int, given: Assumptions) -> Own | None:
    """None for an account without a contract by then, and for those outside the book."""
    found = values.of_account(book, account)
    if found is None:
        return None
    part, draws = found
    life = next(one for one in book.lives if one.account == account)
    coming = book.coming.get(account, NOTHING)
    if draws is None or not life.is_running:
        return Own(life, part, coming, None, None, None, None, ())
    rate, term = expectancies.per_occasion(given.discount, life.term_months), life.term_months
    payer, model = worths.payers([life], book, given, term), draws.fit.model
    spread = intervals.interval(draws, lambda one: float(payer.worth(one, rate)[0]))
    if coming.is_leaving:
        return Own(life, part, coming, 0.0, 0.0, Interval(0.0, 0.0), 0.0, ())
    now = model.survival([float(life.passed)])[0]
    left = tuple((year, float(model.survival([life.passed + 12 * year / term])[0] / now)) for year in YEARS)
    ahead = expectancies.residual_after_renewal(model, rate, life.passed)
    stays = float(retention(model, [life.passed + 1])[0])
    return Own(life, part, coming, ahead, float(payer.worth(model, rate)[0]), spread, stays, left)
