"""The interval of a difference, held against bootstraps and against worlds whose true difference is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics import intervals
from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.figures import Figure
from nenrin.insight.start import differences
from nenrin.insight.start.measuring import by_month

DRAWS, WORLDS = 4000, 1500
shares = st.floats(0.03, 0.6)
sizes = st.integers(60, 500)


def share(hits: int, n: int) -> Figure:
    return Figure("renewal_rate", hits / n, n, intervals.wilson(hits, n))


def reach(before: Figure, after: Figure) -> Interval:
    found = differences.between(before, after)
    assert found is not None
    return found[1]


@given(was=shares, now=shares, n=sizes, m=sizes, seed=st.integers(0, 2**31))
def test_the_ends_lie_where_a_bootstrap_puts_them(was: float, now: float, n: int, m: int, seed: int) -> None:
    """Customers of each window drawn again with replacement, ten hits and more (with fewer a bootstrap is itself wrong): the
    ends differ by less than a fifth of the width."""
    hits, later = max(round(was * n), 10), max(round(now * m), 10)
    rng = np.random.default_rng(seed)
    drawn = rng.binomial(m, later / m, DRAWS) / m - rng.binomial(n, hits / n, DRAWS) / n
    low, high = np.quantile(drawn, (0.025, 0.975))
    found = reach(share(hits, n), share(later, m))
    assert abs(found.low - low) < 0.2 * (high - low) and abs(found.high - high) < 0.2 * (high - low)


@pytest.mark.parametrize(("was", "now", "n", "m"), [(0.1, 0.05, 120, 130), (0.5, 0.65, 80, 90), (0.03, 0.03, 300, 300)])
def test_it_holds_the_true_difference_in_about_95_of_100_worlds(was: float, now: float, n: int, m: int) -> None:
    rng = np.random.default_rng(7)
    befores, afters = rng.binomial(n, was, WORLDS), rng.binomial(m, now, WORLDS)
    held = [
        found.low <= now - was <= found.high
        for before, after in zip(befores.tolist(), afters.tolist(), strict=True)
        for found in [reach(share(before, n), share(after, m))]
    ]
    assert 0.93 <= float(np.mean(held)) <= 0.98


def test_the_rate_of_a_month_keeps_what_its_window_held() -> None:
    """Churn of ninety days as a month's rate: the scale bends, the coverage stays."""
    rng, n, was, now = np.random.default_rng(11), 200, 0.12, 0.06
    true = _of(now) - _of(was)
    held = []
    for before, after in zip(rng.binomial(n, was, WORLDS).tolist(), rng.binomial(n, now, WORLDS).tolist(), strict=True):
        found = reach(by_month(share(before, n), 90), by_month(share(after, n), 90))
        held.append(found.low <= true <= found.high)
    assert 0.93 <= float(np.mean(held)) <= 0.98


def _of(share_: float) -> float:
    value = by_month(Figure("logo_churn", share_, 1), 90).value
    assert value is not None
    return value


def test_windows_that_overlap_get_a_wider_interval_never_a_narrower_one() -> None:
    """Nine of twelve months are shared: the interval holds the true difference more often than promised."""
    rng, n, p = np.random.default_rng(13), 200, 0.1
    held = []
    for _ in range(WORLDS):
        shared, first, last = rng.binomial(n, 0.75 * p), rng.binomial(n, 0.25 * p), rng.binomial(n, 0.25 * p)
        found = reach(share(int(shared + first), n), share(int(shared + last), n))
        held.append(found.low <= 0 <= found.high)
    assert float(np.mean(held)) > 0.98


@given(was=shares, now=shares, n=sizes, m=sizes)
def test_there_and_back_is_the_same_with_the_sign_changed(was: float, now: float, n: int, m: int) -> None:
    before, after = share(round(was * n), n), share(round(now * m), m)
    there, back = reach(before, after), reach(after, before)
    assert there.low == pytest.approx(-back.high) and there.high == pytest.approx(-back.low)
    assert there.low <= (after.value or 0) - (before.value or 0) <= there.high


@pytest.mark.parametrize(
    "lacking",
    [
        Figure("nrr", None, 3),
        Figure("nrr", 1.0, 40, None),
        Figure("nrr", 1.0, 40, Interval(1.0, 1.0)),
        Figure("ltv", 9e6, 40, Interval(5e6, float("inf"))),
    ],
)
def test_without_both_figures_and_their_ends_there_is_no_difference(lacking: Figure) -> None:
    whole = Figure("nrr", 1.0, 40, Interval(0.9, 1.1))
    assert differences.between(lacking, whole) is None and differences.between(whole, lacking) is None


@pytest.mark.parametrize(
    ("ends", "direction", "said"),
    [
        ((0.01, 0.05), "higher", "better"),
        ((0.01, 0.05), "lower", "worse"),
        ((-0.05, -0.01), "lower", "better"),
        ((-0.05, -0.01), "higher", "worse"),
        ((-0.01, 0.05), "lower", "even"),
        ((0.0, 0.05), "higher", "even"),
        ((0.01, 0.05), "neutral", "even"),
    ],
)
def test_a_verdict_is_given_only_where_zero_is_left_out(ends: tuple[float, float], direction: str, said: str) -> None:
    assert differences.verdict(Interval(*ends), direction) == said  # type: ignore[arg-type]
