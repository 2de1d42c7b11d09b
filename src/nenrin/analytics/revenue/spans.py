"""Periods that follow one another, read from one book at once: its rates on every day that any of them needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue import periods
from nenrin.analytics.revenue.paths import Steps, Whole, number
from nenrin.analytics.revenue.readings import CHAIN, Reading, chain, days
from nenrin.values import Period

Floats = NDArray[np.float64]
#: Whole numbers below it are exact in floating point, and so are their sums.
EXACT = 2**53


class Links(NamedTuple):
    """Months of the chained rate: places of the day before each and of its last, and which ones each period multiplies."""

    opens: Whole
    closes: Whole
    of_period: Whole


def tells(reading: Reading) -> bool:
    """Whether sums of a reading may be made in floating point, of rates that are the same whenever they are asked for:
    neither exchange rates that move, nor credits, nor amounts beyond the whole numbers that it holds."""
    level, minor = reading.line.level, reading.state_minor
    most = max(int(level.max(initial=0)), int(np.abs(minor).max(initial=0)))
    lines = max(reading.line.count, len(reading.book.states.of), 1)
    return reading.book.policy.currency == "constant" and level.min(initial=0) >= 0 and most * lines < EXACT


def in_a_row(asked: Sequence[Period]) -> Iterator[slice]:
    """The periods cut where one does not begin on the day on which the one before ended."""
    begin = 0
    for n in range(1, len(asked) + 1):
        if n == len(asked) or asked[n].start != asked[n - 1].end:
            yield slice(begin, n)
            begin = n


class Span:
    """`ends`: the day before the first period, and the last day of each. `before`, `after`, `base`: by period, which of the
    days of `table` lies before it, is its last, and stands twelve months before that."""

    def __init__(self, reading: Reading, asked: Sequence[Period]) -> None:
        self.reading, self.asked = reading, asked
        self.ends = np.array(
            [number(asked[0].start) - 1, *(number(period.end) - 1 for period in asked)], dtype=np.int64
        )
        self.since = np.array([number(periods.year_before(period.end)) for period in asked], dtype=np.int64)
        self.days = sorted(set[int]().union(*(days(period) for period in asked)))
        self.before, self.after, self.base = (
            self._places(which) for which in (self.ends[:-1], self.ends[1:], self.since - 1)
        )

    def _places(self, which: Whole) -> Whole:
        return np.searchsorted(self.days, which)

    @cached_property
    def table(self) -> Floats:
        """Rates at the end of the days: [days, accounts]."""
        return self.reading.line.laid(self.reading.steps(self.days), len(self.days), np.float64)

    @cached_property
    def steps(self) -> Steps:
        """What the changes amount to from one of the ends to the next."""
        return self.reading.steps(self.ends.tolist())

    @cached_property
    def links(self) -> Links:
        chains = [chain(period) for period in self.asked]
        pairs = sorted({pair for one in chains for pair in one})
        place = {pair: n for n, pair in enumerate(pairs)}
        opens, closes = (self._places(np.array(side, dtype=np.int64)) for side in zip(*pairs, strict=True))
        return Links(opens, closes, np.array([[place[pair] for pair in one] for one in chains]).reshape(-1, CHAIN))

    @cached_property
    def won(self) -> tuple[Whole, Whole]:
        """Of each account, the first period up to a year before whose end it first paid, and how many there are of them."""
        first = self.reading.first
        begin = np.searchsorted(self.ends[1:], first)
        many = np.searchsorted(self.since, first, side="right") - begin
        return begin.astype(np.uint16), np.maximum(many, 0).astype(np.uint16)

    def lines(self, places: Whole | None = None) -> Lines:
        """The rate lines of these ascending places (None: of all), on the days of `table`."""
        steps = self.reading.steps(self.days)
        return Lines(steps if places is None else of_some(steps, places, self.reading.line.count), len(self.days))


class Lines:
    """Rate lines of some accounts, in their order: their rates on many days, a few accounts at a time."""

    def __init__(self, steps: Steps, days: int) -> None:
        self._row, self._column, self._delta = steps.row, steps.column, (steps.now - steps.was).astype(np.float64)
        self._days = days

    def rates(self, begin: int, end: int) -> Floats:
        """[days, accounts from begin up to and without end]"""
        low, high = np.searchsorted(self._row, (begin, end))
        out = np.zeros((self._days, end - begin))
        out[self._column[low:high], self._row[low:high] - begin] = self._delta[low:high]
        for earlier, later in pairwise(out):
            later += earlier
        return out


def of_some(steps: Steps, places: Whole, accounts: int) -> Steps:
    """Those of these ascending places, numbered in their order."""
    number_of = np.full(accounts, -1, dtype=np.int64)
    number_of[places] = np.arange(len(places))
    row = number_of[steps.row]
    own = np.flatnonzero(row >= 0)
    return Steps(row[own], *(values[own] for values in steps[1:]))


def rows(table: Floats, places: Whole) -> Floats:
    """These rows of a table; where they follow one another, without a copy."""
    first = int(places[0])
    is_slice = bool((places == np.arange(first, first + len(places))).all())
    return table[first : first + len(places)] if is_slice else table[places]


def windows(months: Floats, of_period: Whole) -> Floats:
    """Sums of twelve rows for each period; of rows that follow one another by sums of two and of four."""
    begins = of_period[:, 0]
    if not (of_period == begins[:, None] + np.arange(CHAIN)).all():
        return sum((months[of_period[:, n]] for n in range(1, CHAIN)), months[begins])
    two = months[1:] + months[:-1]
    four: Floats = two[2:] + two[:-2]
    return rows(four, begins) + rows(four, begins + 4) + rows(four, begins + 8)
