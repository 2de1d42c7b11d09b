"""How many are still there, counted and not modelled: Kaplan and Meier's estimate with Greenwood's interval.

Kaplan & Meier 1958; interval on the scale of log(-log S), which keeps it within 0 and 1 (Kalbfleisch & Prentice).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """At each time at which somebody left or was last seen, ascending from 0: share left, its interval, how many
    stood before that time and how many left then."""

    times: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    lost: tuple[int, ...]

    def at(self, time: float) -> float:
        """The share that is left after `time`."""
        return self.share[int(np.searchsorted(self.times, time, side="right")) - 1]

    @property
    def median(self) -> float | None:
        """The first time at which at most half are left; None where more than half always were."""
        return next((t for t, share in zip(self.times, self.share, strict=True) if share <= 0.5), None)


def kaplan_meier(durations: ArrayLike, is_lost: ArrayLike, level: float = 0.95) -> Curve:
    """From one row a customer: how long it was seen, and whether it left then (else it was last seen staying).

    >>> kaplan_meier([1, 2, 2, 3], [True, True, False, False]).share
    (1.0, 0.75, 0.5, 0.5)
    """
    seen, left = np.asarray(durations, dtype=np.float64), np.asarray(is_lost, dtype=bool)
    times, place = np.unique(seen, return_inverse=True)
    lost = np.bincount(place, weights=left, minlength=len(times)).astype(np.float64)
    ended = np.bincount(place, minlength=len(times)).astype(np.float64)
    return _curve(times, lost, ended, level)


def of_counts(lost: Sequence[int], kept: Sequence[int], level: float = 0.95) -> Curve:
    """From counts by occasion 0, 1, 2 ...: how many left, and how many were last seen staying."""
    gone = np.asarray(lost, dtype=np.float64)
    return _curve(np.arange(len(gone), dtype=np.float64), gone, gone + np.asarray(kept, dtype=np.float64), level)


def _curve(times: Array, lost: Array, ended: Array, level: float) -> Curve:
    if not len(times) or times[0] > 0:
        times, lost, ended = (np.concatenate([[0.0], row]) for row in (times, lost, ended))
    at_risk = ended[::-1].cumsum()[::-1]
    stay = 1 - lost / np.maximum(at_risk, 1)
    share = stay.cumprod()
    low, high = _greenwood(share, lost, at_risk, level)
    return Curve(_told(times), _told(share), _told(low), _told(high), *_counts(at_risk, lost))


def _greenwood(
    share: Array,
    lost: Array,
    at_risk: Array,
    level: float,
) -> tuple[Array, Array]:
    """Where nobody or everybody has left, the interval is the point."""
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((lost / (at_risk * (at_risk - lost))).cumsum()) / np.abs(np.log(share))
        z = NormalDist().inv_cdf((1 + level) / 2) * spread
        low, high = share ** np.exp(z), share ** np.exp(-z)
    open_ = (share > 0) & (share < 1)
    return np.where(open_, low, share), np.where(open_, high, share)


def _told(row: Array) -> tuple[float, ...]:
    return tuple(float(v) for v in row)


def _counts(at_risk: Array, lost: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(int(n) for n in at_risk), tuple(int(n) for n in lost)
