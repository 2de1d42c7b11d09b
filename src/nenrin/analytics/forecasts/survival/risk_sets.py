"""Sums over those who still stood, at each loss: what the proportional-hazards likelihood is made of.

Losses at the same time are taken as Efron does: the l-th of d leaves when l/d of the weight of all d is already gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Customers by time, ascending: (n, p) traits, the place of each one's time among the distinct ones."""

    traits: Array
    is_lost: NDArray[np.bool_]
    starts: NDArray[np.int64]  # first row of each distinct time
    times: Array  # the distinct ones

    @property
    def place(self) -> NDArray[np.int64]:
        sizes = np.diff(np.append(self.starts, len(self.traits)))
        return np.repeat(np.arange(len(self.starts)), sizes)


@dataclass(frozen=True, slots=True)
class Sums:
    """One row a loss, in order of time: weight (E,) and mean trait (E, p) of those that stood."""

    weight: Array
    mean: Array


def rows(durations: Array, is_lost: NDArray[np.bool_], traits: Array) -> Rows:
    order = np.argsort(durations, kind="stable")
    times, starts = np.unique(durations[order], return_index=True)
    return Rows(traits[order], is_lost[order], starts, times)


def sums(known: Rows, slopes: Array) -> Sums:
    """At these slopes; traits should be near 0 in the mean, or the exponential overflows."""
    weight = np.exp(known.traits @ slopes)
    at, gone = _ties(known)

    def stood(values: Array) -> Array:
        wide = (-1,) + (1,) * (values.ndim - 1)
        lost = np.where(known.is_lost.reshape(wide), values, 0.0)
        later = np.add.reduceat(values, known.starts, axis=0)[::-1].cumsum(0)[::-1]
        tied = np.add.reduceat(lost, known.starts, axis=0)
        result: Array = later[at] - gone.reshape(wide) * tied[at]
        return result

    total = stood(weight)
    return Sums(total, stood(weight[:, None] * known.traits) / total[:, None])


def moment(known: Rows, slopes: Array, weight: Array) -> Array:
    """(p, p) second moments of those that stood, added over the losses; `weight` as `sums` gives it.

    Each customer counts at every loss before its own end, so the sum over losses is taken first: no cube of n.
    """
    at, gone = _ties(known)
    size = len(known.starts)
    whole = np.bincount(at, weights=1 / weight, minlength=size).cumsum()[known.place]
    tied = np.bincount(at, weights=gone / weight, minlength=size)[known.place]
    counts = np.exp(known.traits @ slopes) * (whole - np.where(known.is_lost, tied, 0.0))
    result: Array = known.traits.T @ (counts[:, None] * known.traits)
    return result


def _ties(known: Rows) -> tuple[NDArray[np.int64], Array]:
    """For each loss the place of its time, and the share of the losses of that time that is already gone."""
    at = known.place[known.is_lost]
    count = np.bincount(at, minlength=len(known.starts))
    number = np.arange(len(at)) - np.repeat(count.cumsum() - count, count)
    return at, number / count[at]
