"""Points as whole numbers: a millionth of a point is the unit in which everything adds up exactly.

Scores are sums of contributions, smoothed day after day, stored, read back and recomputed years later. With
floating point the parts would add up only nearly and a recomputed day could differ in its last digit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Micro = NDArray[np.int64]

ONE = 1_000_000
FULL = 100 * ONE


def whole(points: NDArray[np.float64]) -> Micro:
    """Points (0 to 100, no blanks) in millionths, rounded half to even.

    >>> whole(np.array([0.5, 12.3456785])).tolist()
    [500000, 12345678]
    """
    return np.rint(points * ONE).astype(np.int64)


def points(micro: Micro) -> NDArray[np.float64]:
    """Millionths as points; `whole(points(x)) == x` for every score there can be."""
    return np.asarray(micro, dtype=np.int64) / ONE


def shown(parts: Sequence[int], decimals: int = 1) -> list[float]:
    """Parts rounded for the eye so that they still add up to their rounded sum (largest remainder).

    >>> shown([333_333, 333_333, 333_334], decimals=1)
    [0.3, 0.3, 0.4]
    >>> shown([-1_250_000, 3_000_000], decimals=0)
    [-1.0, 3.0]
    """
    unit = ONE // 10**decimals
    floors = [part // unit for part in parts]
    total = (2 * sum(parts) + unit) // (2 * unit)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] * unit - parts[i], i))
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return [floor / 10**decimals for floor in floors]
