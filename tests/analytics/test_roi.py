"""The field's slogans: what they come to, to the yen, and under which assumptions they hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.roi import books, claims, rates, worths
from nenrin.analytics.roi.claims import base, churn, costs, five_years, profits, twenty_years, upsell
from nenrin.analytics.roi.companies import INPUTS, Company, Impossible, checked

COMPANY = Company(mrr=10_000_000, churn=0.03, churn_after=0.02, new_mrr=300_000)
ACCOUNT = Company(arpa=50_000, margin=0.8, churn=0.02)


def test_a_lower_churn_of_a_closed_book() -> None:
    before, after = (books.path(COMPANY.mrr, c, 12).sum() for c in (0.03, 0.02))
    assert (round(before), round(after)) == (98_990_970, 105_488_805)
    assert round(churn.first_year(COMPANY, new_mrr=0)) == 6_497_835
    assert churn.first_year(COMPANY, new_mrr=0) / (12 * COMPANY.mrr) == pytest.approx(0.0541, abs=5e-5)
    assert round(churn.in_advance(COMPANY)) == 5_589_092
    assert round(churn.exit_arr(COMPANY, new_mrr=0)) == 10_904_924


def test_a_lower_churn_with_new_revenue() -> None:
    before, after = (books.path(COMPANY.mrr, c, 60, COMPANY.new_mrr) for c in (0.03, 0.02))
    assert (round(before[:12].sum()), round(after[:12].sum())) == (120_000_000, 127_255_597)
    assert round(churn.first_year(COMPANY)) == 7_255_597
    assert round(churn.exit_arr(COMPANY)) == 12_916_997
    assert round(churn.first_year(COMPANY, months=36)) == 53_387_216
    assert round(churn.first_year(COMPANY, months=60)) == 127_900_520
    assert after[-1] / before[-1] == pytest.approx(1.351, abs=5e-4)


def test_a_lower_churn_in_lifetimes() -> None:
    months = [[worths.worth(1, c, discount=d) for c in (0.03, 0.02)] for d in (0.0, 0.10)]
    assert months[0] == pytest.approx([33.3, 50], abs=0.05) and months[1] == pytest.approx([26.54, 36.03], abs=5e-3)
    ratios = [
        worths.worth(1, 0.02, discount=d, months=n) / worths.worth(1, 0.03, discount=d, months=n)
        for d, n in ((0.0, None), (0.10, None), (0.10, 36), (0.10, 60))
    ]
    assert ratios == pytest.approx([1.5, 1.357, 1.154, 1.229], abs=5e-4)


@pytest.mark.parametrize(
    ("monthly", "yearly"), [(0.01, 11.36), (0.02, 21.53), (0.03, 30.62), (0.05, 45.96), (0.07, 58.14)]
)
def test_a_month_s_churn_compounds_to_a_year_s_and_back(monthly: float, yearly: float) -> None:
    assert round(100 * rates.yearly(monthly), 2) == yearly
    assert rates.monthly(yearly / 100) == pytest.approx(monthly, abs=1e-5)


def test_yearly_rates_of_three_and_two_percent_gain_half_a_percent() -> None:
    gained = churn.if_meant_by_the_year(COMPANY) / (12 * COMPANY.mrr)
    assert gained == pytest.approx(0.0055, abs=5e-5)


def test_upsell_has_four_readings() -> None:
    account = replace(ACCOUNT, discount=0.10)
    base, discounted = upsell.ltv(account, 0), upsell.ltv(account, 0, discount=0.10)
    assert (round(base), round(base * 1.05)) == (2_000_000, 2_100_000)
    takes = [upsell.ltv(account, take * 0.30) for take in (0.10, 0.15)]
    assert [round(v) for v in takes] == pytest.approx([2_274_917, 2_439_220], abs=1)
    at_ten = [upsell.ltv(account, take * 0.30, discount=0.10) for take in (0.10, 0.15)]
    assert [round(v) for v in at_ten] == [1_577_597, 1_654_259]
    assert at_ten[1] / at_ten[0] - 1 == pytest.approx(0.049, abs=5e-4)
    capped = [round(upsell.ltv(account, take * 0.30, months=60)) for take in (0.10, 0.15)]
    assert capped == pytest.approx([1_490_195, 1_534_744], abs=1)
    assert upsell.ltv(account, 0.05) / base == pytest.approx(1.2494, abs=5e-5)
    assert upsell.ltv(account, 0.05, discount=0.10) / discounted == pytest.approx(1.1665, abs=5e-5)
    linear = worths.worth_with_linear_growth(40_000, 0.02, 40_000 * 0.05 / 12)
    assert round(linear) == 2_408_333 and linear / base == pytest.approx(1.2042, abs=5e-5)


def test_one_to_five_is_an_identity_that_needs_an_uplift() -> None:
    dear = Company(budget=1_000_000, cac=100_000, contact_cost=1_000, uplift=0.05)
    assert (costs.won(dear), costs.kept(dear), costs.cost_of_a_save(dear)) == (10, 50, 20_000)
    assert costs.needed_uplift(Company(contact_cost=5_000, cac=500_000)) == pytest.approx(0.05)


def test_no_budget_helps_more_accounts_than_there_are() -> None:
    """56 accounts, 200 contacts for the budget: 2.8 are kept, not ten, and 720,000 stay unspent."""
    own = Company(mrr=5_600_000, arpa=100_000, budget=1_000_000, contact_cost=5_000, uplift=0.05, is_counted=True)
    assert (costs.helped(own), costs.kept(own)) == pytest.approx((56, 2.8))
    assert costs.kept(replace(own, is_counted=False)) == pytest.approx(10)
    told, free = (base.tell(costs.RECIPE, one) for one in (own, replace(own, is_counted=False)))
    worth = worths.worth(80_000, own.churn, discount=own.discount)
    assert told.effect == pytest.approx((2.8 - 2) * worth) and free.effect == pytest.approx((10 - 2) * worth)
    year = 2.8 * worths.worth(80_000, own.churn, months=12) - 56 * 5_000
    assert told.headcount == pytest.approx(year / own.csm_cost)
    assert told.readings[0].after == pytest.approx(56) and told.path.after[0] == pytest.approx(280_000)
    small = replace(own, budget=100_000)  # 20 contacts: the budget ends before the accounts do
    assert costs.kept(small) == pytest.approx(1) == costs.kept(replace(small, is_counted=False))
    assert any("unspent" in text.en and "使わない" in text.ja for text in costs.RECIPE.assumptions)


def test_five_points_of_retention() -> None:
    found = [(profits.gain_by_points(r, discount=d)) for r, d in ((0.75, 0), (0.85, 0.1), (0.90, 0), (0.90, 0.1))]
    assert found == pytest.approx([0.25, 0.25, 1.0, 1 / 3])
    assert worths.years_of_margin(0.80) == pytest.approx(5) and worths.years_of_margin(0.90, 0.10) == pytest.approx(5.5)
    low = [profits.gain_by_points(0.60), profits.gain_by_points(0.60, discount=0.10)]
    assert low == pytest.approx([0.143, 0.111], abs=5e-4)
    net = [profits.gain_by_points(r, discount=d, cac_years=2) for r in (0.75, 0.80, 0.85, 0.90) for d in (0, 0.1)]
    assert (round(min(net), 2), round(max(net), 2)) == (0.44, 1.25)


def test_five_percent_otherwise_meant() -> None:
    assert profits.gain_by_fewer_leavers() == pytest.approx(0.0526, abs=5e-5)
    assert profits.gain_of_profit(0.20) == pytest.approx(0.25)
    assert profits.gain_of_profit(0.20, drop_through=0.8) == pytest.approx(0.20)
    assert profits.gain_of_profit(0.10) == pytest.approx(0.50)


def test_five_times_after_twenty_years() -> None:
    sums = [worths.yearly_sum(r, 20) for r in (0.97, 0.75)] + [
        worths.yearly_sum(r, 20, in_advance=True) for r in (0.97, 0.75)
    ]
    assert sums == pytest.approx([14.7506, 2.9905, 15.2069, 3.9873], abs=5e-5)
    assert twenty_years.times() == pytest.approx(4.933, abs=5e-4)
    assert twenty_years.times(in_advance=True) == pytest.approx(3.814, abs=5e-4)
    stocks = [twenty_years.times_of_stock(1, new) for new in (0.11162, 0.10, 0.20, 1.0, 0.0)]
    assert stocks == pytest.approx([5.000, 5.137, 4.478, 3.947, 171], rel=5e-3)
    assert stocks[:4] == pytest.approx([5.000, 5.137, 4.478, 3.947], abs=5e-4)
    assert twenty_years.times_of_stock(0, 1) == pytest.approx(3.814, abs=5e-4)
    assert twenty_years.times_of_stock(0, 1, new_growth=0.2) == pytest.approx(1.93, abs=5e-3)


def test_a_point_of_churn_and_a_years_revenue() -> None:
    flat = [books.flat_gain(c, c - 0.01, 60) for c in (0.03, 0.034001, 0.02, 0.04)]
    assert flat == pytest.approx([12.79, 12.000, 15.17, 10.96], abs=5e-3)
    closed = [books.closed_gain(c, c - 0.01, 60) for c in (0.03, 0.015, 0.015450, 0.02, 0.01)]
    assert closed == pytest.approx([7.15, 12.20, 12.000, 10.16, 14.72], abs=5e-3)
    assert five_years.exact(books.flat_gain, 0.025, 0.05) == pytest.approx(0.034001, abs=5e-7)
    assert five_years.exact(books.closed_gain, 0.011, 0.03) == pytest.approx(0.015450, abs=5e-7)
    by_year = [five_years.by_the_year(c) for c in (0.20, 0.10, 0.03)]
    assert by_year == pytest.approx([0.066, 0.082, 0.095], abs=5e-4) and max(by_year) < 0.1


@pytest.mark.parametrize(("churn_", "ratio"), [(0.02, 3.33), (0.03, 2.22), (0.04, 1.67)])
def test_worth_over_cost_of_winning(churn_: float, ratio: float) -> None:
    assert worths.worth(40_000, churn_) / 600_000 == pytest.approx(ratio, abs=5e-3)


def test_unit_economics() -> None:
    assert round(worths.worth(40_000, 0.02)) == 2_000_000
    assert round(worths.worth(40_000, 0.02, discount=0.10)) == 1_441_294
    assert worths.payback_months(600_000, 40_000) == 15.0


def test_every_slogan_brings_assumptions_formula_path_tornado_and_headcount() -> None:
    told = claims.simulate(COMPANY)
    assert [one.recipe.key for one in told] == ["churn", "upsell", "costs", "profits", "twenty_years", "five_years"]
    for one in told:
        assert len(one.recipe.assumptions) >= 3 and one.recipe.formula and one.recipe.holds.ja
        assert len(one.path.before) == len(one.path.after) >= 60
        assert {bar.key for bar in one.tornado} == set(one.recipe.moved_by) and one.readings
        assert one.headcount == one.headcount  # a number
    swings = [bar.swing for bar in told[0].tornado]
    assert swings == sorted(swings, reverse=True) and swings[0] > 0


def test_the_headcount_is_where_the_gain_of_a_year_is_spent() -> None:
    told = claims.simulate(replace(COMPANY, csm_cost=1_000_000, margin=0.5))[0]
    assert told.headcount == pytest.approx(7_255_597 * 0.5 / 1_000_000, abs=1e-6)


def test_without_a_change_of_churn_nothing_is_gained() -> None:
    told = {one.recipe.key: one for one in claims.simulate(replace(COMPANY, churn_after=0.03))}
    assert told["churn"].effect == pytest.approx(0) and told["twenty_years"].effect == pytest.approx(0)


def test_a_figure_without_meaning_is_named() -> None:
    with pytest.raises(Impossible, match="churn must lie between") as caught:
        checked(replace(COMPANY, churn=0.0))
    assert caught.value.key == "churn"
    with pytest.raises(worths.Endless, match="horizon"):
        worths.worth(1, 0.001, growth=0.5)


rooms = st.fixed_dictionaries(
    {key: st.floats(max(one.low, 1), min(one.high, 1e10)) for key, one in INPUTS.items() if one.unit == "money"}
    | {key: st.floats(one.low, one.high) for key, one in INPUTS.items() if one.unit == "share"}
    | {"years": st.integers(1, 10)}
)


@settings(max_examples=60, deadline=None)
@given(rooms)
def test_any_allowed_company_gets_numbers(figures: dict[str, float]) -> None:
    for one in claims.simulate(Company(**figures)):
        numbers = [one.effect, one.headcount, *one.path.before, *one.path.after]
        numbers += [v for bar in one.tornado for v in (bar.low, bar.high)]
        numbers += [reading.after for reading in one.readings]
        assert all(abs(v) < float("inf") for v in numbers), one.recipe.key


@settings(max_examples=60, deadline=None)
@given(rooms)
def test_a_lower_churn_never_costs(figures: dict[str, float]) -> None:
    company = Company(**figures)
    better = replace(company, churn_after=min(company.churn, company.churn_after))
    assert churn.first_year(better) >= -1e-6 * better.mrr and twenty_years.effect(better) >= -1e-6 * better.mrr
