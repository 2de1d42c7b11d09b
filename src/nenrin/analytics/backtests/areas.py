"""The area under the ROC curve of rows that belong to accounts, with a standard error that knows they do.

Obuchowski 1997 (Biometrics 53, 567-578): DeLong's structural components summed by account, because one account's
months are no independent witnesses. With one row an account this is DeLong, DeLong & Clarke-Pearson 1988.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Area:
    """`value` is the chance that one who left stood lower than one who stayed, ties a half; 95 % interval."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Gain:
    """The difference of two areas on the same rows, and how sure it is that the first is the greater."""

    value: float
    error: float
    low: float
    high: float
    sure: float


@dataclass(frozen=True, slots=True)
class _Parts:
    """By account: what its leaving rows and its staying rows bring, less what they would at the mean."""

    value: float
    left: Floats
    stayed: Floats


def area(risk: Floats, left: Bits, account: Ints) -> Area:
    """Both outcomes must occur, each with two accounts or more.

    >>> risk, left = np.array([0.9, 0.8, 0.3, 0.3]), np.array([True, False, True, False])
    >>> area(risk, left, np.arange(4)).value
    0.625
    """
    parts = _parts(risk, left, account)
    error = _error(parts.left, parts.stayed, left, account)
    low, high = _logit_interval(parts.value, error)
    return Area(parts.value, error, low, high)


def gain(risk: Floats, other: Floats, left: Bits, account: Ints) -> Gain:
    """How much greater the area of `risk` is than that of `other`, on the same rows."""
    ours, theirs = _parts(risk, left, account), _parts(other, left, account)
    error = _error(ours.left - theirs.left, ours.stayed - theirs.stayed, left, account)
    value = ours.value - theirs.value
    sure = NormalDist().cdf(value / error) if error > 0 else float(value > 0)
    return Gain(value, error, value - Z * error, value + Z * error, sure)


def _parts(risk: Floats, left: Bits, account: Ints) -> _Parts:
    of_left, of_stayed = _places(risk[left], risk[~left]), 1 - _places(risk[~left], risk[left])
    value = float(of_left.mean())
    _, own = np.unique(account, return_inverse=True)
    count = int(own.max()) + 1
    return _Parts(value, _summed(own[left], of_left - value, count), _summed(own[~left], of_stayed - value, count))


def _summed(own: Ints, parts: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(own, parts, count), dtype=np.float64)


def _places(values: Floats, among: Floats) -> Floats:
    """The share of `among` that each value exceeds, ties a half."""
    ordered = np.sort(among)
    below = np.searchsorted(ordered, values, side="left")
    to = np.searchsorted(ordered, values, side="right")
    result: Floats = (below + to) / (2 * len(ordered))
    return result


def _error(of_left: Floats, of_stayed: Floats, left: Bits, account: Ints) -> float:
    """Square root of S10/m + S01/n + 2 S11/(mn) for m rows that left and n that stayed."""
    m, n = int(left.sum()), int((~left).sum())
    leaving, staying = len(np.unique(account[left])), len(np.unique(account[~left]))
    everyone = len(np.unique(account))
    if leaving < 2 or staying < 2:
        return float("nan")
    s10 = leaving / ((leaving - 1) * m) * float((of_left**2).sum())
    s01 = staying / ((staying - 1) * n) * float((of_stayed**2).sum())
    s11 = everyone / (everyone - 1) * float((of_left * of_stayed).sum())
    return sqrt(max(s10 / m + s01 / n + 2 * s11 / (m * n), 0.0))


def _logit_interval(value: float, error: float) -> tuple[float, float]:
    """On the scale of log-odds, so that it stays within 0 and 1; the plain one at the ends."""
    if not 0 < value < 1:
        return max(value - Z * error, 0.0), min(value + Z * error, 1.0)
    odds, wide = np.log(value / (1 - value)), Z * error / (value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-(odds + side)))) for side in (-wide, wide))
    return low, high
