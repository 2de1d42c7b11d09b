"""Curves: from a measure's value to points from 0 to 100, by straight lines between anchors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Anchor = tuple[float, float]

#: Quantile of the retained accounts -> points (practice: the median customer earns 60).
QUANTILES: tuple[Anchor, ...] = ((0.10, 10.0), (0.25, 30.0), (0.50, 60.0), (0.75, 85.0), (0.90, 95.0))
#: A tier's own quantiles count n/(n + SHRINKAGE); the rest of the weight is the whole portfolio's.
SHRINKAGE = 50


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class CurveError(ValueError):
    """A curve needs two anchors or more, values rising, points between 0 and 100 and never turning back."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Monotone and piecewise linear: flat before the first anchor and after the last.

    >>> Curve(((0, 0), (0.4, 50), (0.65, 85))).points(np.array([0.2, 0.9, np.nan])).tolist()
    [25.0, 85.0, nan]
    """

    anchors: tuple[Anchor, ...]
    better: Better = Better.HIGHER

    def __post_init__(self) -> None:
        for number, anchor in enumerate(self.anchors, 1):
            if not all(map(math.isfinite, anchor)) or not 0 <= anchor[1] <= 100:
                raise CurveError(f"anchor {number} is {list(anchor)}: expected a number and points from 0 to 100")
        if len(self.anchors) < 2:
            raise CurveError(f"{len(self.anchors)} anchors: a curve needs two or more")
        for number, ((left, before), (right, after)) in enumerate(pairwise(self.anchors), 2):
            if right <= left:
                raise CurveError(f"anchor {number} has value {right:g} after {left:g}: values must rise")
            turned = after < before if self.better is Better.HIGHER else after > before
            if turned:
                raise CurveError(
                    f"anchor {number} goes from {before:g} to {after:g} points, but {self.better} values are better"
                )

    def points(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points for each value; a blank stays blank (NaN)."""
        at, earned = zip(*self.anchors, strict=True)
        return np.asarray(np.interp(values, at, earned), dtype=np.float64)

    def value_at(self, points: float) -> float:
        """The value that earns so many points, by the same lines; the nearest end where none does.

        >>> Curve(((0, 0), (0.4, 50), (0.6, 90))).value_at(70)
        0.5
        """
        rising = self.anchors if self.better is Better.HIGHER else self.anchors[::-1]
        at, earned = zip(*rising, strict=True)
        return round(float(np.interp(points, earned, at)), 9)


def fit_anchors(
    values: NDArray[np.float64], better: Better = Better.HIGHER, overall: NDArray[np.float64] | None = None
) -> Curve:
    """A curve through the quantiles of accounts that stayed, frozen as plain numbers.

    `values` are one tier's, `overall` all tiers' (blanks ignored): each quantile is the tier's with weight
    n/(n + 50) and the portfolio's otherwise, so that a tier of few accounts borrows the rest. Where several
    quantiles fall on one value (many accounts with none), that value earns the mean of their points.
    Raises CurveError where all accounts have the same value: state the anchors by hand.

    >>> fit_anchors(np.arange(101.0)).anchors
    ((10.0, 10.0), (25.0, 30.0), (50.0, 60.0), (75.0, 85.0), (90.0, 95.0))
    """
    own = values[~np.isnan(values)]
    rest = own if overall is None else overall[~np.isnan(overall)]
    if not len(rest):
        raise CurveError("no account has a value yet: state the anchors by hand")
    share = len(own) / (len(own) + SHRINKAGE) if overall is not None else 1.0
    levels = [q if better is Better.HIGHER else 1 - q for q, _ in QUANTILES]
    borrowed = np.quantile(rest, levels)
    at = share * np.quantile(own, levels) + (1 - share) * borrowed if len(own) else borrowed
    earned: dict[float, list[float]] = {}
    for value, (_, points) in zip(at.tolist(), QUANTILES, strict=True):
        earned.setdefault(round(value, 9), []).append(points)
    return Curve(tuple((value, sum(found) / len(found)) for value, found in sorted(earned.items())), better)
