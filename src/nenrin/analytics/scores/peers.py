"""Other makers' formulas, to compare with: what our score is held against in a backtest.

Source: their public documentation. Points are 0 to 100, blanks NaN, one row per account.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Portfolio quality: points for a good, an average and a poor account.
QUALITY = {"good": 100.0, "average": 60.0, "poor": 40.0}


def renormalised(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weighted mean over what is present, as if nothing were missing; NaN where nothing is (Gainsight).

    >>> round(float(renormalised(np.array([[47.0, 59, 21]]), np.array([20.0, 15, 22]))[0]), 2)
    40.12
    """
    there = ~np.isnan(points) * weights
    total, mean = there.sum(axis=1), np.full(len(points), np.nan)
    np.divide((there * np.nan_to_num(points)).sum(axis=1), total, out=mean, where=total > 0)
    return mean


def worst_of(points: NDArray[np.float64], good: float = 70.0, poor: float = 40.0) -> list[str]:
    """Good if all conditions are good, poor if any is poor, else average (Totango).

    >>> worst_of(np.array([[80.0, 75], [80, 30], [80, 60]]))
    ['good', 'poor', 'average']
    """
    is_poor, is_good = (points < poor).any(axis=1), (points >= good).all(axis=1)
    return [str(word) for word in np.where(is_poor, "poor", np.where(is_good, "good", "average"))]


def quality(words: list[str]) -> float:
    """The mean of a portfolio's points: five good, three average, two poor make 76 (Totango).

    >>> quality(["good"] * 5 + ["average"] * 3 + ["poor"] * 2)
    76.0
    """
    return sum(QUALITY[word] for word in words) / len(words)
