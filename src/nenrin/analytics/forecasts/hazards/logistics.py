"""Logistic regression with a ridge towards expected coefficients: convex, so one answer; no class weights, no
re-sampling, because both ruin probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROUNDS, ENOUGH = 60, 1e-8


@dataclass(frozen=True, slots=True)
class Logistic:
    """`coefficients` in log-odds and their covariance (of the penalised fit)."""

    coefficients: Array
    covariance: Array

    def probability(self, columns: Array) -> Array:
        return sigmoid(columns @ self.coefficients)

    @property
    def errors(self) -> Array:
        result: Array = np.sqrt(np.diag(self.covariance))
        return result


@dataclass(frozen=True, slots=True)
class Problem:
    """What is fitted. Shapes: columns (rows, p), all others (rows,) or (p,). `weights` count a row that says the same
    as others only in part; `lower` and `upper` bound coefficients."""

    columns: Array
    happened: Array
    ridge: Array
    towards: Array
    weights: Array
    offset: Array
    lower: Array
    upper: Array

    def value(self, beta: Array) -> float:
        odds = self.columns @ beta + self.offset
        likely = self.weights @ (self.happened * odds - np.logaddexp(0, odds))
        return float(likely - 0.5 * (self.ridge * (beta - self.towards) ** 2).sum())

    def slope(self, beta: Array) -> Array:
        off = self.weights * (self.happened - sigmoid(self.columns @ beta + self.offset))
        result: Array = self.columns.T @ off - self.ridge * (beta - self.towards)
        return result

    def bend(self, beta: Array) -> Array:
        p = sigmoid(self.columns @ beta + self.offset)
        weighted = self.columns * np.sqrt(self.weights * p * (1 - p))[:, None]
        result: Array = weighted.T @ weighted + np.diag(self.ridge + 1e-10)
        return result


def fit(
    columns: Array,
    happened: NDArray[np.bool_],
    ridge: float | Array = 1.0,
    towards: Array | None = None,
    *,
    weights: Array | None = None,
    offset: Array | None = None,
    signs: NDArray[np.int64] | None = None,
    start: Array | None = None,
) -> Logistic:
    """Maximum of the log-likelihood less ridge / 2 times the squared distance to `towards` (zero).

    `columns` (rows, p), the first one ones: it is never penalised unless `ridge` is an array (p,) that says so.
    `signs` (p,): -1 keeps a coefficient at most 0, 1 at least 0.

    >>> x = np.ones((4, 1)); found = fit(x, np.array([True, False, False, False]))
    >>> round(float(found.probability(x[:1])[0]), 6)
    0.25
    """
    problem = _problem(columns, happened, ridge, towards, weights, offset, signs)
    beta = _start(problem, towards) if start is None else np.clip(start, problem.lower, problem.upper)
    value = problem.value(beta)
    for _ in range(ROUNDS):
        free = _free(problem, beta)
        beta, gained = _walk(problem, beta, _step(problem, beta, free), value)
        value += gained
        if gained < ENOUGH:
            break
    return Logistic(beta, np.linalg.inv(problem.bend(beta)).astype(np.float64))


def _problem(
    columns: Array,
    happened: NDArray[np.bool_],
    ridge: float | Array,
    towards: Array | None,
    weights: Array | None,
    offset: Array | None,
    signs: NDArray[np.int64] | None,
) -> Problem:
    rows, count = columns.shape
    sign = np.zeros(count, dtype=np.int64) if signs is None else signs
    return Problem(
        columns,
        happened.astype(np.float64),
        _weight(ridge, count),
        np.zeros(count) if towards is None else towards,
        np.ones(rows) if weights is None else weights,
        np.zeros(rows) if offset is None else offset,
        np.where(sign > 0, 0.0, -np.inf),
        np.where(sign < 0, 0.0, np.inf),
    )


def _weight(ridge: float | Array, count: int) -> Array:
    if not isinstance(ridge, int | float):
        return np.asarray(ridge, dtype=np.float64)
    weight = np.full(count, float(ridge), dtype=np.float64)
    weight[0] = 0.0
    return weight


def _start(problem: Problem, towards: Array | None) -> Array:
    beta = np.clip(problem.towards, problem.lower, problem.upper)
    if towards is None and not problem.offset.any():
        share = float(np.clip(np.average(problem.happened, weights=problem.weights), 1e-6, 1 - 1e-6))
        beta[0] = np.log(share / (1 - share))
    return beta


def _free(problem: Problem, beta: Array) -> NDArray[np.bool_]:
    """Coefficients that no bound holds against their own pull."""
    slope = problem.slope(beta)
    held = ((beta <= problem.lower) & (slope <= 0)) | ((beta >= problem.upper) & (slope >= 0))
    result: NDArray[np.bool_] = ~held
    return result


def _step(problem: Problem, beta: Array, free: NDArray[np.bool_]) -> Array:
    step = np.zeros(len(beta))
    bend = problem.bend(beta)[np.ix_(free, free)]
    step[free] = np.linalg.solve(bend, problem.slope(beta)[free])
    return step


def _walk(problem: Problem, beta: Array, step: Array, value: float) -> tuple[Array, float]:
    """Newton's step within the bounds, halved until it gains."""
    for _ in range(30):
        tried = np.clip(beta + step, problem.lower, problem.upper)
        gained = problem.value(tried) - value
        if gained >= 0:
            return tried, gained
        step = step / 2
    return beta, 0.0


def sigmoid(odds: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return result


def risk(hazards: Array) -> Array:
    """Probability of leaving within the horizon: 1 - product of (1 - hazard) over its periods, (rows, periods).

    >>> risk(np.array([[0.1, 0.1]])).round(6).tolist()
    [0.19]
    """
    result: Array = 1 - np.prod(1 - hazards, axis=-1)
    return result
