"""Pareto/NBD: customers buy at own rates and may end at any moment, seen or not.

Rates vary as Gamma(r, alpha), ends as Gamma(s, beta). Schmittlein, Morrison & Colombo 1987; likelihood as in Fader &
Hardie 2005.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, hyp2f1

from nenrin.analytics.forecasts.purchases.histories import Histories, highest

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dying:
    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float


def fit(known: Histories) -> Dying:
    """By maximum likelihood."""
    start = (0.5, max(float(known.seen.mean()) / 4, 1), 0.5, max(float(known.seen.mean()) / 4, 1))
    found, value = highest(lambda p: _log_likelihood(p, known), start)
    r, alpha, s, beta = found.tolist()
    return Dying(r, alpha, s, beta, value)


def _log_likelihood(parameters: Array, known: Histories) -> float:
    r, alpha, s, beta = parameters
    x, last, seen = known.again, known.last, known.seen
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = -(r + x) * np.log(alpha + seen) - s * np.log(beta + seen)
    ended = np.log(s / (r + s + x)) + _between(parameters, x, last, seen)
    return float((known.weights * (first + np.logaddexp(alive, ended))).sum())


def _between(parameters: Array, x: Array, last: Array, seen: Array) -> Array:
    """ln of the integral over ends between the last purchase and now."""
    r, alpha, s, beta = parameters
    high, gap = max(alpha, beta), abs(alpha - beta)
    second = s + 1 if alpha >= beta else r + x
    power = r + s + x

    def term(time: Array) -> Array:
        value: Array = np.log(hyp2f1(power, second, power + 1, gap / (high + time))) - power * np.log(high + time)
        return value

    early, late = term(last), term(seen)
    with np.errstate(divide="ignore"):
        result: Array = early + np.log(-np.expm1(np.minimum(late - early, -1e-300)))
    return result
