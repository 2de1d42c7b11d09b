"""Weights learned from who left: the optimum, what they are held to, and when they are suggested."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from nenrin.analytics.backtests import areas
from nenrin.analytics.weights import fits, suggestions
from nenrin.analytics.weights.fits import Rows
from nenrin.analytics.weights.suggestions import History, Suggestion, Wanting

#: What each of four measures really says; the last says nothing.
TRUTH = np.array([3.0, 1.5, 0.7, 0.0])
RIGHT, REVERSED = TRUTH + 0.3, TRUTH[::-1] + 0.3


def rows(count: int, seed: int, truth: np.ndarray = TRUTH, level: float = -1.0) -> Rows:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 100, (count, len(truth)))
    levels = np.column_stack([np.ones(count), rng.random(count) < 0.4]).astype(float)
    odds = levels @ [level, 0.5] - points @ truth / 100
    return Rows(points, levels, rng.random(count) < 1 / (1 + np.exp(-odds)), np.ones(count))


def history(accounts: int, months: int, seed: int, **rest: object) -> History:
    """Each account every month until it leaves."""
    drawn = rows(accounts * months, seed, **rest)  # type: ignore[arg-type]
    account, month = np.repeat(np.arange(accounts), months), np.tile(np.arange(months), accounts)
    before = np.zeros(len(account), dtype=bool)
    gone: set[int] = set()
    for n, (who, left) in enumerate(zip(account.tolist(), drawn.left.tolist(), strict=True)):
        before[n] = who in gone
        gone |= {who} if left else set()
    return History(drawn, account, 30 * month, 90).chosen(~before)


def cost(at: np.ndarray, given_: Rows, expert: np.ndarray, pull: float) -> float:
    """What is minimised, written as it is defined: the best kappa is searched for with the rest."""
    levels, beta, kappa = at[:2], at[2:-1], at[-1]
    odds = given_.levels @ levels - given_.points @ beta / 100
    likely = np.logaddexp(0, odds) - given_.left * odds
    held = ((beta - kappa * expert / expert.sum()) ** 2).sum()
    return float(given_.weight @ likely + 0.5 * pull * held + 0.005 * (levels**2).sum())


@given(st.integers(0, 10_000), st.sampled_from([0.3, 10.0, 1000.0]))
def test_the_fit_is_the_optimum_that_a_general_solver_finds(seed: int, pull: float) -> None:
    drawn = rows(120, seed)
    if not 3 <= drawn.left.sum() <= 117:
        return
    found = fits.fit(drawn, REVERSED, pull=pull)
    bounds = [(None, None)] * 2 + [(0, None)] * 5
    general = minimize(cost, np.zeros(7), (drawn, REVERSED, pull), method="L-BFGS-B", bounds=bounds,
                       options={"maxiter": 3000, "ftol": 1e-13, "gtol": 1e-9})  # fmt: skip
    expert = REVERSED / REVERSED.sum()
    own = np.concatenate([found.levels, found.beta, [found.beta @ expert / (expert @ expert)]])
    assert cost(own, drawn, REVERSED, pull) <= general.fun + 1e-4
    assert (found.beta >= 0).all()


def test_a_strong_pull_gives_the_experts_proportions_whatever_their_scale() -> None:
    drawn = rows(500, 3)
    strong = fits.fit(drawn, 7 * RIGHT, pull=1e7)
    assert strong.weights == pytest.approx(RIGHT / RIGHT.sum(), abs=1e-3)
    free = fits.fit(drawn, RIGHT, pull=0.01)
    assert free.weights == pytest.approx(TRUTH / TRUTH.sum(), abs=0.2)


def test_a_measure_that_speaks_for_leaving_gets_no_weight_instead_of_a_negative_one() -> None:
    drawn = rows(2000, 5, truth=np.array([3.0, -2.0, 0.0, 0.0]))
    assert fits.fit(drawn, np.ones(4), pull=0.01).beta[1] == 0


def test_a_row_that_counts_twice_is_two_rows() -> None:
    drawn = rows(80, 8)
    twice = Rows(drawn.points, drawn.levels, drawn.left, np.full(80, 2.0))
    doubled = Rows(*(np.concatenate([part, part]) for part in (drawn.points, drawn.levels, drawn.left, drawn.weight)))
    assert fits.fit(twice, RIGHT, pull=3.0).beta == pytest.approx(fits.fit(doubled, RIGHT, pull=3.0).beta, abs=1e-5)


def test_from_reversed_expert_weights_almost_all_of_the_best_area_is_reached() -> None:
    seen, unseen = history(900, 12, 1, level=-2.6), history(4000, 6, 2, level=-2.6)
    learned = fits.fit(seen.rows, REVERSED, pull=suggestions.chosen_pull(seen, REVERSED))

    def area(weights: np.ndarray) -> float:
        return areas.area(-unseen.rows.points @ weights, unseen.rows.left, unseen.account).value

    assert area(learned.beta) >= 0.99 * area(TRUTH) > area(REVERSED) + 0.05


def test_weights_that_were_surely_better_on_later_days_are_suggested() -> None:
    found = suggestions.suggest(history(500, 24, 4, level=-2.6), REVERSED)
    assert isinstance(found, Suggestion) and found.is_better == "learned"
    assert found.learned_gain.sure > 0.95 and found.learned_gain.value > found.blended_gain.value > 0
    assert sum(one.learned for one in found.measures) == pytest.approx(100)
    assert sum(one.blended for one in found.measures) == pytest.approx(100)
    assert all(one.low <= one.learned <= one.high for one in found.measures)
    assert found.measures[3].learned < found.measures[3].low + 20 < found.measures[3].expert + 20


def test_an_expert_who_was_right_is_left_alone() -> None:
    suggested = [suggestions.suggest(history(300, 24, seed, level=-2.6), TRUTH + 0.01) for seed in range(6)]
    assert sum(isinstance(one, Suggestion) and one.is_better != "" for one in suggested) <= 1


def test_what_is_learned_was_over_before_what_is_tested_began() -> None:
    told = history(500, 24, 4, level=-2.6)
    found = suggestions.suggest(told, REVERSED)
    assert isinstance(found, Suggestion)
    assert told.chosen(told.day + told.horizon <= found.tested_from).accounts_left == found.left_before
    assert told.chosen(told.day >= found.tested_from).accounts_left == found.left_after


def test_too_few_losses_give_no_weights_but_how_many_are_missing() -> None:
    assert suggestions.suggest(history(60, 6, 1, level=-3.5), RIGHT) == Wanting(
        30 - history(60, 6, 1, level=-3.5).accounts_left
    )
