"""What goes with leaving sooner: Cox's proportional hazards (Cox 1972, ties by Efron 1977).

Each trait multiplies the rate of leaving by the same factor at every time; `proportions` asks whether that is so. The
factor of one trait is that with all others equal. It goes with leaving; it need not cause it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nenrin.analytics.forecasts.survival import chances, risk_sets
from nenrin.analytics.forecasts.survival.risk_sets import Rows

Array = NDArray[np.float64]
ROUNDS, GAIN = 50, 1e-10
#: A slope this many deviations of its trait long is no estimate but a group that nobody (or everybody) left.
ENDLESS = 12.0


class NotTold(ValueError):
    """No factors can be told: nobody left, a trait is the same for all, or it parts those who left from the others."""


@dataclass(frozen=True, slots=True)
class Effect:
    """`slope` is the logarithm of the factor; low and high bound the factor at the fit's level."""

    trait: str
    slope: float
    error: float
    low: float
    high: float
    p: float
    proportional_p: float  # small: the factor changes with time, so read the curves instead

    @property
    def factor(self) -> float:
        return math.exp(self.slope)


@dataclass(frozen=True, slots=True)
class Fit:
    """`concordance`: of two customers of whom one left first, how often it was the one with the higher rate."""

    effects: tuple[Effect, ...]
    log_likelihood: float
    log_likelihood_alone: float  # without any trait
    customers: int
    losses: int
    concordance: float


def fit(durations: ArrayLike, is_lost: ArrayLike, traits: ArrayLike, names: Sequence[str], level: float = 0.95) -> Fit:
    """From one row a customer: (n,) how long seen, (n,) whether it left then, (n, p) traits. Raises NotTold."""
    seen, left = np.asarray(durations, dtype=np.float64), np.asarray(is_lost, dtype=bool)
    known = np.asarray(traits, dtype=np.float64).reshape(len(seen), -1)
    middle, scale = known.mean(0), known.std(0)
    if not left.any() or not np.all(scale > 0):
        raise NotTold("nobody has left, or a trait is the same for everybody")
    own = risk_sets.rows(seen, left, (known - middle) / scale)
    slopes, value, bend = _climb(own)
    spread: Array = np.linalg.inv(bend).astype(np.float64)
    tested = _proportions(own, slopes, spread)
    errors = np.sqrt(np.diag(spread)) / scale
    effects = _effects(names, slopes / scale, errors, tested, level)
    alone = _likelihood(own, np.zeros(len(slopes)))
    return Fit(
        effects, value, alone, len(seen), int(left.sum()), concordance(seen, left, own_scores(own, slopes, seen))
    )


def own_scores(own: Rows, slopes: Array, seen: Array) -> Array:
    """The rate's logarithm of each customer, in the order in which they were given."""
    scores = np.empty(len(seen))
    scores[np.argsort(seen, kind="stable")] = own.traits @ slopes
    return scores


def _climb(own: Rows) -> tuple[Array, float, Array]:
    """Slopes of the scaled traits, the log-likelihood there, and its negative curvature."""
    slopes = np.zeros(own.traits.shape[1])
    value = _likelihood(own, slopes)
    for _ in range(ROUNDS):
        slope, bend = _derivatives(own, slopes)
        if np.linalg.matrix_rank(bend) < len(slopes):
            raise NotTold("two traits say the same of everybody")
        step: Array = np.linalg.solve(bend, slope).astype(np.float64)
        slopes, gained = _stepped(own, slopes, step, value)
        value += gained
        if np.abs(slopes).max() > ENDLESS:
            raise NotTold("a trait parts those who left from those who stayed: its factor has no end")
        if gained < GAIN:
            break
    return slopes, value, _derivatives(own, slopes)[1]


def _stepped(own: Rows, slopes: Array, step: Array, value: float) -> tuple[Array, float]:
    """Newton's step, halved until it gains."""
    for _ in range(20):
        reached = _likelihood(own, slopes + step)
        if reached >= value:
            return slopes + step, reached - value
        step = step / 2
    return slopes, 0.0


def _likelihood(own: Rows, slopes: Array) -> float:
    scores = own.traits @ slopes
    return float(scores[own.is_lost].sum() - np.log(risk_sets.weights(own, slopes)).sum())


def _derivatives(own: Rows, slopes: Array) -> tuple[Array, Array]:
    found = risk_sets.sums(own, slopes)
    slope = (own.traits[own.is_lost] - found.mean).sum(0)
    bend: Array = risk_sets.moment(own, slopes, found.weight) - found.mean.T @ found.mean
    return slope, bend


def _proportions(own: Rows, slopes: Array, spread: Array) -> tuple[float, ...]:
    """Grambsch & Therneau 1994: do scaled Schoenfeld residuals lean with time? Time is 1 - Kaplan and Meier's share."""
    found = risk_sets.sums(own, slopes)
    at = own.place[own.is_lost]
    count = np.bincount(at, minlength=len(own.starts)).astype(np.float64)
    mean = np.stack([np.bincount(at, weights=row, minlength=len(count)) for row in found.mean.T], axis=1)
    aside = own.traits[own.is_lost] - mean[at] / count[at][:, None]
    left_over = len(at) * aside @ spread
    stood = len(own.traits) - own.starts
    time = 1 - (1 - count / stood).cumprod()[at]
    time = time - time.mean()
    around = float((time**2).sum())
    if not around:
        return (1.0,) * len(slopes)
    chi_squares = (time @ left_over) ** 2 / (len(at) * np.diag(spread) * around)
    return tuple(chances.beyond(float(one), 1) for one in chi_squares)


def _effects(
    names: Sequence[str], slopes: Array, errors: Array, tested: Sequence[float], level: float
) -> tuple[Effect, ...]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    rows = zip(names, slopes.tolist(), errors.tolist(), tested, strict=True)
    return tuple(
        Effect(
            name, slope, error, math.exp(slope - z * error), math.exp(slope + z * error),
            chances.of_normal(slope / error), proportional,
        )
        for name, slope, error, proportional in rows
    )  # fmt: skip


def concordance(durations: ArrayLike, is_lost: ArrayLike, scores: ArrayLike) -> float:
    """Of pairs of which one was seen to leave before the other: the share in which it had the higher score (equal
    scores count half); .5 where no pair can be told.

    >>> concordance([1, 2, 3], [True, True, False], [2.0, 3.0, 1.0])
    0.6666666666666666
    """
    seen, left = np.asarray(durations, dtype=np.float64), np.asarray(is_lost, dtype=bool)
    rated = np.asarray(scores, dtype=np.float64)
    later: list[float] = []
    right = pairs = 0.0
    for rows in _backwards(seen):
        for score in rated[[row for row in rows if not left[row]]].tolist():
            insort(later, score)
        gone = rated[[row for row in rows if left[row]]].tolist()
        for score in gone:
            low, high = bisect_left(later, score), bisect_right(later, score)
            right += low + (high - low) / 2
            pairs += len(later)
        for score in gone:
            insort(later, score)
    return right / pairs if pairs else 0.5


def _backwards(seen: Array) -> list[list[int]]:
    """Rows by time, the latest time first."""
    order = np.argsort(seen, kind="stable")
    _, starts = np.unique(seen[order], return_index=True)
    return [part.tolist() for part in reversed(np.split(order, starts[1:]))]
