"""Sums of amounts that each stay with a probability of their own: the interval in which most outcomes fall.

Two doubts are in it. Chance: each stays or goes apart from the others (a Poisson-binomial sum with weights). And the
model: all probabilities may be off together, by a common shift of their log-odds. The second is taken over by a sum over
equally likely shifts; given the shift the first is exact by convolution for up to EXACT amounts, else normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
LEVEL: Final = 0.80
#: So many amounts are convolved; with more the sum is as good as normal, and `error` says how good.
EXACT: Final = 256
#: Of so few every outcome is written out.
FEW: Final = 12
CELLS: Final = 1_200
SHIFTS: Final = {True: 21, False: 41}  # exact, normal
#: Of the Berry-Esseen inequality for terms that differ (Shevtsova 2010).
BERRY_ESSEEN: Final = 0.56


@dataclass(frozen=True, slots=True)
class Interval:
    """In the unit of the amounts. `error`: the most by which a probability behind `low` and `high` may be off for taking
    the sum as normal; 0 where it was convolved."""

    value: float
    low: float
    high: float
    error: float


def interval(p: Floats, amount: Floats, doubt: Floats, level: float = LEVEL) -> Interval:
    """Of the sum of what stays; `doubt`: standard deviation of each log-odds. Shapes (n,), amounts not negative.

    `low` and `high` are the smallest sums below or at which a share of (1 - level) / 2 and (1 + level) / 2 falls.

    >>> one = interval(np.array([0.5, 0.5]), np.array([100.0, 100.0]), np.zeros(2))
    >>> one.value, one.low, one.high, one.error
    (100.0, 0.0, 200.0, 0.0)
    """
    value, whole = float((p * amount).sum()), float(amount.sum())
    if not whole > 0:
        return Interval(value, value, value, 0.0)
    some = amount > 0
    p, amount, doubt = p[some], amount[some], doubt[some]
    is_exact = len(p) <= EXACT
    likely = _shifted(p, doubt, SHIFTS[is_exact])
    tail = (1 - level) / 2
    way = _written if len(p) <= FEW else _convolved if is_exact else _normal
    low, high = way(likely, amount, (tail, 1 - tail))
    return Interval(value, max(low, 0.0), min(high, whole), 0.0 if is_exact else _error(likely, amount))


def _shifted(p: Floats, doubt: Floats, count: int) -> Floats:
    """(shifts, n): the probabilities at equally likely common shifts; a single row where there is no doubt."""
    if not (doubt > 0).any():
        return p[None, :]
    nodes = ndtri((np.arange(count) + 0.5) / count)
    nodes = nodes / nodes.std()  # as wide as the normal they stand for
    sure = np.clip(p, 1e-12, 1 - 1e-12)
    odds = np.log(sure / (1 - sure)) + nodes[:, None] * doubt
    moved: Floats = np.where((p <= 0) | (p >= 1), p, 1 / (1 + np.exp(-odds)))
    return moved


def _written(likely: Floats, amount: Floats, at: tuple[float, float]) -> tuple[float, float]:
    """Every outcome, with its sum and its probability."""
    sums, mass = np.zeros(1), np.ones((len(likely), 1))
    for place, one in enumerate(amount):
        stays = likely[:, place, None]
        sums = np.concatenate([sums, sums + one])
        mass = np.concatenate([mass * (1 - stays), mass * stays], axis=1)
    order = np.argsort(sums, kind="stable")
    total = np.cumsum(mass.mean(axis=0)[order])
    places = (min(int(np.searchsorted(total, share - 1e-12)), len(sums) - 1) for share in at)
    low, high = (float(sums[order[place]]) for place in places)
    return low, high


def _convolved(likely: Floats, amount: Floats, at: tuple[float, float]) -> tuple[float, float]:
    """Whole amounts up to CELLS together are exact; larger ones are dealt to the two cells beside them, mean kept."""
    whole = float(amount.sum())
    cell = 1.0 if whole <= CELLS and (amount == np.round(amount)).all() else whole / CELLS
    steps = amount / cell
    below = np.floor(steps).astype(int)
    rest = steps - below
    mass = np.zeros((len(likely), int(below.sum()) + len(below) + 1))
    mass[:, 0], reach = 1.0, 0
    for place, (k, f) in enumerate(zip(below, rest, strict=True)):
        stays = likely[:, place, None]
        kept = mass[:, : reach + 1] * stays
        mass[:, : reach + 1] -= kept
        mass[:, k : k + reach + 1] += kept * (1 - f)
        mass[:, k + 1 : k + reach + 2] += kept * f
        reach += int(k) + (f > 0)
    total = np.cumsum(mass.mean(axis=0))
    low, high = (float(np.searchsorted(total, share - 1e-12)) * cell for share in at)
    return low, high


def _normal(likely: Floats, amount: Floats, at: tuple[float, float]) -> tuple[float, float]:
    """Where the mean of the normal distributions at each shift reaches these shares: by halving."""
    mean = likely @ amount
    spread = np.sqrt((likely * (1 - likely)) @ amount**2)
    spread = np.maximum(spread, 1e-9 * float(amount.sum()))
    found = []
    for share in at:
        low, high = float((mean - 9 * spread).min()), float((mean + 9 * spread).max())
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if float(ndtr((middle - mean) / spread).mean()) < share else (low, middle)
        found.append((low + high) / 2)
    return found[0], found[1]


def _error(likely: Floats, amount: Floats) -> float:
    p = likely[len(likely) // 2]
    variance = (p * (1 - p)) @ amount**2
    third = (p * (1 - p) * (p**2 + (1 - p) ** 2)) @ amount**3
    return float(min(BERRY_ESSEEN * third / variance**1.5, 1.0)) if variance > 0 else 0.0


def doubt(low: Floats, high: Floats, z: float = 1.6449) -> Floats:
    """Standard deviation of the log-odds behind an interval; 90 % unless another `z` is given.

    >>> doubt(np.array([0.5]), np.array([0.5])).tolist()
    [0.0]
    """
    ends = [np.clip(end, 1e-9, 1 - 1e-9) for end in (low, high)]
    left, right = (np.log(end / (1 - end)) for end in ends)
    found: Floats = (right - left) / (2 * z)
    return found
