"""The direction of a score that is not fooled by one odd day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: A fall of ten points over the window is a fall.
FALLING = -10.0


def slope(scores: NDArray[np.float64]) -> float:
    """Points over the whole window by Theil and Sen: the median of the slopes between all pairs of days.

    `scores` has one value a day, oldest first, NaN where there was none. NaN with fewer than two days.

    >>> slope(np.array([70.0, 69, 20, 67, 66]))
    -4.0
    """
    there = np.flatnonzero(~np.isnan(scores))
    if len(there) < 2:
        return float("nan")
    left, right = np.triu_indices(len(there), 1)
    rise = scores[there][right] - scores[there][left]
    return float(np.median(rise / (there[right] - there[left]))) * (len(scores) - 1)


def is_falling(scores: NDArray[np.float64]) -> bool:
    """Falling by ten points or more in the window, and both its halves falling."""
    half = len(scores) // 2
    return bool(slope(scores) <= FALLING and slope(scores[:half]) < 0 and slope(scores[half:]) < 0)
