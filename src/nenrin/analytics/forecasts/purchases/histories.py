"""What these models read of each customer: how often it bought again, when last, and how long it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
#: Parameters between e^-7 and e^7: beyond, customers are as alike as anybody could tell.
EDGE = 7.0


@dataclass(frozen=True, slots=True)
class Histories:
    """One row a customer: `again` purchases after the first one, `last` the time of the last of them (0: none) and
    `seen` until when it was observed, both since the first purchase; `weights` customers have this history."""

    again: Array
    last: Array
    seen: Array
    weights: Array


def histories(again: ArrayLike, last: ArrayLike, seen: ArrayLike, weights: ArrayLike | None = None) -> Histories:
    """From columns; equal rows are counted once."""
    rows = np.column_stack([np.asarray(column, dtype=np.float64) for column in (again, last, seen)])
    counts = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    found, place = np.unique(rows, axis=0, return_inverse=True)
    again_, last_, seen_ = found.T
    return Histories(again_, last_, seen_, np.bincount(place.ravel(), weights=counts).astype(np.float64))


def of_days(bought: Sequence[date], as_of: date, days: float = 7.0) -> tuple[int, float, float]:
    """One customer's history in units of so many days; several purchases of a day are one.

    >>> of_days([date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 15)], date(2026, 1, 29))
    (1, 2.0, 4.0)
    """
    known = sorted({day for day in bought if day <= as_of})
    return len(known) - 1, (known[-1] - known[0]).days / days, (as_of - known[0]).days / days


def highest(log_likelihood: Callable[[Array], float], start: Iterable[float]) -> tuple[Array, float]:
    """Positive parameters where the likelihood is highest, and its logarithm there; climbed in logarithms."""
    begun = np.log(np.fromiter(start, dtype=np.float64))

    def cost(u: Array) -> float:
        value = log_likelihood(np.exp(np.clip(u, -EDGE, EDGE)))
        return -value if np.isfinite(value) else 1e12

    rough = minimize(cost, begun, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-6, "fatol": 1e-6})
    fine = minimize(cost, rough.x, method="BFGS", options={"gtol": 1e-6})
    best = fine if fine.fun <= rough.fun else rough
    return np.exp(np.clip(best.x, -EDGE, EDGE)), -float(best.fun)
