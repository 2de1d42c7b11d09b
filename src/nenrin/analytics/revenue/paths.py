"""The rate line of every account: what it pays a month from which day on, in whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Days = NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()
NEVER = 2**31


def number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


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
        column = np.searchsorted(np.asarray(days, dtype=np.int64), self.day, side="left")
        last = np.ones(len(self.row), dtype=bool)
        last[:-1] = (self.row[1:] != self.row[:-1]) | (column[1:] != column[:-1])
        row, level = self.row[last], self.level[last]
        first = np.concatenate(([True], row[1:] != row[:-1])) if len(row) else np.zeros(0, bool)
        step = np.diff(level, prepend=0)
        step[first] = level[first]
        out = np.zeros((len(days) + 1, self.count), dtype=np.int64)
        out[column[last], row] = step
        return np.cumsum(out[:-1], axis=0, out=out[:-1])

    def first_paid(self) -> Days:
        """The first day with a rate above zero; NEVER where there is none."""
        first = np.full(self.count, NEVER, dtype=np.int64)
        paid = self.level > 0
        np.minimum.at(first, self.row[paid], self.day[paid])
        return first

    def within(self, start: int, end: int) -> NDArray[np.bool_]:
        """The changes on days from start up to and without end."""
        return (self.day >= start) & (self.day < end)


def path(count: int, row: Whole, day: Days, delta: Whole, *, gap_merge_days: int) -> Path:
    """Rate lines from changes in any order; what happens to one account on one day is one change."""
    order = np.lexsort((day, row))
    row, day, delta = row[order], day[order], delta[order]
    if not len(row):
        return Path(count, row, day, delta)
    starts = np.flatnonzero(np.concatenate(([True], (row[1:] != row[:-1]) | (day[1:] != day[:-1]))))
    row, day, delta = row[starts], day[starts], np.add.reduceat(delta, starts)
    moved = delta != 0
    row, day, running = row[moved], day[moved], delta[moved].cumsum()
    return bridged(Path(count, row, day, running - _base(row, running, delta[moved])), gap_merge_days)


def _base(row: Whole, running: Whole, delta: Whole) -> Whole:
    """What the running total stood at before each row began."""
    if not len(row):
        return running
    first = np.concatenate(([True], row[1:] != row[:-1]))
    starts = np.flatnonzero(first)
    return np.repeat((running - delta)[starts], np.diff(np.append(starts, len(row))))


def bridged(line: Path, gap_merge_days: int) -> Path:
    """Lapses of up to so many days that resumed are no lapses: the old rate holds until the new one."""
    if gap_merge_days <= 0 or len(line.row) < 2:
        return line
    resumes = np.zeros(len(line.row), dtype=bool)
    resumes[:-1] = (line.row[1:] == line.row[:-1]) & (line.level[1:] > 0)
    resumes[:-1] &= line.day[1:] - line.day[:-1] <= gap_merge_days
    kept = ~(resumes & (line.level <= 0) & (line.before > 0))
    merged = Path(line.count, line.row[kept], line.day[kept], line.level[kept])
    moved = merged.level != merged.before
    return Path(line.count, merged.row[moved], merged.day[moved], merged.level[moved])
