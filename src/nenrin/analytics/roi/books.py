"""A book of recurring revenue through the months: what stays of it, what is added, what is billed.

In each month first the churn is taken, then new revenue is added, then the month is billed; `billed_in_advance` bills
before. A *closed* book takes nothing new; a *flat* one takes as much as it loses at the old churn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def path(start: float, churn: float, months: int, new: float = 0.0) -> Array:
    """The book at the ends of the months 1..n.

    >>> path(100.0, 0.1, 3).round(6).tolist(), path(100.0, 0.1, 3, new=10.0).round(6).tolist()
    ([90.0, 81.0, 72.9], [100.0, 100.0, 100.0])
    """
    steps = np.arange(1, months + 1, dtype=np.float64)
    left = (1 - churn) ** steps
    level = new / churn if churn else 0.0
    result: Array = level + (start - level) * left if churn else start + new * steps
    return result


def billed_in_advance(start: float, churn: float, months: int, new: float = 0.0) -> Array:
    """What is billed in months 1..n when each is billed before its churn.

    >>> billed_in_advance(100.0, 0.1, 3).round(6).tolist()
    [100.0, 90.0, 81.0]
    """
    result: Array = np.concatenate([[start], path(start, churn, months - 1, new)])
    return result


def flat_gain(before: float, after: float, months: int) -> float:
    """Months of today's MRR gained within `months` when churn falls in a flat book: the sum of c0/c1 - (c0/c1 - 1)
    (1 - c1)^t, less one each.

    >>> round(flat_gain(0.03, 0.02, 60), 2)
    12.79
    """
    return float((path(1.0, after, months, new=before) - 1).sum())


def closed_gain(before: float, after: float, months: int) -> float:
    """The same for one closed cohort, billed in advance.

    >>> round(closed_gain(0.03, 0.02, 60), 2)
    7.15
    """
    return float((billed_in_advance(1.0, after, months) - billed_in_advance(1.0, before, months)).sum())
