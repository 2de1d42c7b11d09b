"""Gamma-gamma: how much a customer spends on average, independently of how often it buys.

Spending per purchase varies as Gamma(p, nu), nu over customers as Gamma(q, v). Fader & Hardie 2013 (note 025).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from nenrin.analytics.forecasts.purchases.histories import highest

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spending:
    """Money is in the unit of the means that it was fitted to."""

    p: float
    q: float
    v: float
    log_likelihood: float

    def expected(self, again: ArrayLike, mean: ArrayLike) -> Array:
        """A purchase's expected value, given the mean of so many; of none: that of all customers."""
        x, z = np.asarray(again, dtype=np.float64), np.asarray(mean, dtype=np.float64)
        result: Array = self.p * (self.v + x * z) / (self.p * x + self.q - 1)
        return result


def fit(again: ArrayLike, mean: ArrayLike) -> Spending:
    """From customers who bought again (x >= 1) with the mean value of these purchases, above 0."""
    x, z = np.asarray(again, dtype=np.float64), np.asarray(mean, dtype=np.float64)

    def log_likelihood(parameters: Array) -> float:
        p, q, v = parameters
        told = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        told += (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(v + x * z)
        return float(told.sum())

    found, value = highest(log_likelihood, (2.0, 3.0, float(z.mean())))
    p, q, v = found.tolist()
    return Spending(p, q, v, value)
