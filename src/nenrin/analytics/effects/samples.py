"""Did the draw come out as it was meant? Where it did not, the comparison is of two different kinds of accounts."""

from __future__ import annotations

import math

#: Below this the arms are not what was drawn: the read-out stops.
MISMATCH = 0.001


def mismatch(treated: int, held: int, share: float) -> float:
    """The chance of arms at least as far from `share` left alone, if the draw was sound (chi-square, one degree).

    >>> round(mismatch(900, 100, 0.1), 3), mismatch(950, 50, 0.1) < MISMATCH
    (1.0, True)
    """
    everybody = treated + held
    if not everybody or not 0 < share < 1:
        return 1.0
    expected = everybody * share
    statistic = (held - expected) ** 2 * (1 / expected + 1 / (everybody - expected))
    return math.erfc(math.sqrt(statistic / 2))
