"""How strongly to hold coefficients back, told by the data themselves: the ridge under which they are most probable.

Laplace's approximation of the evidence (MacKay 1992): penalised log-likelihood + half the log of the ridge for each held
coefficient - half the log determinant of the curvature. With few losses it prefers much restraint, so that a model of
ten features is hardly worse than the base rate; with many it lets go. No rows are set aside for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import logistics
from nenrin.analytics.forecasts.hazards.logistics import Logistic

Array = NDArray[np.float64]
GRID = (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
#: Tiers and the deadline are held by this alone: they make the base rate.
LEVELS = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """The fit under the most probable ridge."""

    ridge: float
    fit: Logistic


def hold(columns: Array, happened: NDArray[np.bool_], names: Sequence[str], grid: Sequence[float] = GRID) -> Held:
    """`names` as of designs.Design: `one`, `tier ...` and `due` are levels, everything else is held back alike."""
    is_level = np.array([name in ("one", "due") or name.startswith("tier ") for name in names])
    tried = []
    for ridge in grid:
        weight = np.where(is_level, LEVELS, ridge)
        weight[0] = 0.0
        found = logistics.fit(columns, happened, ridge=weight)
        tried.append((_evidence(columns, happened, found, weight, ~is_level), Held(ridge, found)))
    return max(tried, key=lambda pair: pair[0])[1]


def _evidence(
    columns: Array, happened: NDArray[np.bool_], fit: Logistic, weight: Array, held: NDArray[np.bool_]
) -> float:
    odds = columns @ fit.coefficients
    likely = float((happened * odds - np.logaddexp(0, odds)).sum())
    prior = -0.5 * float((weight * fit.coefficients**2).sum()) + 0.5 * float(np.log(weight[held]).sum())
    return likely + prior + 0.5 * float(np.linalg.slogdet(fit.covariance)[1])
