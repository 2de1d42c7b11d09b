"""The rate line of every account: what it pays a month from which day on, in whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Days = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)
EPOCH = date(1970, 1, 1).toordinal()
NEVER = 2**31


#: Days that may lie between the first and the last of a table in which places are looked up: nearly three centuries.
LOOKED_UP = 100_000


def placed(ascending: Days, day: Days) -> Whole:
    """Before which of the ascending days each one stands (searchsorted, left), without a search for each.

    >>> placed(np.array([3, 5]), np.array([2, 3, 4, 6])).tolist()
    [0, 0, 1, 2]
    """
    low, high = (int(day.min()), int(day.max())) if len(day) else (0, 0)
    if high - low > LOOKED_UP:
        return np.searchsorted(ascending, day, side="left")
    return np.searchsorted(ascending, np.arange(low, high + 1), side="left")[day - low]


def binned(place: Whole, values: Whole, count: int) -> Whole:
    """Sums by place, exact: in floating point only where no sum can leave the whole numbers that it holds.

    >>> binned(np.array([0, 2, 0]), np.array([5, 1, -7]), 3).tolist()
    [-2, 0, 1]
    """
    if len(values) * max(int(values.max(initial=0)), -int(values.min(initial=0))) < 2**53:
        return np.bincount(place, weights=values, minlength=count).astype(np.int64)
    out = np.zeros(count, dtype=np.int64)
    np.add.at(out, place, values)
    return out


def number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


class Steps(NamedTuple):
    """One account's rate at the end of two days next to each other: sorted by (row, column), at most one of each.

    `column` n: from the end of the day before the n-th up to the end of the n-th. A step may lead back to where it began.
    """

    row: Whole
    column: Whole
    was: Whole
    now: Whole


@dataclass(frozen=True, slots=True)
class Path:
    """Changes sorted by (row, day): on `day` the rate of account `row` becomes `level`. Rows number 0..count-1."""

    count: int
    row: Whole
    day: Days
    level: Whole

    @property
    def before(self) -> Whole:
        """The rate just before each change."""
        held = np.concatenate(([0], self.level[:-1])) if len(self.level) else self.level
        return np.where(self.is_first, 0, held)

    @property
    def is_first(self) -> NDArray[np.bool_]:
        return np.concatenate(([True], self.row[1:] != self.row[:-1])) if len(self.row) else np.zeros(0, bool)

    def at(self, days: Sequence[int]) -> Whole:
        """Rates at the end of these ascending days: int64[count, len(days)]."""
        return self.table(days).T

    def table(self, days: Sequence[int]) -> Whole:
        """The same by day: int64[len(days), count]."""
        return self.laid(self.steps(days), len(days), np.int64)

    def laid(self, steps: Steps, days: int, kind: type[Number]) -> NDArray[Number]:
        """Rates by day from the steps between so many days."""
        out = np.zeros((days, self.count), dtype=kind)
        out[steps.column, steps.row] = steps.now - steps.was
        for earlier, later in pairwise(out):  # row by row: half the time of cumsum along the columns
            later += earlier
        return out

    def steps(self, days: Sequence[int]) -> Steps:
        """What the changes amount to between these ascending days; later ones are left out."""
        column = placed(np.asarray(days, dtype=np.int64), self.day)
        told = column < len(days)
        last = told.copy()
        last[:-1] &= (self.row[1:] != self.row[:-1]) | (column[1:] != column[:-1])
        row, now = self.row, self.level
        if not last.all():
            at = np.flatnonzero(last)
            row, column, now = row[at], column[at], now[at]
        was = np.zeros_like(now)
        np.multiply(now[:-1], row[1:] == row[:-1], out=was[1:])
        return Steps(row, column, was, now)

    def first_paid(self) -> Days:
        """The first day with a rate above zero; NEVER where there is none."""
        first = np.full(self.count, NEVER, dtype=np.int64)
        at = np.flatnonzero(self.level > 0)[::-1]
        first[self.row[at]] = self.day[at]  # the last one written is the earliest
        return first

    def first_levels(self) -> Whole:
        """The first rate above zero of each account; 0 where there is none."""
        first = np.zeros(self.count, dtype=np.int64)
        at = np.flatnonzero((self.level > 0) & (self.day == self.first_paid()[self.row]))
        first[self.row[at]] = self.level[at]
        return first

    def within(self, start: int, end: int) -> NDArray[np.bool_]:
        """The changes on days from start up to and without end."""
        return (self.day >= start) & (self.day < end)


def path(count: int, row: Whole, day: Days, delta: Whole, *, gap_merge_days: int) -> Path:
    """Rate lines from changes in any order; what happens to one account on one day is one change."""
    return bridged(plain(count, row, day, delta), gap_merge_days)


def plain(count: int, row: Whole, day: Days, delta: Whole) -> Path:
    """The same with every lapse."""
    order = np.lexsort((day, row))
    row, day, delta = row[order], day[order], delta[order]
    if not len(row):
        return Path(count, row, day, delta)
    starts = np.flatnonzero(np.concatenate(([True], (row[1:] != row[:-1]) | (day[1:] != day[:-1]))))
    row, day, delta = row[starts], day[starts], np.add.reduceat(delta, starts)
    moved = delta != 0
    row, day, running = row[moved], day[moved], delta[moved].cumsum()
    return Path(count, row, day, running - _base(row, running, delta[moved]))


def _base(row: Whole, running: Whole, delta: Whole) -> Whole:
    """What the running total stood at before each row began."""
    if not len(row):
        return running
    first = np.concatenate(([True], row[1:] != row[:-1]))
    starts = np.flatnonzero(first)
    return np.repeat((running - delta)[starts], np.diff(np.append(starts, len(row))))


class Lapses(NamedTuple):
    """Lapses that count as none: nothing was paid from the day `since` up to and without `until`, sorted by row."""

    row: Whole
    since: Days
    until: Days

    def at(self, day: int) -> tuple[Whole, Days]:
        """Who lapses on a day, and the last day on which each paid."""
        inside = (self.since <= day) & (day < self.until)
        return self.row[inside], self.since[inside] - 1


def lapses(line: Path, gap_merge_days: int) -> Lapses:
    """Of a plain line, those of up to so many days that resumed."""
    at = np.flatnonzero(_resumed(line, gap_merge_days))
    return Lapses(line.row[at], line.day[at], line.day[np.minimum(at + 1, len(line.day) - 1)])


def _resumed(line: Path, gap_merge_days: int) -> NDArray[np.bool_]:
    """The changes to nothing after which something is paid again within so many days."""
    resumes = np.zeros(len(line.row), dtype=bool)
    resumes[:-1] = (line.row[1:] == line.row[:-1]) & (line.level[1:] > 0)
    resumes[:-1] &= line.day[1:] - line.day[:-1] <= gap_merge_days
    out: NDArray[np.bool_] = resumes & (line.level <= 0) & (line.before > 0)
    return out


def bridged(line: Path, gap_merge_days: int) -> Path:
    """Lapses of up to so many days that resumed are no lapses: the old rate holds until the new one."""
    if gap_merge_days <= 0 or len(line.row) < 2:
        return line
    kept = ~_resumed(line, gap_merge_days)
    merged = Path(line.count, line.row[kept], line.day[kept], line.level[kept])
    moved = merged.level != merged.before
    return Path(line.count, merged.row[moved], merged.day[moved], merged.level[moved])
