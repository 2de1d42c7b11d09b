"""When something becomes true: fired once, on the day on which it holds and did not before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
#: What is not known on a day: it neither fires nor forgets.
UNSURE = -1


def rising(account: Longs, day: Longs, holds: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which rows are the first of a stretch in which it holds.

    - Rows are sorted by account and day; `holds` is 1, 0 or UNSURE.
    - The first known day of an account fires nothing: what held already did not become true.
    - A stretch of unknown days between two known ones is passed over.

    >>> a, d = np.zeros(6, np.int64), np.arange(6)
    >>> rising(a, d, np.array([1, 0, -1, 1, 1, 0], np.int8)).tolist()
    [False, False, False, True, False, False]
    """
    fired = np.zeros(len(account), dtype=bool)
    known = np.flatnonzero(holds != UNSURE)
    if len(known) < 2:
        return fired
    same = account[known][1:] == account[known][:-1]
    fired[known[1:]] = same & (holds[known][1:] == 1) & (holds[known][:-1] == 0)
    return fired
