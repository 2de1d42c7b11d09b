"""What became of the accounts for which it fired: who left within so many days, and how early it had fired for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
WITHIN = 90
#: A departure is caught by what fired up to so many days before it.
REACH = 180
LEFT, STAYED, DECIDED, OPEN = "left", "stayed", "decided", "open"
ALL = (LEFT, STAYED, DECIDED, OPEN)
#: Of an account: the days on which it decided to leave, each with the day from which it was a customer again.
Decisions = Mapping[int, Sequence[tuple[int, int]]]
NEVER = 10_000_000


@dataclass(frozen=True, slots=True)
class Caught:
    """Of those who decided to leave in the period, how many it had fired for, and the median days before."""

    leavers: int
    caught: int
    median_days: float | None


def after(account: Longs, day: Longs, decided: Decisions, through: int, within: int = WITHIN) -> list[str]:
    """Of each firing: the account decided to leave within so many days afterwards, it had decided already (that day or
    before), it stayed, or the days are not over.

    - `through`: the last day of which anything is known.

    >>> after(np.array([1, 1, 1, 2, 3]), np.array([0, 30, 99, 0, 50]), {1: [(30, 90)]}, through=100)
    ['left', 'decided', 'open', 'stayed', 'open']
    """
    found = []
    for one, on in zip(account.tolist(), day.tolist(), strict=True):
        own = decided.get(one, ())
        if any(left <= on < back for left, back in own):
            found.append(DECIDED)
        elif any(on < left <= on + within for left, _ in own):
            found.append(LEFT)
        else:
            found.append(STAYED if on + within <= through else OPEN)
    return found


def caught(account: Longs, day: Longs, decided: Decisions, first: int, last: int, reach: int = REACH) -> Caught:
    """How many of the departures decided from `first` to `last` it had fired for before the day of the decision; its first
    firing in reach counts.

    >>> caught(np.array([1, 1, 2]), np.array([10, 40, 70]), {1: [(60, NEVER)], 2: [(70, NEVER)]}, 0, 100)
    Caught(leavers=2, caught=1, median_days=50.0)
    """
    fired: dict[int, list[int]] = {}
    for one, on in zip(account.tolist(), day.tolist(), strict=True):
        fired.setdefault(one, []).append(on)
    leads, leavers = [], 0
    for one, days in decided.items():
        for left in (each for each, _ in days if first <= each <= last):
            leavers += 1
            before = [left - on for on in fired.get(one, ()) if 0 < left - on <= reach]
            if before:
                leads.append(max(before))
    return Caught(leavers, len(leads), float(np.median(leads)) if leads else None)
