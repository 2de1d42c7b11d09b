"""Lives, values and the simulator's start from the lake's contracts, as known on a day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.analytics.roi import claims
from nenrin.analytics.roi.companies import checked
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books, reports, scenarios, starts
from nenrin.insight.lifetimes import values as lifetimes
from nenrin.insight.lifetimes.values import Assumptions, Slice
from tests.insight import lifetimes_world
from tests.insight.lifetimes_world import LEFT, MRR

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
GIVEN = Assumptions(margin=0.8, discount=0.10)


def parts(day: date = DAY) -> dict[tuple[str, int], Slice]:
    found = lifetimes.slices(books.read(day), "JPY", GIVEN)
    return {(one.tier, one.term_months): one for one in found}


def test_lives_are_counted_where_leaving_was_possible(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    annual = parts()["mid_market", 12]
    assert annual.cohort.lost == (0, *LEFT) and annual.cohort.at_risk == (60, 60, 46, 39, 35)
    assert annual.observed.share == pytest.approx((1, 46 / 60, 39 / 60, 35 / 60, 33 / 60))
    assert len(annual.alive) == 33


def test_a_past_day_knows_nothing_of_what_came_later(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    then = parts(date(2024, 3, 31))["mid_market", 12]
    assert then.cohort.lost == (0, LEFT[0]) and len(then.alive) == 46
    assert parts(date(2022, 3, 31)) == {}


def test_values_are_payments_times_price_times_margin(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    worth = parts()["mid_market", 12].worth
    assert worth is not None
    one_payment = 0.8 * 12 * MRR
    assert worth.new == pytest.approx(worth.payments * one_payment)
    assert worth.book == pytest.approx(33 * worth.customer)
    assert worth.new_interval.low < worth.new < worth.new_interval.high
    assert 3 < worth.payments < 8


def test_a_higher_discount_rate_lowers_every_value(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    book = books.read(DAY)
    low, high = (lifetimes.slices(book, "JPY", Assumptions(0.8, rate))[0].worth for rate in (0.05, 0.20))
    assert low and high and low.new > high.new and low.book > high.book


def test_a_small_part_has_a_reason_and_no_value(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    small = parts()["smb", 1]
    assert small.choice is None and small.worth is None
    assert small.upper_churn == pytest.approx(3 / (4 * 55))
    assert "not enough data" in reports.of_part(small)["reason"]


def test_accounts_outside_the_viewers_reach_are_in_no_figure(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    own = books.read(DAY, [made[0].pk, made[59].pk])
    assert {one.account for one in own.lives} == {made[0].pk, made[59].pk}


def test_another_currency_counts_for_retention_and_not_for_money(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    book = books.read(DAY)
    assert starts.start(book, "USD").mrr == 0
    part = next(one for one in lifetimes.slices(book, "USD", GIVEN) if one.term_months == 12)
    assert part.choice is not None and part.worth is None
    assert "currency" in reports.of_part(part)["reason"]


def test_the_simulator_starts_from_the_contracts(org: Organisation, at: datetime) -> None:
    """33 annual and 4 monthly customers of 100,000 yen; of the 39 of a year ago two left after 128 days."""
    lifetimes_world.build(at)
    start = starts.start(books.read(DAY), "JPY")
    assert (start.mrr, start.accounts, start.arpa) == (37 * MRR, 37, MRR)
    assert start.churn == pytest.approx(2 / (37 * 12 + 2 * 128 / 365 * 12), rel=1e-6)
    company = checked(scenarios.company(start))
    assert company.mrr == 37 * MRR and company.churn_after < company.churn
    assert set(scenarios.known(start)) == {"mrr", "arpa", "new_mrr", "churn"}
    assert len(claims.simulate(company)) == 6


def test_without_contracts_the_simulator_starts_from_assumptions(org: Organisation) -> None:
    start = starts.start(books.read(DAY), "JPY")
    assert scenarios.known(start) == {} and start.churn is None
    checked(scenarios.company(start))
