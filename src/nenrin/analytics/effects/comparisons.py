"""Treated against left alone, by intention: everybody counts in the arm that was drawn, whatever was done with them."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


class Difference(NamedTuple):
    """Mean of the treated less mean of those left alone, in the outcome's unit; `error` is its standard error."""

    value: float
    error: float
    treated: int
    held: int

    def interval(self, confidence: float = 0.95) -> Interval:
        """For one look at a time that was fixed before; many looks take `sequential.interval`.

        Student's t with Welch's degrees would differ visibly only in arms below thirty, where `readouts` says nothing.
        """
        reach = NormalDist().inv_cdf(0.5 + confidence / 2) * self.error
        return Interval(self.value - reach, self.value + reach)


def of_means(outcome: Floats, treated: NDArray[np.bool_]) -> Difference | None:
    """Difference of means with each arm's own variance; shape (n,) both. None with fewer than two in an arm.

    >>> of_means(np.array([1.0, 3.0, 0.0, 2.0]), np.array([True, True, False, False]))
    Difference(value=1.0, error=1.4142135623730951, treated=2, held=2)
    """
    ours, theirs = outcome[treated], outcome[~treated]
    if min(len(ours), len(theirs)) < 2:
        return None
    error = math.sqrt(float(ours.var(ddof=1)) / len(ours) + float(theirs.var(ddof=1)) / len(theirs))
    return Difference(float(ours.mean() - theirs.mean()), error, len(ours), len(theirs))


def of_ratios(above: Floats, below: Floats, treated: NDArray[np.bool_]) -> Difference | None:
    """Difference of ratios of sums (revenue kept of revenue at stake), by the delta method.

    Each arm's ratio R = sum(above) / sum(below) has the variance of mean(above - R * below), divided by mean(below)
    squared (Deng, Knoblich and Lu 2018, equation 4). None with fewer than two in an arm or nothing below.

    >>> found = of_ratios(np.array([9.0, 8.0, 7.0, 6.0]), np.full(4, 10.0), np.array([True, True, False, False]))
    >>> round(found.value, 2), round(found.error, 3)
    (0.2, 0.071)
    """
    parts = []
    for arm in (treated, ~treated):
        own, base = above[arm], below[arm]
        if len(own) < 2 or base.mean() <= 0:
            return None
        ratio = float(own.sum() / base.sum())
        parts.append((ratio, float((own - ratio * base).var(ddof=1)) / len(own) / float(base.mean()) ** 2))
    (ours, one), (theirs, other) = parts
    return Difference(ours - theirs, math.sqrt(one + other), int(treated.sum()), int((~treated).sum()))


def by_cluster(
    outcome: Floats, treated: NDArray[np.bool_], cluster: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    """One row a cluster: mean outcome, its arm, how many accounts it has. Clusters lie in one arm each.

    Families are drawn together, so they are compared together: their members are no independent witnesses.
    """
    names, place, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    means = np.bincount(place, outcome, len(names)) / sizes
    return means, np.bincount(place, treated, len(names)) > sizes / 2, sizes
