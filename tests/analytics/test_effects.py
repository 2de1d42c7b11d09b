"""What actions bring: published sizes, error rates at many looks, less noise, and nothing out of nothing."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nenrin.analytics.effects import adjustments, comparisons, power, readouts, returns, samples, sequential
from nenrin.analytics.effects.readouts import Outcomes

FILE = Path(__file__).parents[3] / "shared" / "data" / "hillstrom.csv.gz"


@pytest.mark.parametrize(
    ("base", "other", "accounts"),
    [
        (0.03, 0.02, 3822),
        (power.over(3, 0.03), power.over(3, 0.02), 1303),
        (power.over(6, 0.03), power.over(6, 0.02), 675),
        (power.over(12, 0.03), power.over(12, 0.02), 362),
        (0.10, 0.08, 3210),
        (0.25, 0.20, 1091),
    ],
)
def test_accounts_an_arm_needs_are_the_published_ones(base: float, other: float, accounts: int) -> None:
    assert power.per_arm(base, other) == accounts


def test_a_small_group_left_alone_costs_the_published_multiple_of_accounts() -> None:
    assert [round(power.inflation(share), 2) for share in (0.1, 0.2)] == [2.78, 1.56]


def test_what_is_not_to_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="two different shares"):
        power.per_arm(0.03, 0.03)
    with pytest.raises(ValueError, match="left alone"):
        power.inflation(0)


@given(
    st.floats(0.02, 0.9),
    st.integers(50, 50_000),
    st.integers(50, 50_000),
    st.booleans(),
)
def test_a_detectable_difference_is_one_that_its_own_size_asks_for(
    base: float, treated: int, held: int, fall: bool
) -> None:
    seen = power.detectable_share(base, treated, held, fall=fall)
    if seen is not None:
        other = base - seen if fall else base + seen
        error = np.sqrt(other * (1 - other) / treated + base * (1 - base) / held)
        assert abs(seen / error - power._reach(0.95, 0.8)) < 1e-6
    assert power.detectable_share(base, 0, held) is None


@pytest.mark.parametrize(("correlation", "remaining"), [(0.3, 0.91), (0.5, 0.75), (0.7, 0.51), (0.9, 0.19)])
def test_what_was_known_before_takes_its_square_out_of_the_variance(correlation: float, remaining: float) -> None:
    rng = np.random.default_rng(3)
    before, noise = rng.normal(size=(2, 40_000))
    outcome = correlation * before + np.sqrt(1 - correlation**2) * noise + 5
    treated = rng.random(40_000) < 0.8
    found = adjustments.cuped(outcome, before, treated)
    assert found.remaining == pytest.approx(remaining, abs=0.01)
    assert found.outcome.var() / outcome.var() == pytest.approx(remaining, abs=0.01)
    assert found.outcome.mean() == pytest.approx(outcome.mean())


def test_an_adjustment_leaves_the_effect_and_forgives_gaps() -> None:
    rng = np.random.default_rng(4)
    before, treated = rng.normal(size=20_000), rng.random(20_000) < 0.5
    outcome = 2 * before + 1.0 * treated + rng.normal(size=20_000)
    before[::10] = np.nan
    found = comparisons.of_means(adjustments.cuped(outcome, before, treated).outcome, treated)
    plain = comparisons.of_means(outcome, treated)
    assert found is not None and plain is not None
    assert found.value == pytest.approx(1.0, abs=3 * found.error) and found.error < 0.75 * plain.error


def test_looking_again_and_again_finds_something_in_nothing_as_often_as_published() -> None:
    rng = np.random.default_rng(5)
    for looks, published in ((1, 0.050), (5, 0.143), (10, 0.196), (20, 0.244), (52, 0.324)):
        sums = rng.standard_normal((20_000, looks)).cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
        assert (np.abs(sums) > 1.959964).any(axis=1).mean() == pytest.approx(published, abs=0.012)


def test_the_mixture_test_errs_as_rarely_as_published_over_two_thousand_looks() -> None:
    rng, count = np.random.default_rng(6), np.arange(1, 2001)
    sums = rng.standard_normal((6_000, 2_000)).cumsum(axis=1)
    wrong = (sequential.likelihood(sums, count, 0.1) > 1 / sequential.ALPHA).any(axis=1).mean()
    assert wrong == pytest.approx(0.0255, abs=0.005)


def test_the_interval_and_the_mixture_test_are_one() -> None:
    for count, tau in ((40, 0.3), (1_000, 0.05)):
        reach = sequential.stretch(count, tau) / np.sqrt(count)
        edge = sequential.likelihood(np.array([reach * count]), np.array([float(count)]), tau)
        assert edge[0] == pytest.approx(1 / sequential.ALPHA)


def test_a_ratio_is_compared_with_the_error_that_many_draws_show() -> None:
    rng, found, values = np.random.default_rng(7), None, []
    for _ in range(400):
        base = rng.lognormal(1, 0.6, 600)
        kept = base * rng.choice([0.0, 1.0, 1.1], size=600, p=[0.1, 0.7, 0.2])
        found = comparisons.of_ratios(kept, base, np.arange(600) % 3 > 0)
        assert found is not None
        values.append(found.value)
    assert found is not None and np.std(values) == pytest.approx(found.error, rel=0.15)


def test_an_uneven_draw_stops_the_read_out() -> None:
    assert samples.mismatch(8_000, 2_000, 0.2) > 0.9
    assert samples.mismatch(8_300, 1_700, 0.2) < samples.MISMATCH
    found = readouts.read(_outcomes(830, 170, 0.0), share=0.3, planned=1_000)
    assert (found.verdict, found.effect) == ("mismatch", None)


def test_few_accounts_are_told_as_few_and_small_effects_as_not_detectable() -> None:
    assert readouts.read(_outcomes(100, 20, 5.0), share=0.2, planned=100).verdict == "few"
    weak = readouts.read(_outcomes(400, 100, 0.05), share=0.2, planned=500, expected=0.1)
    assert weak.verdict == "not_detectable" and weak.detectable is not None and weak.detectable > 0.1
    none = readouts.read(_outcomes(40_000, 10_000, 0.0), share=0.2, planned=50_000, expected=0.1)
    assert none.verdict == "none_seen"


def test_a_clear_effect_is_a_gain_or_a_harm_by_the_direction_of_the_outcome() -> None:
    assert readouts.read(_outcomes(800, 200, 1.0), share=0.2, planned=1_000).verdict == "gain"
    assert readouts.read(_outcomes(800, 200, -1.0), share=0.2, planned=1_000).verdict == "harm"
    fewer = readouts.read(_outcomes(800, 200, -1.0, more_is_better=False), share=0.2, planned=1_000)
    assert fewer.verdict == "gain" and fewer.now is not None and fewer.once is not None
    assert fewer.now.low < fewer.once.low < fewer.once.high < fewer.now.high


def test_a_family_is_one_witness() -> None:
    alone = _outcomes(800, 200, 0.3)
    tripled = Outcomes(
        *(np.repeat(column, 3) for column in (alone.value, alone.before, alone.treated, alone.cluster)), False, True
    )
    one, three = (readouts.read(each, share=0.2, planned=1_000) for each in (alone, tripled))
    assert (one.effect, one.treated, one.held) == (pytest.approx(three.effect), three.treated, three.held)
    assert three.accounts == 3 * one.accounts and one.now == pytest.approx(three.now)


def test_what_chance_put_on_one_side_is_no_effect() -> None:
    """Large accounts stay anyway, and more of them were drawn to be treated: within strata nothing is left of it."""
    rng = np.random.default_rng(3)
    strata = np.repeat([0, 1], 300)
    treated = np.r_[rng.random(300) < 0.9, rng.random(300) < 0.7]
    value = np.where(strata == 0, 10.0, 0.0) + rng.normal(size=600)
    raw = readouts.read(_drawn(value, treated), share=0.2, planned=500)
    within = readouts.read(replace(_drawn(value, treated), strata=strata), share=0.2, planned=500)
    assert raw.effect is not None and within.effect is not None and within.once is not None
    assert raw.effect > 1.5 and abs(within.effect) < 0.3 and within.once.holds(0.0)
    assert within.remaining < 0.1, "and what tells the strata apart is no noise any more"


def test_an_effect_within_strata_is_found_as_often_as_the_interval_says() -> None:
    covered, rng = 0, np.random.default_rng(4)
    for _ in range(400):
        strata = rng.integers(0, 8, 240)
        treated = rng.random(240) < 0.7
        value = strata * 1.0 + 0.5 * treated + rng.normal(size=240)
        found = readouts.read(replace(_drawn(value, treated), strata=strata), share=0.3, planned=240)
        covered += found.verdict == "mismatch" or (found.once is not None and found.once.holds(0.5))
    assert 0.92 <= covered / 400 <= 0.98


def test_the_chosen_low_recover_as_an_autoregression_says() -> None:
    rng, correlation = np.random.default_rng(8), 0.8
    start = rng.normal(size=200_000)
    later = start.copy()
    for _ in range(3):
        later = correlation * later + np.sqrt(1 - correlation**2) * rng.normal(size=len(later))
    chosen = start < np.quantile(start, 0.2)
    told = returns.recovered(returns.mean_depth(0.2), correlation, 3)
    assert (later[chosen] - start[chosen]).mean() == pytest.approx(told, abs=0.02)


def test_the_public_mail_experiment_reads_as_published() -> None:
    if not FILE.exists():
        pytest.skip("public data set: Hillstrom's mail experiment")
    with gzip.open(FILE, "rt") as lines:
        rows = [(row["segment"], float(row["visit"])) for row in csv.DictReader(lines)]
    for arm, effect, error in (("Mens E-Mail", 0.0766, 0.0034), ("Womens E-Mail", 0.0452, 0.0032)):
        kept = [row for row in rows if row[0] in {arm, "No E-Mail"}]
        visit, treated = np.array([v for _, v in kept]), np.array([s == arm for s, _ in kept])
        found = comparisons.of_means(visit, treated)
        assert found is not None
        assert (round(found.value, 4), round(found.error, 4)) == (effect, error)
        whole = Outcomes(visit, np.full(len(visit), np.nan), treated, np.arange(len(visit)), True, True)
        assert readouts.read(whole, share=0.5, planned=len(visit)).verdict == "gain"


def _outcomes(treated: int, held: int, effect: float, *, more_is_better: bool = True) -> Outcomes:
    rng = np.random.default_rng(treated + held)
    arm = np.arange(treated + held) < treated
    value = rng.normal(size=treated + held) + effect * arm
    return Outcomes(value, np.full(len(value), np.nan), arm, np.arange(len(value)), False, more_is_better)


def _drawn(value: NDArray[np.float64], treated: NDArray[np.bool_]) -> Outcomes:
    return Outcomes(value, np.full(len(value), np.nan), treated, np.arange(len(value)), False, True)
