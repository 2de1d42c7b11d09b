"""From a model's log-odds to probabilities that come true, by tier.

Platt's line (1999, Advances in Large Margin Classifiers) through what unseen accounts did, held towards "as it is":
a tier with few events keeps what the model says. Of the distance that is left only as much is kept as chance alone does
not explain (James and Stein 1961, Fourth Berkeley Symposium): a line by chance would make good probabilities worse. Small probabilities make the beta family the same line. A free curve
(isotonic) would need 1,000 events in each tier; it is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import logistics
from nenrin.analytics.forecasts.hazards.tables import Array, Truth

#: Prior weight of shift 0 and slope 1.
RIDGE = np.array([10.0, 25.0])


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Log-odds become `slope` x log-odds + `shift`, each tier its own; a tier that is not named stays as it is."""

    tiers: tuple[str, ...] = ()
    slopes: tuple[float, ...] = ()
    shifts: tuple[float, ...] = ()

    def line(self, tier: str) -> tuple[float, float]:
        if tier not in self.tiers:
            return 1.0, 0.0
        at = self.tiers.index(tier)
        return self.slopes[at], self.shifts[at]

    def lines(self, tier: NDArray[np.str_]) -> tuple[Array, Array]:
        """Slope and shift of each row."""
        names, at = np.unique(tier, return_inverse=True)
        known = np.array([self.line(str(name)) for name in names]).reshape(len(names), 2)
        return known[at, 0], known[at, 1]

    def calibrated(self, odds: Array, tier: NDArray[np.str_]) -> Array:
        slope, shift = self.lines(tier)
        return logistics.sigmoid(slope * odds + shift)


def fit(odds: Array, happened: Truth, tier: NDArray[np.str_], weights: Array) -> Calibrator:
    """Of log-odds of rows that the model had not seen.

    The line turns around each tier's usual log-odds, so that slope and shift do not pull at each other.
    """
    names = tuple(str(name) for name in np.unique(tier))
    slopes, shifts = [], []
    for name in names:
        own = tier == name
        centre = _centre(odds[own], weights[own])
        columns = np.stack([np.ones(int(own.sum())), odds[own] - centre], axis=1)
        found = logistics.fit(columns, happened[own], RIDGE, np.array([centre, 1.0]), weights=weights[own])
        off = found.coefficients - np.array([centre, 1.0])
        shift, slope = np.array([centre, 1.0]) + borne_out(off, found.covariance) * off
        slopes.append(float(slope))
        shifts.append(float(shift - slope * centre))
    return Calibrator(names, tuple(slopes), tuple(shifts))


def borne_out(off: Array, covariance: Array) -> float:
    """The share of a distance that is kept: 1 where it is far beyond its uncertainty, 0 where chance explains it.

    >>> borne_out(np.array([2.0, 0.0]), np.eye(2)), borne_out(np.array([1.0, 0.0]), np.eye(2))
    (0.5, 0.0)
    """
    far = float(off @ np.linalg.solve(covariance, off))
    return max(0.0, 1 - len(off) / far) if far > 0 else 0.0


def _centre(odds: Array, weights: Array) -> float:
    """Where events happen: the mean log-odds, each row weighing by its probability."""
    return float(np.average(odds, weights=weights * logistics.sigmoid(odds)))
