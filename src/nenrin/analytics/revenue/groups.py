"""Who counts in which group: sums over accounts, by group, exact; an account may stand in several groups at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole

Mask = NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True)
class Groups:
    """`row`: places of accounts, `group`: the group in which each counts, ascending, below `count`.

    `inside`: [periods, places], in the group when a period begins; None: in all of them.
    """

    row: Whole
    group: Whole
    count: int
    inside: Mask | None = None

    @cached_property
    def is_disjoint(self) -> bool:
        """Does every account stand in one group at most?"""
        seen = np.zeros(int(self.row.max(initial=-1)) + 1, dtype=bool)
        seen[self.row] = True
        return int(seen.sum()) == len(self.row)

    def is_everyone(self, accounts: int) -> bool:
        """Does each of so many accounts stand in its own place, once?"""
        return len(self.row) == accounts and bool((self.row == np.arange(accounts)).all())

    @cached_property
    def _runs(self) -> tuple[Whole, Whole]:
        """The groups that hold anyone, and where each begins."""
        first = np.concatenate(([True], self.group[1:] != self.group[:-1])) if len(self.group) else np.zeros(0, bool)
        starts = np.flatnonzero(first)
        return self.group[starts], starts

    def spread(self, of_group: NDArray[Number]) -> NDArray[Number]:
        """Values by group, by place."""
        held, starts = self._runs
        return np.repeat(of_group[held], np.diff(np.append(starts, len(self.row))))

    def summed(self, values: NDArray[Number], period: int = 0) -> NDArray[Number]:
        """Values by place (not by account), by group."""
        held, starts = self._runs
        out = np.zeros(self.count, dtype=values.dtype)
        if len(starts):
            out[held] = np.add.reduceat(values, starts)
        if self.inside is not None:
            outside = np.flatnonzero(~self.inside[period])
            np.subtract.at(out, self.group[outside], values[outside])
        return out

    def picked(self, values: NDArray[Number], places: Whole, period: int = 0) -> NDArray[Number]:
        """The sums of values that only these ascending places have."""
        if self.inside is not None:
            here = self.inside[period][places]
            values, places = values[here], places[here]
        held, starts = self._runs
        ends = np.searchsorted(places, np.append(starts, len(self.row)))
        out, some = np.zeros(self.count, dtype=values.dtype), ends[1:] > ends[:-1]
        if len(places):
            out[held[some]] = np.add.reduceat(values, ends[:-1][some])
        return out


def everyone(accounts: int) -> Groups:
    """One group of all."""
    return Groups(np.arange(accounts), np.zeros(accounts, dtype=np.int64), 1)


def disjoint(group: Whole, count: int) -> Groups:
    """A group for each account, a negative one for none, the same in every period."""
    inside = np.flatnonzero(group >= 0)
    row = inside[np.argsort(group[inside], kind="stable")]
    return Groups(row, group[row], count)


def overlapping(masks: Sequence[Mask]) -> Groups:
    """A mask of accounts for each group, the same in every period."""
    rows = [np.flatnonzero(mask) for mask in masks]
    group = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return Groups(np.concatenate([np.zeros(0, dtype=np.int64), *rows]), group, len(rows))


def moving(masks: Sequence[Sequence[Mask]], accounts: int) -> Groups:
    """Masks by period and group: whoever is in a group for some periods only counts in those."""
    table = np.array(masks, dtype=bool).reshape(len(masks), -1, accounts)  # [periods, groups, accounts]
    group, row = np.nonzero(table.any(axis=0))
    inside = table[:, group, row]
    return Groups(row, group, table.shape[1], None if inside.all() else inside)
