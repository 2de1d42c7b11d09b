"""Sums of amounts that each stay with a probability of their own: exact by convolution, normal above, both as simulated."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.forecasts import bernoulli

PAIRS = st.lists(st.tuples(st.integers(1, 900), st.floats(0.02, 0.98)), min_size=1, max_size=8)


def columns(pairs: list[tuple[int, float]]) -> tuple[bernoulli.Floats, bernoulli.Floats]:
    return np.array([p for _, p in pairs]), np.array([float(m) for m, _ in pairs])


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_without_a_doubt_at_most_a_tenth_falls_out_on_each_side(pairs: list[tuple[int, float]]) -> None:
    """Against every outcome written out."""
    p, amount = columns(pairs)
    told = bernoulli.interval(p, amount, np.zeros(len(p)))
    below = above = 0.0
    for stays in product((0, 1), repeat=len(p)):
        chance = float(np.prod(np.where(stays, p, 1 - p)))
        total = float(np.dot(stays, amount))
        below += chance * (total < told.low - 1e-9)
        above += chance * (total > told.high + 1e-9)
    assert below <= 0.1 + 1e-9 and above <= 0.1 + 1e-9
    assert 0 <= told.low <= told.high <= amount.sum() and told.error == 0
    assert told.value == pytest.approx(float((p * amount).sum()))


def simulated(
    p: bernoulli.Floats, amount: bernoulli.Floats, doubt: bernoulli.Floats, draws: int = 40_000
) -> bernoulli.Floats:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(draws // 4_000):
        odds = np.log(p / (1 - p)) + rng.normal(size=(4_000, 1)) * doubt
        found.append((rng.random((4_000, len(p))) < 1 / (1 + np.exp(-odds))) @ amount)
    whole: bernoulli.Floats = np.concatenate(found)
    return whole


@pytest.mark.parametrize("count", [20, 200, 400])
@pytest.mark.parametrize("off", [0.0, 0.4])
def test_four_of_five_simulated_sums_fall_in_the_interval(count: int, off: float) -> None:
    """Convolved up to 256, normal above; amounts as skewed as customers are."""
    rng = np.random.default_rng(count)
    p, amount = rng.uniform(0.5, 0.98, count), np.round(rng.lognormal(11, 1, count))
    told = bernoulli.interval(p, amount, np.full(count, off))
    sums = simulated(p, amount, np.full(count, off))
    assert float((sums < told.low).mean()) == pytest.approx(0.1, abs=0.012)
    assert float((sums > told.high).mean()) == pytest.approx(0.1, abs=0.012)


def test_the_normal_says_how_far_off_it_may_be() -> None:
    """The bound holds against the convolution itself, and tells of one amount that is most of the whole."""
    count = bernoulli.EXACT + 1
    p = np.full(count, 0.7)
    even, lumpy = np.full(count, 1_000.0), np.full(count, 1_000.0)
    lumpy[0] = 1e6
    good, bad = (bernoulli.interval(p, some, np.zeros(count)) for some in (even, lumpy))
    assert 0 < good.error < 0.05 < bad.error
    sums = simulated(p, even, np.zeros(count))
    assert abs(float((sums < good.low).mean()) - 0.1) <= good.error


def test_nothing_to_renew_is_certain() -> None:
    none = np.zeros(0)
    assert bernoulli.interval(none, none, none) == bernoulli.Interval(0.0, 0.0, 0.0, 0.0)
    sure = bernoulli.interval(np.array([1.0, 0.0]), np.array([70.0, 30.0]), np.array([0.5, 0.5]))
    assert (sure.low, sure.value, sure.high) == (70.0, 70.0, 70.0)
