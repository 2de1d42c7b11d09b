"""BG/NBD: customers buy at own rates and may drop out after any purchase.

Rates vary as Gamma(r, alpha), the chance of dropping out as Beta(a, b). Fader, Hardie & Lee 2005, Marketing Science 24(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, hyp2f1

from nenrin.analytics.forecasts.purchases.histories import Histories, highest

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dropping:
    """Time is in the unit of the histories."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, again: ArrayLike, last: ArrayLike, seen: ArrayLike) -> Array:
        """The chance that a customer with this history is still one; who never bought again cannot have dropped out."""
        result: Array = 1 / (1 + self._gone(*(np.asarray(v, dtype=np.float64) for v in (again, last, seen))))
        return result

    def _gone(self, x: Array, last: Array, seen: Array) -> Array:
        odds = self.a / (self.b + np.maximum(x, 1) - 1) * ((self.alpha + seen) / (self.alpha + last)) ** (self.r + x)
        return np.where(x > 0, odds, 0.0)

    def ahead(self, time: float, again: ArrayLike, last: ArrayLike, seen: ArrayLike) -> Array:
        """Purchases expected within so much time from now, as published (equation 10)."""
        x, t, whole = (np.asarray(v, dtype=np.float64) for v in (again, last, seen))
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        series = hyp2f1(r + x, b + x, a + b + x - 1, time / (alpha + whole + time))
        fall = ((alpha + whole) / (alpha + whole + time)) ** (r + x) * series
        result: Array = (a + b + x - 1) / (a - 1) * (1 - fall) / (1 + self._gone(x, t, whole))
        return result


def fit(known: Histories) -> Dropping:
    """By maximum likelihood."""
    found, value = highest(lambda p: _log_likelihood(p, known), (0.5, max(float(known.seen.mean()) / 4, 1), 1, 2))
    r, alpha, a, b = found.tolist()
    return Dropping(r, alpha, a, b, value)


def _log_likelihood(parameters: Array, known: Histories) -> float:
    r, alpha, a, b = parameters
    x, last, seen = known.again, known.last, known.seen
    both = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    both += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    here = -(r + x) * np.log(alpha + seen)
    with np.errstate(divide="ignore"):
        gone = np.log(a) - np.log(np.maximum(b + x - 1, 1e-300)) - (r + x) * np.log(alpha + last)
    either = np.where(x > 0, np.logaddexp(here, gone), here)
    return float((known.weights * (both + either)).sum())
