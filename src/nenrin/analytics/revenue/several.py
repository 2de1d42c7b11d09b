"""Products that an account pays in more than one currency: each is one, so that a change of currency is no other product,
and no contract lost that came due."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole

Names = NDArray[np.object_]
#: By day, ascending: what is paid from then on.
Line = tuple[list[int], list[int]]


class Kin(NamedTuple):
    """Of every line of a book the number of its account's product, ascending, and whether that has another line."""

    of: Whole
    is_several: NDArray[np.bool_]


def kin(of: Whole, product: Names, currency: Names) -> Kin | None:
    """Of lines by account (`of`), product and currency, in this order; None where no product is paid in several currencies.

    >>> told = [np.array(each, dtype=object) for each in (["a", "b", "b"], ["JPY", "JPY", "USD"])]
    >>> [found.tolist() for found in kin(np.array([7, 7, 7]), *told)]
    [[0, 1, 1], [False, True, True]]
    """
    if len(set(currency.tolist())) < 2:
        return None
    first = np.ones(len(of), dtype=bool)
    first[1:] = (of[1:] != of[:-1]) | (product[1:] != product[:-1])
    number = first.cumsum() - 1
    is_several = np.bincount(number)[number] > 1
    return Kin(number, is_several) if is_several.any() else None


def renewed(lines: Sequence[Line], decided: int, before: int, gap: int) -> int:
    """How much of a contract went on that was worth `before` on its last day, the day before `decided`: what it was, less
    what all lines of its product bring less then, or when they were taken up again within so many days.

    >>> dollars, yen = ([0, 90], [15_000, 0]), ([100], [14_000])
    >>> [renewed([dollars, yen], 90, 15_000, gap) for gap in (9, 10)]
    [0, 14000]
    """
    days = {decided, *(day for days, _ in lines for day in days if decided < day <= decided + gap)}
    after = next((paid for day in sorted(days) if (paid := _paid(lines, day)) > 0), 0)
    return max(0, before - max(0, _paid(lines, decided - 1) - after))


def _paid(lines: Sequence[Line], day: int) -> int:
    held = [(bisect_right(days, day) - 1, minor) for days, minor in lines]
    return sum(minor[at] for at, minor in held if at >= 0)
