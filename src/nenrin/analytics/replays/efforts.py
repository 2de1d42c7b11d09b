"""What it would have cost: minutes of each colleague a week, mails of each account a week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
WEEK = 7


@dataclass(frozen=True, slots=True)
class Effort:
    """Minutes in all; of a colleague in a week: in the middle over all weeks, and in the worst week of anybody."""

    minutes: int
    owners: int
    mean_a_week: float
    worst_a_week: float


@dataclass(frozen=True, slots=True)
class Mails:
    """Mails in all, and how many the cap of so many a person in seven days would have held back. Of those who got any: how
    many each got, in the mean, and the most that one got in seven days."""

    sent: int
    stopped: int
    mean: float
    most_a_week: int


def effort(account: Longs, day: Longs, owner: Mapping[int, int], minutes: int, first: int, last: int) -> Effort:
    """The minutes of the runs begun, by whoever owns the account (accounts without an owner count for one together).

    >>> effort(np.array([1, 1, 2]), np.array([0, 1, 9]), {1: 7, 2: 7}, 30, 0, 13)
    Effort(minutes=90, owners=1, mean_a_week=45.0, worst_a_week=60.0)
    """
    whose = np.array([owner.get(one, 0) for one in account.tolist()], dtype=np.int64)
    weeks = max((last - first + 1) / WEEK, 1.0)
    people = max(len(set(owner.values())), 1)
    if not len(account):
        return Effort(0, people, 0.0, 0.0)
    _, counts = np.unique(np.stack([whose, (day - first) // WEEK]), axis=1, return_counts=True)
    total = minutes * len(account)
    return Effort(total, people, round(total / people / weeks, 2), float(counts.max() * minutes))


def mails(account: Longs, day: Longs, each: int, cap: int) -> Mails:
    """`each` mails a run, all to one person of the account; runs sorted by account and day.

    >>> mails(np.array([1, 1, 2]), np.array([0, 3, 3]), each=2, cap=3)
    Mails(sent=5, stopped=1, mean=2.5, most_a_week=3)
    >>> mails(np.array([1, 1]), np.array([0, 7]), each=2, cap=0)
    Mails(sent=4, stopped=0, mean=4.0, most_a_week=2)
    """
    sent, stopped, most = 0, 0, 0
    recent: list[int] = []
    who = None
    for one, on in zip(account.tolist(), day.tolist(), strict=True):
        if one != who:
            who, recent = one, []
        for _ in range(each):
            recent = [earlier for earlier in recent if on - earlier < WEEK]
            if cap and len(recent) >= cap:
                stopped += 1
            else:
                recent.append(on)
                sent += 1
        most = max(most, len(recent))
    people = len(set(account.tolist())) if sent else 0
    return Mails(sent, stopped, round(sent / people, 2) if people else 0.0, most)
