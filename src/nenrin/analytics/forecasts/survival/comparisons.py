"""Do groups leave at different rates? The log-rank test over any number of groups.

At each time at which somebody left, every group is expected to lose in proportion to those of it who stood before.
Mantel 1966; Peto & Peto 1972.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nenrin.analytics.forecasts.survival import chances

Array = NDArray[np.float64]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """`p` is how often chance alone parts equal groups so far; `expected` losses stand beside those counted."""

    groups: tuple[Hashable, ...]
    lost: tuple[int, ...]
    expected: tuple[float, ...]
    chi_square: float
    degrees: int
    p: float


def log_rank(durations: ArrayLike, is_lost: ArrayLike, groups: Sequence[Hashable]) -> Comparison | None:
    """From one row a customer; None with fewer than two groups, or where nobody left while two stood.

    >>> found = log_rank([1, 2, 3, 4], [True, True, True, False], ["a", "a", "b", "b"])
    >>> found and (found.lost, round(found.chi_square, 6))
    ((2, 1), 2.882353)
    """
    names = tuple(sorted(set(groups), key=str))
    if len(names) < 2:
        return None
    seen, left = np.asarray(durations, dtype=np.float64), np.asarray(is_lost, dtype=bool)
    place = np.array([names.index(one) for one in groups])
    at_risk, lost = _tables(seen, left, place, len(names))
    expected, spread = _moments(at_risk, lost)
    aside = lost.sum(0) - expected
    # Losses of all groups add up, so one direction is empty but for rounding.
    degrees = int(np.linalg.matrix_rank(spread, tol=ROUNDING * max(spread.trace(), 1.0)))
    if not degrees:
        return None
    chi_square = float(aside @ np.linalg.pinv(spread, rcond=ROUNDING, hermitian=True) @ aside)
    counted = tuple(int(n) for n in lost.sum(0))
    told = tuple(float(v) for v in expected)
    return Comparison(names, counted, told, chi_square, degrees, chances.beyond(chi_square, degrees))


def _tables(seen: Array, left: NDArray[np.bool_], place: NDArray[np.int64], groups: int) -> tuple[Array, Array]:
    """(U, G) at risk before and lost at each time at which anybody left."""
    times = np.unique(seen[left])
    cell = np.searchsorted(times, seen[left]) * groups + place[left]
    lost = np.bincount(cell, minlength=len(times) * groups).reshape(len(times), groups).astype(np.float64)
    at_risk = np.empty_like(lost)
    for n in range(groups):
        own = np.sort(seen[place == n])
        at_risk[:, n] = len(own) - np.searchsorted(own, times, side="left")
    return at_risk, lost


def _moments(at_risk: Array, lost: Array) -> tuple[Array, Array]:
    """Expected losses (G,) and the covariance (G, G) of what was lost, were all groups alike."""
    stood, gone = at_risk.sum(1), lost.sum(1)
    share = at_risk / stood[:, None]
    scale = gone * (stood - gone) / np.maximum(stood - 1, 1)
    spread = np.diag((scale[:, None] * share).sum(0)) - np.einsum("u,ui,uj->ij", scale, share, share)
    return (share * gone[:, None]).sum(0), spread
