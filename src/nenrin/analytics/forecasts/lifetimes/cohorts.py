"""Who could leave when, and who did: the only thing that a lifetime model reads.

Time is counted in *occasions*, the moments at which leaving was possible: months of a monthly contract, renewal days
of an annual one. Occasion 0 is the signature and no occasion to leave.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class NotEnough(ValueError):
    """Too little was observed for this model: pool it with a similar group, or wait for more renewals."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Counts of customers by occasion, index 0..T.

    `lost[t]` left at occasion t (lost[0] is 0); `kept[t]` were last seen staying after t occasions (right-censored);
    `possible[t]` are those whose observation holds t occasions, whatever became of them.
    """

    lost: tuple[int, ...]
    kept: tuple[int, ...]
    possible: tuple[int, ...]

    @property
    def customers(self) -> int:
        return sum(self.lost) + sum(self.kept)

    @property
    def losses(self) -> int:
        return sum(self.lost)

    @property
    def at_risk(self) -> tuple[int, ...]:
        """At index t >= 1: how many stood before occasion t; at 0: all customers.

        >>> from_survivors([1000, 869, 743]).at_risk
        (1000, 1000, 869)
        """
        ends = np.asarray(self.lost) + np.asarray(self.kept)
        reached = ends[::-1].cumsum()[::-1]
        return tuple(int(n) for n in reached)

    @property
    def occasions(self) -> int:
        """The last occasion at which anybody could leave."""
        return max((t for t, n in enumerate(self.at_risk) if n), default=0)

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`lost` and `kept` of the occasions 1..T as rows of one: shape (1, T)."""
        lost, kept = (np.asarray(row[1:], dtype=np.float64)[None, :] for row in (self.lost, self.kept))
        return lost, kept


def from_survivors(survivors: Sequence[int]) -> Cohort:
    """A cohort that began together, by how many were left after 0, 1, 2 ... occasions.

    >>> from_survivors([10, 8, 5])
    Cohort(lost=(0, 2, 3), kept=(0, 0, 5), possible=(0, 0, 10))
    """
    if len(survivors) < 2 or any(a < b for a, b in itertools.pairwise(survivors)) or survivors[-1] < 0:
        raise NotEnough("survivors must be at least two counts that never rise and are not negative")
    last = len(survivors) - 1
    lost = (0, *(a - b for a, b in itertools.pairwise(survivors)))
    empty = (0,) * last
    return Cohort(lost, (*empty, survivors[-1]), (*empty, survivors[0]))


def from_lives(lives: Iterable[tuple[int, bool, int]]) -> Cohort:
    """From one row a customer: occasions passed (a loss counts its own), whether lost, occasions that were possible.

    >>> from_lives([(1, True, 3), (3, False, 3), (1, False, 1)])
    Cohort(lost=(0, 1, 0, 0), kept=(0, 1, 0, 1), possible=(0, 1, 0, 2))
    """
    rows = list(lives)
    size = max((max(t, most) for t, _, most in rows), default=0) + 1
    lost, kept, possible = ([0] * size for _ in range(3))
    for passed, is_lost, most in rows:
        (lost if is_lost else kept)[passed] += 1
        possible[max(most, passed)] += 1
    return Cohort(tuple(lost), tuple(kept), tuple(possible))
