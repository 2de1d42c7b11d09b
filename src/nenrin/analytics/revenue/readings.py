"""A book read at many days: what several periods share (rates, changes by day, valued states) is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nenrin.analytics.revenue import periods as calendar
from nenrin.analytics.revenue.books import Book, valued_minor
from nenrin.analytics.revenue.paths import NEVER, Steps, Whole, number
from nenrin.values import Period

#: Months of net retention that the chained rate multiplies.
CHAIN = 12


class Changes(NamedTuple):
    """Changes of the rate lines in a period."""

    row: Whole
    was: Whole
    now: Whole
    day: Whole


class Moved(NamedTuple):
    """Lines of a book (account and product) whose state changed in a period, with the states around it (-1: none)."""

    line: Whole
    was: Whole
    now: Whole


class Reading:
    """A book with its rate lines at the exchange rates of one closing day."""

    def __init__(self, book: Book, closing: int) -> None:
        self.book = book
        self.closing = calendar.day_numbered(closing)
        self.line = book.valued(self.closing)
        self._rates: dict[int, Whole] = {}
        self._paid: dict[int, Whole] = {}
        self._chained: dict[tuple[int, int], tuple[Whole, Whole]] = {}
        self._steps: dict[tuple[int, ...], Steps] = {}

    def prepare(self, days: Iterable[int]) -> None:
        """Work out the rates of all these days at once."""
        wanted = sorted({*days} - self._rates.keys())
        if wanted:
            self._rates.update(zip(wanted, self.line.table(wanted), strict=True))

    def rate(self, day: int) -> Whole:
        """What every account pays at the end of a day."""
        self.prepare((day,))
        return self._rates[day]

    def paid(self, day: int) -> Whole:
        """The rates of a day, credits as nothing."""
        if day not in self._paid:
            self._paid[day] = np.maximum(self.rate(day), 0)
        return self._paid[day]

    def chained(self, opens: int, closes: int) -> tuple[Whole, Whole]:
        """Rates of a day, and of a later one for those who paid on it."""
        key = (opens, closes)
        if key not in self._chained:
            under = self.paid(opens)
            self._chained[key] = (under, self.paid(closes) * (under > 0))
        return self._chained[key]

    def steps(self, days: Sequence[int]) -> Steps:
        """What the changes amount to between these ascending days; days after others before which nothing happened share
        their answer."""
        asked = tuple(days)
        for kept, told in self._steps.items():
            more = len(kept) - len(asked)
            if more >= 0 and kept[more:] == asked and (not more or told.column.min(initial=more) >= more):
                return told if not more else told._replace(column=told.column - more)
        self._steps[asked] = self.line.steps(asked)
        return self._steps[asked]

    def table(self, days: Sequence[int]) -> Whole:
        """Rates at the end of these ascending days: int64[len(days), accounts]."""
        return self.line.laid(self.steps(days), len(days))

    @cached_property
    def first(self) -> Whole:
        """The first day on which each account paid."""
        return self.line.first_paid()

    @cached_property
    def _by_day(self) -> tuple[Whole, Changes]:
        order = _ascending(self.line.day)
        day = self.line.day[order]
        return day, Changes(self.line.row[order], self.line.before[order], self.line.level[order], day)

    def changes(self, period: Period) -> Changes:
        """What changed in a period, by day."""
        day, found = self._by_day
        low, high = np.searchsorted(day, (number(period.start), number(period.end)))
        return Changes(*(values[low:high] for values in found))

    @cached_property
    def state_minor(self) -> Whole:
        """The amounts of the book's states at this reading's exchange rates."""
        return valued_minor(self.book.states, self.book.states.minor, self.book.exchange, self.closing)

    @cached_property
    def _states_by_day(self) -> tuple[Whole, Whole]:
        order = _ascending(self.book.states.day)
        return self.book.states.day[order], order

    def moved(self, period: Period) -> Moved:
        """The lines that changed in a period."""
        day, order = self._states_by_day
        low, high = np.searchsorted(day, (number(period.start), number(period.end)))
        at = np.sort(order[low:high])
        line, whose = self.book.states.line[at], self.book.states.line
        first = np.concatenate(([True], line[1:] != line[:-1])) if len(line) else np.zeros(0, bool)
        last = np.concatenate((first[1:], [True])) if len(line) else first
        earlier = at[first] - 1
        has = (earlier >= 0) & (whose[np.maximum(earlier, 0)] == line[first])
        return Moved(line[first], np.where(has, earlier, -1), at[last])

    @cached_property
    def unwilling(self) -> tuple[Whole, Whole]:
        """Rows and days of ends that the customer did not decide."""
        ends = np.array(sorted(self.book.unwilling), dtype=np.int64).reshape(-1, 2)
        return ends[:, 0], ends[:, 1]

    @cached_property
    def dues_by_day(self) -> tuple[Whole, Whole]:
        """When terms came due, ascending, and their places."""
        order = _ascending(self.book.dues.due)
        return self.book.dues.due[order], order


def readings(book: Book, asked: Sequence[Period], *, prepared: bool = True) -> list[Reading]:
    """One for each period; under constant exchange rates it is the same one, its days worked out together where `prepared`."""
    closings = [number(period.end) - 1 for period in asked]
    if book.policy.currency != "constant":
        return [Reading(book, closing) for closing in closings]
    shared = Reading(book, max(closings, default=0))
    if prepared:
        shared.prepare(day for period in asked for day in days(period))
    return [shared] * len(asked)


def days(period: Period) -> set[int]:
    """Every day at whose end the columns of a period need rates."""
    ends = {number(period.start) - 1, number(period.end) - 1, number(calendar.year_before(period.end)) - 1, NEVER}
    return ends | {day for pair in chain(period) for day in pair}


def chain(period: Period) -> list[tuple[int, int]]:
    """The last twelve months up to a period's end: the day before each and its last."""
    last = period.end - timedelta(days=1)
    starts = [number(calendar.month_start(last, -back)) - 1 for back in range(CHAIN - 1, -1, -1)]
    return list(zip(starts, [*starts[1:], number(last)], strict=True))


def _ascending(day: Whole) -> Whole:
    """The order of days, equal ones as they come; numbers this small are sorted by their digits."""
    into = day - day.min(initial=0)
    return np.argsort(into.astype(np.uint16) if into.max(initial=0) < 2**16 else into, kind="stable")
