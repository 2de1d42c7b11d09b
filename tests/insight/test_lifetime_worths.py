"""What lifetimes are worth: agreed prices, notices, conventions, borrowed models, levels and totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from nenrin.analytics.forecasts.lifetimes import Geometric, expectancies
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books, levels, values, worths
from nenrin.insight.lifetimes.books import Book, Coming, Signed
from nenrin.insight.lifetimes.worths import Assumptions
from tests.insight import lifetimes_world

DAY = date(2026, 11, 24)
GIVEN = Assumptions(margin=0.5, discount=0.10)
MODEL = Geometric(0.25)


def life(account: int, passed: int, lost: bool = False, mrr: int = 100, term: int = 12) -> Life:
    start = date(2026 - passed, 4, 1)
    return Life(account, start, passed, lost, max(passed, 1), term, mrr, "JPY", DAY if lost else None, DAY if lost else None)  # fmt: skip


def book(count: int, losses: int, first: int = 0, *, stays: int = 4) -> list[Life]:
    """So many lives of which some left at their first renewal, the others passed four."""
    return [life(first + n, 1 if n < losses else stays, n < losses) for n in range(count)]


def test_an_agreed_price_counts_from_its_payment_on() -> None:
    """100 a month now, 150 from the second payment ahead: half of 12 months' margin each."""
    coming = {1: Coming(False, ((1, 50),))}
    own = worths.payers([life(1, 2)], Book(DAY, (), {}, {}, coming), GIVEN, 12)
    [worth] = own.worth(MODEL, 0.10)
    step = 0.75 / 1.1
    assert worth == pytest.approx(600 * step / (1 - step) + 300 * step**2 / (1 - step))


def test_who_has_given_notice_is_worth_nothing_more() -> None:
    coming = {1: Coming(True, ((0, 50),))}
    own = worths.payers([life(1, 2), life(2, 2)], Book(DAY, (), {}, {}, coming), GIVEN, 12)
    gone, stays = own.worth(MODEL, 0.10)
    assert gone == 0 and stays == pytest.approx(600 * expectancies.residual_after_renewal(MODEL, 0.10, 2))


@pytest.mark.parametrize(
    ("convention", "payments"),
    [("whole", 1 / (1 - 0.75 / 1.1)), ("acquired", 1 / (1 - 0.75 / 1.1) - 1), ("before_2", 0.75 / (1 - 0.75 / 1.1))],
)
def test_each_convention_counts_its_payments(convention: worths.Convention, payments: float) -> None:
    assert worths.payments(MODEL, 0.10, convention) == pytest.approx(payments)


def sliced(found: list[Life], tiers: dict[int, str]) -> dict[str, values.Slice]:
    made = values.slices(Book(DAY, tuple(found), tiers), "JPY", GIVEN)
    return {one.tier: one for one in made}


def test_a_small_group_borrows_and_says_so() -> None:
    """Ninety customers of whom thirty left, and eight of another tier of whom none did."""
    found = book(90, 30) + book(8, 0, first=100)
    parts = sliced(found, {one.account: "big" if one.account < 100 else "small" for one in found})
    big, small = parts["big"], parts["small"]
    assert big.moved is None and big.choice and small.choice is None
    assert small.moved and small.model and small.worth
    own, borrowed = (1 - one.model.survival([4.0])[0] for one in (big, small) if one.model)
    assert 0 < borrowed < own
    assert small.worth.new_interval.low < small.worth.new < small.worth.new_interval.high


def test_where_all_together_are_too_few_nobody_borrows() -> None:
    found = book(20, 4) + book(5, 0, first=100)
    parts = sliced(found, {one.account: "big" if one.account < 100 else "small" for one in found})
    assert all(one.model is None and one.worth is None for one in parts.values())
    assert values.total(list(parts.values()), "JPY") is None


def test_the_total_adds_the_parts_and_names_who_is_in_none() -> None:
    annual = book(90, 30) + book(8, 0, first=100)
    monthly = [replace(one, account=one.account + 1000, term_months=1) for one in book(5, 0)]
    found = annual + monthly
    parts = values.slices(Book(DAY, tuple(found), {}), "JPY", GIVEN)
    whole = values.total(parts, "JPY")
    assert whole is not None and (whole.accounts, whole.without) == (68, 5)
    assert whole.worth == pytest.approx(sum(one.worth.book for one in parts if one.worth))
    assert whole.interval.low < whole.worth < whole.interval.high


def test_levels_rise_with_what_they_count() -> None:
    """Signed at 80, now 100 a month: growth is in L3 only; the first five years are more than the first three."""
    found = book(90, 30)
    signed = {one.account: Signed("core", 12, 80, "JPY") for one in found}
    known = Book(DAY, tuple(found), {}, signed)
    [part] = values.slices(known, "JPY", GIVEN, "all")
    told = {one.key: one.value for one in levels.levels(part, known, "JPY", GIVEN)}
    amounts = {key: value for key, value in told.items() if value is not None}
    assert len(amounts) == 7 and part.choice
    churn = next(one.model.parameters[0] for one in part.choice.fits if one.kind == "geometric")
    assert amounts["plain"] == pytest.approx(600 / churn)
    assert amounts["three_years"] < amounts["five_years"] < amounts["discounted"] < amounts["growing"]
    assert amounts["discounted"] < amounts["plain"]
    years = (DAY - date(2022, 4, 1)).days / 365.25
    accounts = [one.account for one in found if not one.is_lost]
    assert levels.growth(accounts, part, known) == pytest.approx(1.25 ** (1 / years) - 1)
    assert part.worth and amounts["own"] == part.worth.customer


def test_growth_that_outruns_churn_has_no_end() -> None:
    found = book(90, 6)
    signed = {one.account: Signed("core", 12, 10, "JPY") for one in found}
    known = Book(DAY, tuple(found), {}, signed)
    [part] = values.slices(known, "JPY", GIVEN, "all")
    assert {one.key: one.value for one in levels.levels(part, known, "JPY", GIVEN)}["growing"] is None


@pytest.mark.django_db
def test_notices_and_agreed_prices_are_read_from_the_contracts(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at, annual=4, monthly=0)
    left, noticed, stepped, plain = made
    lifetimes_world.resign(noticed, noticed_on="2026-09-01")
    lifetimes_world.resign(stepped, steps=[{"from_on": "2027-04-01", "mrr_minor": 130_000, "seats": 1},
                                           {"from_on": "2028-04-01", "mrr_minor": 160_000, "seats": 1}])  # fmt: skip
    known = books.read(DAY)
    assert known.coming == {
        noticed.pk: Coming(True),
        stepped.pk: Coming(False, ((0, 30_000), (1, 30_000))),
    }
    assert left.pk not in known.coming and known.signed[plain.pk].mrr_minor == lifetimes_world.MRR


def test_arrays_of_nobody_are_worth_nothing() -> None:
    own = worths.payers([], Book(DAY, (), {}), GIVEN, 12)
    assert isinstance(own.worth(MODEL, 0.1), np.ndarray) and own.worth(MODEL, 0.1).sum() == 0
