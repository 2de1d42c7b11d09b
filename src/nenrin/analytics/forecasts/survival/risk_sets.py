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
    place: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sums:
    """One row a loss, in order of time: weight (E,) and mean trait (E, p) of those that stood."""

    weight: Array
    mean: Array


def rows(durations: Array, is_lost: NDArray[np.bool_], traits: Array) -> Rows:
    order = np.argsort(durations, kind="stable")
    _, starts, place = np.unique(durations[order], return_index=True, return_inverse=True)
    return Rows(np.asfortranarray(traits[order]), is_lost[order], starts, place.ravel())


def weights(known: Rows, slopes: Array) -> Array:
    """(E,) added weight of those that stood at each loss; traits should be near 0 in the mean, or it overflows."""
    return _stood(known, np.exp(known.traits @ slopes))


def sums(known: Rows, slopes: Array) -> Sums:
    """Weight and mean trait at these slopes."""
    weight = np.exp(known.traits @ slopes)
    total = _stood(known, weight)
    columns = [_stood(known, weight * column) for column in known.traits.T]
    return Sums(total, np.stack(columns, axis=1) / total[:, None])


def _stood(known: Rows, values: Array) -> Array:
    """(E,) of (n,) values: added over those that stood at each loss, less the share of its ties that is gone."""
    at, gone = _ties(known)
    later = np.add.reduceat(values, known.starts)[::-1].cumsum()[::-1]
    tied = np.bincount(at, weights=values[known.is_lost], minlength=len(known.starts))
    result: Array = later[at] - gone * tied[at]
    return result


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
