"""A customer's value at the levels that are in use, from the crudest to the account's own: say which one is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nenrin.analytics.forecasts.lifetimes import expectancies
from nenrin.analytics.forecasts.lifetimes.models import Geometric
from nenrin.insight.lifetimes import worths
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.lifetimes.values import Slice
from nenrin.insight.lifetimes.worths import Assumptions

Key = Literal["plain", "discounted", "three_years", "five_years", "growing", "model", "own"]


@dataclass(frozen=True, slots=True)
class Level:
    """In minor units a customer; None where the sum has no end, or no model of that kind was fitted."""

    key: Key
    value: float | None


def levels(part: Slice, book: Book, currency: str, given: Assumptions) -> tuple[Level, ...]:
    """Of a part with a model of its own; none where nobody of it pays in the currency.

    `plain` (L0) is margin over the constant churn of an occasion; `discounted` (L1) the same discounted; `three_years`
    and `five_years` (L2) its first years; `growing` (L3) with the growth that today's customers have shown; `model`
    (L4) by the chosen model, as DEL; `own` (L5) today's customers, each with its renewals, price and what is agreed:
    still to come, a customer.
    """
    alive = worths.running(part.lives, currency)
    if not alive or part.choice is None or part.worth is None:
        return ()
    term = part.term_months
    payment = given.margin * term * sum(one.mrr_minor for one in alive) / len(alive)
    rate = expectancies.per_occasion(given.discount, term)
    churn = next(one.model.parameters[0] for one in part.choice.fits if one.kind == "geometric")
    plain = Geometric(churn)
    grown = _growing(churn, rate, growth([one.account for one in alive], part, book), term)
    return (
        Level("plain", payment / churn),
        Level("discounted", payment * expectancies.whole_life(plain, rate)),
        Level("three_years", payment * expectancies.whole_life(plain, rate, max(36 // term, 1))),
        Level("five_years", payment * expectancies.whole_life(plain, rate, max(60 // term, 1))),
        Level("growing", None if grown is None else payment * grown),
        Level("model", payment * expectancies.whole_life(part.choice.best.model, rate)),
        Level("own", part.worth.customer),
    )


def growth(accounts: list[int], part: Slice, book: Book) -> float:
    """By how much a year the MRR of these customers has grown since they signed, all of them together (0 where none
    was there for half a year)."""
    lives = {one.account: one for one in part.lives}
    known = [(book.signed[account], lives[account]) for account in accounts if account in book.signed]
    old = [(signed.mrr_minor, one) for signed, one in known if (book.as_of - one.starts_on).days >= 183]
    before = sum(mrr for mrr, _ in old)
    years = sum(mrr * (book.as_of - one.starts_on).days / 365.25 for mrr, one in old)
    now = sum(one.mrr_minor for _, one in old)
    return float((now / before) ** (before / years) - 1) if before and now else 0.0


def _growing(churn: float, rate: float, yearly: float, term: int) -> float | None:
    """None where growth outruns churn and discount, so that the sum has no end."""
    step = (1 - churn) * (1 + yearly) ** (term / 12) / (1 + rate)
    return None if step >= 1 else 1 / (1 - step)
