"""When something becomes true: fired once, on the day on which it holds and did not before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
#: What is not known on a day: it neither fires nor forgets.
UNSURE = -1


def rising(account: Longs, day: Longs, holds: NDArray[np.int8], begin: int) -> NDArray[np.bool_]:
    """Which rows are the first of a stretch in which it holds, as live looks would have found them from `begin` on.

    - Rows are sorted by account and day; `holds` is 1, 0 or UNSURE.
    - What holds on the day `begin` held already. An account that is first known later, or of which nothing was certain
      until then, fires on the first day on which it holds.
    - A stretch of unknown days between two known ones is passed over.

    >>> a, d = np.zeros(6, np.int64), np.arange(6)
    >>> rising(a, d, np.array([1, 0, -1, 1, 1, 0], np.int8), begin=0).tolist()
    [False, False, False, True, False, False]
    >>> rising(a, d, np.array([-1, 1, 1, -1, 1, 0], np.int8), begin=0).tolist()
    [False, True, False, False, False, False]
    """
    fired = np.zeros(len(account), dtype=bool)
    known = np.flatnonzero(holds != UNSURE)
    if len(known):
        before = np.where(day[known] > begin, 0, 1)
        same = account[known][1:] == account[known][:-1]
        before[1:] = np.where(same, holds[known][:-1], before[1:])
        fired[known] = (holds[known] == 1) & (before == 0)
    return fired


def falling(account: Longs, holds: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which rows are the first on which what held certainly does not any more.

    >>> falling(np.array([1, 1, 1, 2]), np.array([1, -1, 0, 0], np.int8)).tolist()
    [False, False, True, False]
    """
    fell = np.zeros(len(account), dtype=bool)
    known = np.flatnonzero(holds != UNSURE)
    same = account[known][1:] == account[known][:-1]
    fell[known[1:]] = same & (holds[known][1:] == 0) & (holds[known][:-1] == 1)
    return fell
