"""A small part borrows from all parts together: their model, with the log-odds of its mean churn moved by as much as
the part's own customers can carry (partial pooling, empirical Bayes).

The move d is normal around 0 with a spread that the parts themselves tell (marginal likelihood): alike parts borrow much,
different ones little. No customers of its own: the model of all. Many: practically its own. The shape (how much customers
differ, how churn changes with tenure) is that of all parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes import models
from nenrin.analytics.forecasts.lifetimes.cohorts import Cohort
from nenrin.analytics.forecasts.lifetimes.fits import Fit
from nenrin.analytics.forecasts.lifetimes.intervals import Draws
from nenrin.analytics.forecasts.lifetimes.likelihoods import log_likelihood

Array = NDArray[np.float64]
MOVES = np.linspace(-4.0, 4.0, 321)
SPREADS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5)
#: With fewer parts their spread cannot be told: odds of churn half as high or again as high are then nothing unusual.
LEAST_PARTS, USUAL_SPREAD = 3, 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """`move` is the mean of what the log-odds of churn are moved by; `chances` weigh MOVES."""

    fit: Fit
    move: float
    spread: float
    chances: Array


def spread(whole: Fit, cohorts: Sequence[Cohort]) -> float:
    """How far the parts' churn lies apart, in log-odds."""
    seen = [_likelihoods(whole.model, one) for one in cohorts if sum(one.at_risk[1:])]
    if len(seen) < LEAST_PARTS:
        return USUAL_SPREAD
    return max(SPREADS, key=lambda one: sum(_marginal(row, one) for row in seen))


def borrow(whole: Fit, cohort: Cohort, spread: float) -> Moved:
    """The model of all parts, moved for one of them."""
    weighed = _likelihoods(whole.model, cohort) - MOVES**2 / (2 * spread**2)
    chances = np.exp(weighed - weighed.max())
    chances = chances / chances.sum()
    move = float(chances @ MOVES)
    model = models.of(whole.kind, shifted(whole.kind, np.array([whole.model.parameters]), np.array([move]))[0])
    return Moved(replace(whole, model=model, customers=cohort.customers), move, spread, chances)


def draw(moved: Moved, draws: Draws, rng: np.random.Generator) -> Draws:
    """The doubt about the model of all parts and that about the move, together."""
    moves = rng.choice(MOVES, size=len(draws.parameters), p=moved.chances)
    return Draws(moved.fit, shifted(moved.fit.kind, draws.parameters, moves))


def shifted(kind: models.Kind, parameters: Array, moves: Array) -> Array:
    """(R, p) parameters with the log-odds of the mean churn moved by (R,).

    >>> shifted("geometric", np.array([[0.5]]), np.array([1.0])).round(4).tolist()
    [[0.7311]]
    >>> shifted("sbg", np.array([[1.0, 3.0]]), np.array([0.0])).tolist()
    [[1.0, 3.0]]
    """
    if kind == "geometric":
        odds = parameters[:, :1] / np.maximum(1 - parameters[:, :1], 1e-12) * np.exp(moves)[:, None]
        made: Array = odds / (1 + odds)
        return made
    size = parameters[:, 0] + parameters[:, 1]
    odds = parameters[:, 0] / parameters[:, 1] * np.exp(moves)
    mean = odds / (1 + odds)
    return np.column_stack([mean * size, (1 - mean) * size, *parameters[:, 2:].T])


def _likelihoods(model: models.Model, cohort: Cohort) -> Array:
    """(MOVES,) of the cohort under the model so moved."""
    parameters = shifted(model.kind, np.repeat([model.parameters], len(MOVES), axis=0), MOVES)
    if model.kind == "geometric":
        churn, lost = parameters[:, 0], cohort.losses
        stayed = sum(cohort.at_risk[1:]) - lost
        result: Array = lost * np.log(churn) + stayed * np.log1p(-churn)
        return result
    lost_at, kept_at = cohort.arrays()
    if not lost_at.size:
        return np.zeros(len(MOVES))
    return log_likelihood(parameters, lost_at, kept_at)


def _marginal(row: Array, spread: float) -> float:
    """ln of the cohort's likelihood with the move integrated out."""
    weighed = row - MOVES**2 / (2 * spread**2)
    top = weighed.max()
    return float(top + np.log(np.exp(weighed - top).sum()) - np.log(spread))
