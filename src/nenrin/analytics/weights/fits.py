"""Weights that are never negative, drawn towards the expert's proportions: convex, so one answer.

    logit P(leaves) = level of the tier (+ deadline near) - sum of beta_i * points_i / 100,   beta_i >= 0
    minimise  -log-likelihood + pull / 2 * min over kappa of |beta - kappa * expert|^2

The scale kappa is fitted with the rest: for given beta the best one is beta.w / w.w, so the pull acts on what is not
in proportion to the expert's weights, and on that alone. Solved by projected Newton (Bertsekas 1982, SIAM J. Control
Optim. 20(2) 221-246): Newton's step on the weights that are free, projected onto what is allowed, halved until it
gains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import logistics

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
ROUNDS, ENOUGH = 100, 1e-9
#: What holds the levels, so that a tier where nobody left has one.
LEVEL_RIDGE = 1e-2
_EDGE = 1e-8


@dataclass(frozen=True, slots=True)
class Rows:
    """`points` (rows, measures) are 0 to 100 without blanks, `levels` (rows, levels) the columns that are never held
    back (tiers, deadline), `left` whether the account left, `weight` how often a row counts."""

    points: Floats
    levels: Floats
    left: Bits
    weight: Floats

    def __len__(self) -> int:
        return len(self.left)

    def chosen(self, rows: Bits) -> Rows:
        return Rows(self.points[rows], self.levels[rows], self.left[rows], self.weight[rows])


@dataclass(frozen=True, slots=True)
class Fit:
    """`beta` in log-odds for 100 points, `levels` the levels' coefficients; `expert` sums to 1."""

    beta: Floats
    levels: Floats
    expert: Floats
    pull: float

    @property
    def weights(self) -> Floats | None:
        """Shares of one; None where nothing that is measured goes with staying."""
        whole = float(self.beta.sum())
        return self.beta / whole if whole > _EDGE else None

    def odds(self, rows: Rows) -> Floats:
        result: Floats = rows.levels @ self.levels - rows.points @ self.beta / 100
        return result


def fit(rows: Rows, expert: Floats, *, pull: float, start: Fit | None = None) -> Fit:
    """`expert` are any weights, not all zero; `start` a fit to begin from.

    >>> points = np.array([[0.0, 100.0], [0.0, 0.0], [100.0, 100.0], [100.0, 0.0]] * 10)
    >>> left = np.array([True, True, False, False] * 9 + [False, False, True, True])
    >>> rows = Rows(points, np.ones((40, 1)), left, np.ones(40))
    >>> fit(rows, np.array([1.0, 1.0]), pull=0.1).weights.round(2).tolist()
    [0.96, 0.04]
    >>> fit(rows, np.array([1.0, 1.0]), pull=1000.0).weights.round(2).tolist()
    [0.5, 0.5]
    """
    share = np.asarray(expert / expert.sum(), dtype=np.float64)
    problem = _Problem.of(rows, share, pull)
    solution = np.concatenate([start.levels, start.beta]) if start else problem.begin()
    solution = problem.solved(solution)
    count = rows.levels.shape[1]
    return Fit(solution[count:], solution[:count], share, pull)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Columns are levels, then minus points over 100; the first `free` coefficients may have either sign."""

    columns: Floats
    left: Floats
    weight: Floats
    bend: Floats
    free: int

    @classmethod
    def of(cls, rows: Rows, expert: Floats, pull: float) -> _Problem:
        columns = np.concatenate([rows.levels, -rows.points / 100], axis=1)
        free, count = rows.levels.shape[1], columns.shape[1]
        bend = np.zeros((count, count))
        bend[:free, :free] = LEVEL_RIDGE * np.eye(free)
        across = np.eye(len(expert)) - np.outer(expert, expert) / float(expert @ expert)
        bend[free:, free:] = pull * across + _EDGE * np.eye(len(expert))
        return cls(columns, rows.left.astype(np.float64), rows.weight, bend, free)

    def begin(self) -> Floats:
        found = np.zeros(self.columns.shape[1])
        share = float(np.clip(self.weight @ self.left / self.weight.sum(), 1e-6, 1 - 1e-6))
        found[0] = np.log(share / (1 - share))
        return found

    def value(self, at: Floats) -> float:
        odds = self.columns @ at
        return float(self.weight @ (np.logaddexp(0, odds) - self.left * odds) + 0.5 * at @ self.bend @ at)

    def solved(self, at: Floats) -> Floats:
        value = self.value(at)
        for _ in range(ROUNDS):
            expected = logistics.Logistic(at, self.bend).probability(self.columns)
            slope = self.columns.T @ (self.weight * (expected - self.left)) + self.bend @ at
            held = (at <= _EDGE) & (slope > 0)
            held[: self.free] = False
            step = self._step(expected, slope, ~held)
            at, gained = self._walked(at, step, value)
            value -= gained
            if gained < ENOUGH * (1 + abs(value)):
                break
        return at

    def _step(self, expected: Floats, slope: Floats, free: Bits) -> Floats:
        """Newton's on the free coefficients; the held ones stay."""
        curve = self.weight * expected * (1 - expected)
        columns = self.columns[:, free]
        bend = (columns * curve[:, None]).T @ columns + self.bend[np.ix_(free, free)]
        step = np.zeros_like(slope)
        step[free] = np.linalg.solve(bend + _EDGE * np.eye(len(bend)), slope[free])
        return step

    def _walked(self, at: Floats, step: Floats, value: float) -> tuple[Floats, float]:
        for _ in range(40):
            to = at - step
            to[self.free :] = np.maximum(to[self.free :], 0)
            gained = value - self.value(to)
            if gained >= 0:
                return to, gained
            step = step / 2
        return at, 0.0
