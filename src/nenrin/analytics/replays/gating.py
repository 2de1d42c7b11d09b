"""Which occasions would have begun a run: not while one goes on, not before an account may come in again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Policy:
    """`again_days`: from the end of a run until the next may begin (None: never); `run_days`: how long a run goes on;
    `a_year`: runs of an account in 365 days (0: any number)."""

    again_days: int | None
    run_days: int
    a_year: int = 0


@dataclass(frozen=True, slots=True)
class Gated:
    """Of each occasion, in the order given: did it begin a run? If not: was one going on, or was it too soon?"""

    begun: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    too_soon: NDArray[np.bool_]


def gate(account: Longs, day: Longs, policy: Policy) -> Gated:
    """Occasions sorted by account and day, through the rules of one playbook.

    >>> found = gate(np.array([1, 1, 1, 2]), np.array([0, 5, 40, 3]), Policy(again_days=30, run_days=7))
    >>> found.begun.tolist(), found.inside.tolist(), found.too_soon.tolist()
    ([True, False, True, True], [False, True, False, False], [False, False, False, False])
    """
    begun, inside, too_soon = (np.zeros(len(account), dtype=bool) for _ in range(3))
    who, ends, starts = None, 0, []  # type: ignore[var-annotated]  # days of the runs begun
    for n, (one, on) in enumerate(zip(account.tolist(), day.tolist(), strict=True)):
        if one != who:
            who, ends, starts = one, -(10**9), []
        if on < ends:
            inside[n] = True
        elif starts and not _may_again(starts, ends, on, policy):
            too_soon[n] = True
        else:
            begun[n] = True
            starts.append(on)
            ends = on + max(policy.run_days, 1)
    return Gated(begun, inside, too_soon)


def _may_again(starts: list[int], ends: int, on: int, policy: Policy) -> bool:
    if policy.again_days is None or on - ends < policy.again_days:
        return False
    return not policy.a_year or sum(on - start < 365 for start in starts) < policy.a_year
