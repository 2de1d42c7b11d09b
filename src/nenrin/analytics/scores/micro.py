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


def shown(parts: Sequence[int], decimals: int = 1, total: int | None = None) -> list[float]:
    """Parts rounded for the eye so that they still add up to their rounded sum (largest remainder).

    `total` states another sum to add up to, for differences of figures that were rounded before.

    >>> shown([333_333, 333_333, 333_334], decimals=1)
    [0.3, 0.3, 0.4]
    >>> shown([-1_250_000, 3_000_000], decimals=0)
    [-1.0, 3.0]
    >>> shown([-16_840_000], total=-16_900_000)
    [-16.9]
    """
    unit = ONE // 10**decimals
    floors = [part // unit for part in parts]
    rest = _nearest(sum(parts) if total is None else total, unit) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] * unit - parts[i], i))
    for turn in range(abs(rest) if parts else 0):
        floors[by_remainder[turn % len(parts) if rest > 0 else -1 - turn % len(parts)]] += 1 if rest > 0 else -1
    return [floor / 10**decimals for floor in floors]


def _nearest(figure: int, unit: int) -> int:
    """Units nearest to a figure, halves upwards."""
    return (2 * figure + unit) // (2 * unit)
