"""Amounts cut into whole minor units without losing any."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def monthly(total_minor: int, months: int) -> int:
    """A contract's recurring total by the month, rounded half up.

    >>> monthly(1_200_000, 12), monthly(200_000, 12)
    (100000, 16667)
    """
    if months <= 0:
        raise ValueError(f"a contract runs at least one month, not {months}")
    return half_up(Fraction(total_minor, months))


def half_up(value: Fraction) -> int:
    """To the nearest whole, halves away from zero.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -3)
    """
    whole = (abs(value) * 2 + 1) // 2
    return int(whole if value >= 0 else -whole)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that add up to the total: largest remainder, the first of equals first.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if whole == 0:
        raise ValueError("nothing to divide by: all weights are zero")
    exact = [Fraction(total * weight, whole) for weight in weights]
    parts = [value.__floor__() for value in exact]
    order = sorted(range(len(weights)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


def allocate_rows(totals: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each row's total by its weights (rows x causes, none negative); rows without any weight stay zero.

    Sums are exact whatever the size; remainders are ranked in floating point.
    """
    live = (weights > 0).sum(axis=1)
    parts: NDArray[np.int64] = np.where((weights > 0) & (live == 1)[:, None], totals[:, None], 0)
    several = np.flatnonzero(live > 1)
    if len(several):
        parts[several] = _in_proportion(totals[several], weights[several])
    return parts


def _in_proportion(totals: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    exact = totals[:, None] * (weights / weights.sum(axis=1)[:, None])
    parts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    missing, live = totals - parts.sum(axis=1), (weights > 0).sum(axis=1)
    rank = np.argsort(np.argsort(-(exact - parts), axis=1, kind="stable"), axis=1)
    parts += (missing // live)[:, None] * (weights > 0)
    parts += rank < (missing % live)[:, None]
    return parts
