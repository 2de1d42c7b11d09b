"""Logistic regression with a ridge towards expected coefficients: convex, so one answer; no class weights, no
re-sampling, because both ruin probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROUNDS, ENOUGH = 50, 1e-9


@dataclass(frozen=True, slots=True)
class Logistic:
    """`coefficients` in log-odds and their covariance (of the penalised fit)."""

    coefficients: Array
    covariance: Array

    def probability(self, columns: Array) -> Array:
        result: Array = 1 / (1 + np.exp(-columns @ self.coefficients))
        return result

    @property
    def errors(self) -> Array:
        result: Array = np.sqrt(np.diag(self.covariance))
        return result


def fit(
    columns: Array, happened: NDArray[np.bool_], ridge: float | Array = 1.0, towards: Array | None = None
) -> Logistic:
    """Maximum of the log-likelihood less ridge / 2 times the squared distance to `towards` (zero).

    `columns` (rows, p), the first one ones: it is never penalised unless `ridge` is an array (p,) that says so.

    >>> x = np.ones((4, 1)); found = fit(x, np.array([True, False, False, False]))
    >>> round(float(found.probability(x[:1])[0]), 6)
    0.25
    """
    count = columns.shape[1]
    weight = _weight(ridge, count)
    aim = np.zeros(count) if towards is None else towards
    y = happened.astype(np.float64)
    share = min(max(float(y.mean()), 1e-6), 1 - 1e-6)
    beta = aim.copy()
    beta[0] = np.log(share / (1 - share)) if towards is None else aim[0]
    value = _value(columns, y, beta, weight, aim)
    for _ in range(ROUNDS):
        step = np.linalg.solve(_bend(columns, beta, weight), _slope(columns, y, beta, weight, aim)).astype(np.float64)
        beta, gained = _walk(columns, y, beta, step, weight, aim, value)
        value += gained
        if gained < ENOUGH:
            break
    return Logistic(beta, np.linalg.inv(_bend(columns, beta, weight)).astype(np.float64))


def _weight(ridge: float | Array, count: int) -> Array:
    if not isinstance(ridge, int | float):
        return np.asarray(ridge, dtype=np.float64)
    weight = np.full(count, float(ridge), dtype=np.float64)
    weight[0] = 0.0
    return weight


def _walk(x: Array, y: Array, beta: Array, step: Array, weight: Array, aim: Array, value: float) -> tuple[Array, float]:
    """Newton's step, halved until it gains."""
    for _ in range(30):
        gained = _value(x, y, beta + step, weight, aim) - value
        if gained >= 0:
            return beta + step, gained
        step = step / 2
    return beta, 0.0


def _value(x: Array, y: Array, beta: Array, weight: Array, aim: Array) -> float:
    odds = x @ beta
    return float((y * odds - np.logaddexp(0, odds)).sum() - 0.5 * (weight * (beta - aim) ** 2).sum())


def _slope(x: Array, y: Array, beta: Array, weight: Array, aim: Array) -> Array:
    result: Array = x.T @ (y - 1 / (1 + np.exp(-x @ beta))) - weight * (beta - aim)
    return result


def _bend(x: Array, beta: Array, weight: Array) -> Array:
    p = 1 / (1 + np.exp(-x @ beta))
    result: Array = (x * (p * (1 - p))[:, None]).T @ x + np.diag(weight + 1e-10)
    return result


def risk(hazards: Array) -> Array:
    """Probability of leaving within the horizon: 1 - product of (1 - hazard) over its periods, (rows, periods).

    >>> risk(np.array([[0.1, 0.1]])).round(6).tolist()
    [0.19]
    """
    result: Array = 1 - np.prod(1 - hazards, axis=-1)
    return result
