"""Whether the world is still the one that was learned from: features that moved, probabilities that went off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nenrin.analytics.forecasts.hazards.tables import Array, Table, Truth

#: Population stability index above which a feature has moved too far; bins.
ALARM, BINS = 0.25, 10
#: Standard deviations of summed surprise that raise the alarm, and those forgiven each period.
CUSUM_ALARM, SLACK = 4.0, 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """`psi` of one feature; missing is a bin of its own."""

    feature: str
    psi: float

    @property
    def is_alarm(self) -> bool:
        return self.psi > ALARM


@dataclass(frozen=True, slots=True)
class Surprise:
    """Sums in standard deviations after each period: more losses than told (`over`), fewer (`under`). `alarm`: the
    first period, counted from 0, in which one is too far; None: none."""

    over: tuple[float, ...]
    under: tuple[float, ...]
    alarm: int | None


def psi(then: Array, now: Array, bins: int = BINS) -> float:
    """Population stability index over bins of equal mass `then`; NaN is a bin of its own.

    >>> round(psi(np.arange(100.0), np.arange(100.0)), 6)
    0.0
    """
    known = then[~np.isnan(then)]
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins)) if len(known) else np.zeros(0)
    before, after = (_shares(values, edges) for values in (then, now))
    return float(((after - before) * np.log(after / before)).sum())


def moved(then: Table, now: Table) -> tuple[Moved, ...]:
    """Each feature of both tables, the furthest first."""
    found = [
        Moved(one.name, psi(one.values, now.feature(one.name).values)) for one in then.features if one.name in now.names
    ]
    return tuple(sorted(found, key=lambda one: -one.psi))


def surprise(probabilities: list[Array], happened: list[Truth]) -> Surprise:
    """Cumulative sums of (losses - told) a period, in standard deviations (Page 1954, Biometrika 41)."""
    off = []
    for told, came in zip(probabilities, happened, strict=True):
        spread = max(float(np.sqrt((told * (1 - told)).sum())), 1e-9)
        off.append(float(came.sum() - told.sum()) / spread)
    return summed(off)


def summed(off: Sequence[float]) -> Surprise:
    """The same from each period's own distance in standard deviations.

    >>> summed([0.5, 3.0, 3.0]).alarm
    2
    """
    over, under, alarm = [0.0], [0.0], None
    for n, one in enumerate(off):
        over.append(max(0.0, over[-1] + one - SLACK))
        under.append(max(0.0, under[-1] - one - SLACK))
        alarm = n if alarm is None and max(over[-1], under[-1]) > CUSUM_ALARM else alarm
    return Surprise(tuple(over[1:]), tuple(under[1:]), alarm)


def _shares(values: Array, edges: Array) -> Array:
    """Of each bin, the last being missing; half a row added to each, so that an empty one is no infinity."""
    gone = np.isnan(values)
    filled = np.bincount(np.searchsorted(edges, values[~gone], side="right"), minlength=len(edges) + 1)
    counts = np.append(filled, gone.sum()) + 0.5
    result: Array = counts / counts.sum()
    return result
