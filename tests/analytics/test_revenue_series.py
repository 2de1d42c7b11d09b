"""Many periods and groups in one pass answer as one period and one group at a time do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nenrin.analytics import intervals, revenue
from nenrin.analytics.revenue import blocks, books, figures, flows, groups, series, spans, years
from nenrin.analytics.revenue.books import Book, picked
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Facts, summed
from nenrin.analytics.revenue.contracts import Contract
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.periods import Grain, holding
from nenrin.analytics.revenue.periods import series as in_a_row
from nenrin.analytics.revenue.readings import readings
from nenrin.values import Period
from tests.analytics.revenue_cast import YEN, book, day, month, paying
from tests.analytics.revenue_histories import contracts
from tests.analytics.test_revenue_kpis import history, lapsing, said

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FACTS = Facts(acquisition_minor=6_000_000)
FACTS_OF_PARTS = Facts()
PERIODS = [*in_a_row(holding(date(2026, 3, 1), "month"), "month", 14), Period(date(2026, 4, 1), date(2026, 4, 17)),
           *in_a_row(holding(date(2026, 3, 1), "quarter"), "quarter", 3), holding(date(2026, 3, 1), "year")]  # fmt: skip


@pytest.fixture(autouse=True)
def _however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, kpi in list(KPIS.items()):
        monkeypatch.setitem(KPIS, key, replace(kpi, minimum_n=0))


def same(found: float, told: float | None) -> bool:
    return np.isnan(found) if told is None else bool(found == pytest.approx(told, rel=1e-9, abs=1e-9))


def check(of: Book, masks: np.ndarray, cut: groups.Groups, facts: Facts) -> None:  # type: ignore[type-arg]
    """masks: [periods, groups, accounts]"""
    found = series.computed(of, PERIODS, cut, facts)
    for p, period in enumerate(PERIODS):
        columns = figures.measured(of, period)[1]
        for g, mask in enumerate(masks[p]):
            alone = figures.whole({name: values[mask] for name, values in columns.items()}, facts)
            for key, one in alone.items():
                told, place = found[key], (period, g, key)
                assert same(told.value[p, g], one.value) and told.n[p, g] == one.n, place
                low, high = (None, None) if KPIS[key].is_of_one else one.interval or (None, None)
                assert same(told.low[p, g], low) and same(told.high[p, g], high), place


@FEW
@given(contracts, st.integers(0, 2**32 - 1))
def test_everything_at_once_is_what_each_period_and_group_is_alone(told: list[Contract], seed: int) -> None:
    of, rng = revenue.of_contracts(told, YEN), np.random.default_rng(seed)
    accounts = len(of.accounts)
    assume(accounts)  # a contract that ends on its first day leaves none
    masks = rng.random((len(PERIODS), 3, accounts)) < 0.6
    check(of, masks, groups.moving(list(masks), accounts), replace(FACTS, acquisition_minor=None))


def test_a_larger_book_in_groups_that_do_not_overlap_and_whole_answers_the_same() -> None:
    of, _ = said(book(history(4, 80), replace(YEN, gap_merge_days=31)), 4)
    label = np.arange(len(of.accounts)) % 5 - 1
    one = np.array([label == n for n in range(4)])
    check(of, np.broadcast_to(one, (len(PERIODS), *one.shape)), groups.disjoint(label, 4), Facts())
    check(of, np.ones((len(PERIODS), 1, len(label)), bool), groups.everyone(len(label)), FACTS)
    check(of, np.broadcast_to(one, (len(PERIODS), *one.shape)), groups.overlapping(list(one)), Facts())


@pytest.mark.parametrize("gap", [0, 31])
def test_who_pays_for_a_product_in_two_currencies_has_the_same_causes_at_once_and_alone(gap: int) -> None:
    told = [replace(one, currency="USD") if n % 2 else one for n, one in enumerate(lapsing(6))]
    of, _ = said(book(told, replace(YEN, gap_merge_days=gap, rates={"USD": "150.5"})), 6)
    asked = PERIODS[:14]
    found = series.totals(of, asked, groups.everyone(len(of.accounts)))
    alone = [summed(figures.measured(of, period)[1]) for period in asked]
    for name in ("upsell", "accounts_upsold", "accounts_crossed", "due_renewed", "due_kept"):
        assert found[name][:, 0].tolist() == [int(each[name][0]) for each in alone] and found[name].any(), name


@pytest.mark.parametrize("width", [1, 3, 7])
def test_blocks_of_any_width_and_periods_one_by_one_add_up_to_the_same(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    of, _ = said(book(history(4, 60), replace(YEN, gap_merge_days=31)), 4)
    label = np.arange(len(of.accounts)) % 7 - 1
    cuts = [
        groups.disjoint(label, 9),
        groups.moving([[(label + n) % 3 == g for g in range(3)] for n in range(14)], len(label)),
    ]
    found = [series.computed(of, PERIODS[:14], cut, Facts()) for cut in cuts]
    monkeypatch.setattr(blocks, "WIDTH", width)
    narrow = [series.computed(of, PERIODS[:14], cut, Facts()) for cut in cuts]
    monkeypatch.setattr(spans, "EXACT", 0)
    assert not spans.tells(readings(of, PERIODS[:14])[0])
    alone = [series.computed(of, PERIODS[:14], cut, Facts()) for cut in cuts]
    for other in (narrow, alone):
        for one, told in zip(found, other, strict=True):
            for key, values in one.items():
                for side in ("value", "n", "low", "high"):
                    np.testing.assert_allclose(
                        getattr(told[key], side), getattr(values, side), rtol=1e-11, atol=1e-9, err_msg=key
                    )


@FEW
@given(contracts, st.integers(0, 2**32 - 1))
def test_sums_of_every_column_are_those_of_each_period_alone(told: list[Contract], seed: int) -> None:
    of, rng = revenue.of_contracts(told, YEN), np.random.default_rng(seed)
    asked, accounts = PERIODS[:14], len(of.accounts)
    assume(accounts)
    inside = rng.random((len(asked), 2, accounts)) < 0.6
    for cut in (groups.everyone(accounts), groups.moving(list(inside), accounts)):
        found = series.totals(of, asked, cut)
        read = readings(books.picked(of, cut.row), asked)
        alone = series._one_by_one(read, asked, cut, (), frozenset())[0]
        assert {*found} == {*alone} and all((found[name] == alone[name]).all() for name in alone)


def test_amounts_beyond_what_floating_point_holds_exactly_are_added_up_one_by_one() -> None:
    large = book([paying(1, 2**53 + 1, "2025-01-01"), paying(2, 2, "2025-01-01")])
    asked = PERIODS[:3]
    assert not spans.tells(readings(large, asked)[0])
    assert (series.totals(large, asked, groups.everyone(2))["end"] == 2**53 + 3).all()


def test_accounts_that_move_between_groups_count_on_each_side_by_where_they_stand() -> None:
    of, _ = said(book(history(4, 60), replace(YEN, gap_merge_days=31)), 4)
    asked, accounts = PERIODS[:14], len(of.accounts)
    rng = np.random.default_rng(8)
    before, after = (rng.random((len(asked), 2, accounts)) < 0.7 for _ in range(2))
    found = series.computed(
        of, asked, groups.moving(list(before), accounts), FACTS_OF_PARTS, closing=groups.moving(list(after), accounts)
    )
    for p, period in enumerate(asked):
        columns = figures.measured(of, period)[1]
        for g in range(2):
            sides = [{name: values[masks[p, g]] for name, values in columns.items()} for masks in (before, after)]
            for key, one in figures.whole(sides[0], FACTS_OF_PARTS, closing=sides[1]).items():
                told, reach = found[key], None if KPIS[key].is_of_one else one.interval
                low, high = reach or (None, None)
                assert same(told.value[p, g], one.value) and told.n[p, g] == one.n, (period, g, key)
                assert same(told.low[p, g], low) and same(told.high[p, g], high), (period, g, key)


@FEW
@given(contracts, st.sampled_from(["month", "quarter", "year"]), st.integers(0, 2**32 - 1))
def test_totals_from_changes_alone_are_those_of_every_account_in_each_period(
    told: list[Contract], grain: Grain, seed: int
) -> None:
    of, rng = revenue.of_contracts(told, YEN), np.random.default_rng(seed)
    asked = in_a_row(holding(date(2026, 3, 1), grain), grain, 6)
    names = flows.COLUMNS | years.COLUMNS
    for cut in (groups.everyone(len(of.accounts)), groups.disjoint(rng.integers(-1, 3, len(of.accounts)), 3)):
        assert flows.tells(of, asked, cut)
        found = series.totals(of, asked, cut, names)
        every = series.totals(of, asked, cut)
        assert {*found} == names and all((found[name] == every[name]).all() for name in names)


def test_groups_that_overlap_and_periods_with_a_gap_are_told_account_by_account() -> None:
    of = book(history(4, 20))
    everyone = np.ones(len(of.accounts), dtype=bool)
    asked = [month("2025-02"), month("2025-04")]
    twice = groups.overlapping([everyone, everyone])
    assert not flows.tells(of, asked, groups.everyone(len(everyone))) and not flows.tells(of, asked[:1], twice)
    found = series.totals(of, asked, twice, ["end", "kept"])
    assert {*found} == {"end", "kept"} and (found["end"][:, 0] == found["end"][:, 1]).all() and found["end"].any()


def test_exchange_rates_of_each_months_end_are_kept_apart() -> None:
    policy = replace(YEN, currency="month_end")
    rates = {
        "USD": {
            day(f"2026-{m:02}-{last}"): Fraction(140 + m) for m, last in zip(range(1, 5), (31, 28, 31, 30), strict=True)
        }
    }
    told = [paying(n, 10_00, f"2025-{n:02}-05", currency="USD", then=[("2026-02-10", 9_00 + n)]) for n in range(1, 8)]
    of = revenue.of_contracts(told, policy, Exchange(policy, rates))
    asked = [month("2026-02"), month("2026-03"), month("2026-04")]
    found = series.computed(of, asked, groups.everyone(7), Facts())
    for p, period in enumerate(asked):
        alone = figures.whole(figures.measured(of, period)[1], Facts())
        assert all(same(found[key].value[p, 0], one.value) for key, one in alone.items())
    assert found["mrr"].value[1, 0] != found["mrr"].value[2, 0]


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_a_group_without_anyone_has_no_figures(grain: Grain) -> None:
    of = book([paying(1, 100, "2025-01-01")])
    asked = in_a_row(holding(date(2026, 3, 1), grain), grain, 2)
    found = series.computed(of, asked, groups.disjoint(np.array([1]), 3), Facts())
    assert np.isnan(found["arpa"].value[:, [0, 2]]).all() and (found["mrr"].value[:, 1] == 100).all()
    empty = series.computed(book([]), asked, groups.everyone(0), Facts())
    assert (empty["paying_accounts"].n == 0).all()


def test_a_book_in_another_order_and_with_accounts_twice_pays_what_they_pay() -> None:
    of = book(history(5, 30))
    rows = np.array([7, 3, 3, 29, 0])
    found = picked(of, rows)
    one, other = (figures.measured(each, month("2025-06"))[1] for each in (of, found))
    assert all((values[rows] == other[name]).all() for name, values in one.items())


# --- the interval that needs no draws -------------------------------------------------------------------------------


@pytest.mark.parametrize(("accounts", "off"), [(30, 0.13), (120, 0.06), (1000, 0.05)])
def test_the_analytic_interval_agrees_with_twenty_thousand_draws(
    monkeypatch: pytest.MonkeyPatch, accounts: int, off: float
) -> None:
    """Skewed contracts, a tenth of them lost: the two differ by a small part of their length."""
    monkeypatch.setattr(intervals, "DRAWS", 20_000)
    rng = np.random.default_rng(accounts)
    base = rng.lognormal(10, 1, accounts).round()
    kept = np.where(rng.random(accounts) < 0.9, base * rng.lognormal(0, 0.2, accounts), 0).round()
    drawn = intervals.bootstrap(kept, base, rng=rng)
    low, high = intervals.accelerated(intervals.moments(kept, base))
    assert drawn is not None
    length = drawn.high - drawn.low
    assert abs(low[0] - drawn.low) < off * length and abs(high[0] - drawn.high) < off * length


def test_the_analytic_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    base = rng.gamma(2, 100, (2000, 60))
    kept = base * (rng.random((2000, 60)) < 0.85)
    found = [intervals.accelerated(intervals.moments(k, b)) for k, b in zip(kept, base, strict=True)]
    hits = np.mean([low[0] <= 0.85 <= high[0] for low, high in found])
    assert 0.91 <= hits <= 0.965


def test_where_every_account_kept_exactly_its_rate_there_is_no_spread() -> None:
    same_rate = np.array([100.0, 250.0, 333.0])
    low, high = intervals.accelerated(intervals.moments(same_rate, same_rate))
    assert (low[0], high[0]) == (1.0, 1.0)
    assert np.isnan(intervals.accelerated(intervals.moments(same_rate[:1], same_rate[:1]))).all()
