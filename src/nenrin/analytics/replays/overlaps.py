"""How often two rules would have reached the same account within a short while."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
NEAR = 30


def overlap(account: Longs, day: Longs, others: Longs, days: Longs, near: int = NEAR) -> int:
    """Firings of the first rule with one of the second for the same account at most `near` days away.

    >>> overlap(np.array([1, 1, 2]), np.array([0, 100, 5]), np.array([1, 2]), np.array([20, 90]))
    1
    """
    by_account: dict[int, list[int]] = {}
    for one, on in zip(others.tolist(), days.tolist(), strict=True):
        by_account.setdefault(one, []).append(on)
    pairs = zip(account.tolist(), day.tolist(), strict=True)
    return sum(any(abs(on - other) <= near for other in by_account.get(one, ())) for one, on in pairs)
