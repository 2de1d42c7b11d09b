"""Small parts borrow from all parts: how much, is told by the data."""

from __future__ import annotations

import numpy as np
import pytest

from nenrin.analytics.forecasts import lifetimes
from nenrin.analytics.forecasts.lifetimes import intervals, pooling
from nenrin.analytics.forecasts.lifetimes.models import Geometric, ShiftedBetaGeometric
from tests.analytics.published_cohorts import HIGH_END, REGULAR

WHOLE = lifetimes.fit("sbg", lifetimes.from_survivors(REGULAR[:8]))


def cohort(share: float, survivors: tuple[int, ...] = REGULAR) -> lifetimes.Cohort:
    return lifetimes.from_survivors([round(share * n) for n in survivors[:8]])


def test_a_part_without_customers_is_as_all_parts_are() -> None:
    moved = pooling.borrow(WHOLE, lifetimes.from_lives([(0, False, 0)] * 4), 0.5)
    assert moved.move == pytest.approx(0, abs=1e-6)
    assert moved.fit.model.parameters == pytest.approx(WHOLE.model.parameters)


def test_the_more_customers_the_less_is_borrowed() -> None:
    """Parts of 10, 100 and 10,000 whose customers leave as the high-end ones do, pooled with the regular ones."""
    moves = [pooling.borrow(WHOLE, cohort(k / 1000, HIGH_END), 0.5).move for k in (10, 100, 10_000)]
    assert 0 > moves[0] > moves[1] > moves[2]
    first = lifetimes.first_churn(pooling.borrow(WHOLE, cohort(10, HIGH_END), 1.5).fit.model)
    assert first == pytest.approx(0.16, abs=0.03)


def test_the_spread_is_that_of_the_parts() -> None:
    alike = [cohort(0.2) for _ in range(5)]
    assert pooling.spread(WHOLE, alike) <= 0.1
    apart = [cohort(0.2), cohort(0.2, HIGH_END), cohort(0.2), cohort(0.2, HIGH_END)]
    assert pooling.spread(WHOLE, apart) >= 0.5
    assert pooling.spread(WHOLE, alike[:2]) == pooling.USUAL_SPREAD


def test_doubt_of_both_kinds_is_in_the_interval() -> None:
    few, whole = cohort(0.02), cohort(1)
    draws = intervals.draw(WHOLE, whole, np.random.default_rng(1), 200)
    moved = pooling.borrow(WHOLE, few, 0.5)
    both = pooling.draw(moved, draws, np.random.default_rng(2))
    wide, narrow = (intervals.interval(one, lifetimes.first_churn) for one in (both, draws))
    assert wide.low < narrow.low and wide.high > narrow.high and wide.low < 0.37 < wide.high


@pytest.mark.parametrize("model", [Geometric(0.2), ShiftedBetaGeometric(2.0, 8.0)])
def test_borrowing_is_nearer_the_truth_than_standing_alone(model: lifetimes.Model) -> None:
    """Six tiers of twenty customers each, their churn moved by a normal of spread .4: mean squared error in log-odds."""
    rng = np.random.default_rng(5)
    pooled, alone = [], []
    for _ in range(40):
        moves = rng.normal(0, 0.4, 6)
        parts = [_simulated(model, move, rng) for move in moves]
        whole = lifetimes.fit(model.kind, _added(parts))
        spread = pooling.spread(whole, parts)
        for part, move in zip(parts, moves, strict=True):
            truth = _odds(lifetimes.first_churn(_moved(model, move)))
            pooled.append(_odds(lifetimes.first_churn(pooling.borrow(whole, part, spread).fit.model)) - truth)
            own = (part.losses + 0.5) / (sum(part.at_risk[1:]) + 1)
            alone.append(_odds(own) - truth)
    assert np.mean(np.square(pooled)) < 0.75 * np.mean(np.square(alone))


def _moved(model: lifetimes.Model, move: float) -> lifetimes.Model:
    row = pooling.shifted(model.kind, np.array([model.parameters]), np.array([move]))[0]
    return Geometric(row[0]) if model.kind == "geometric" else ShiftedBetaGeometric(row[0], row[1])


def _simulated(model: lifetimes.Model, move: float, rng: np.random.Generator) -> lifetimes.Cohort:
    possible = (0, 0, 0, 20)
    lost, kept = intervals.simulate(_moved(model, move), possible, rng, 1)
    return lifetimes.Cohort((0, *map(int, lost[0])), (0, *map(int, kept[0])), possible)


def _added(parts: list[lifetimes.Cohort]) -> lifetimes.Cohort:
    rows = [[sum(column) for column in zip(*(getattr(one, name) for one in parts), strict=True)]
            for name in ("lost", "kept", "possible")]  # fmt: skip
    return lifetimes.Cohort(*map(tuple, rows))


def _odds(p: float) -> float:
    return float(np.log(p / (1 - p)))
