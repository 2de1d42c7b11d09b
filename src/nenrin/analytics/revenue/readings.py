"""A book read at many days: what several periods share (rates, changes by day, valued states) is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nenrin.analytics.revenue import periods as calendar
from nenrin.analytics.revenue.books import Book, valued_minor
from nenrin.analytics.revenue.paths import NEVER, Path, Steps, Whole, binned, number, path
from nenrin.analytics.revenue.rows import runs
from nenrin.analytics.revenue.several import Kin, kin
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
    """A book with its rate lines at the exchange rates of one closing day. Where rates move, those who have none on it, or
    on the day before the period opens (`opening`), are not computable: they pay nothing anywhere in it (`unrated`)."""

    def __init__(self, book: Book, closing: int, opening: int | None = None) -> None:
        self.book = book
        self.closing = calendar.day_numbered(closing)
        self.unrated = book.unrated(self.closing)
        if opening is not None:
            self.unrated = np.union1d(self.unrated, book.unrated(calendar.day_numbered(opening)))
        self.line = book.valued(self.closing, self.unrated)
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
        return self.line.laid(self.steps(days), len(days), np.int64)

    @cached_property
    def first(self) -> Whole:
        """The first day on which each account paid."""
        return self.line.first_paid()

    @cached_property
    def _by_day(self) -> tuple[Whole, Changes]:
        order = ascending(self.line.day)
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
        states = self.book.states
        return valued_minor(states, states.minor, self.book.exchange, self.closing, self.unrated)

    @cached_property
    def state_listed(self) -> Whole:
        """The same of the list prices."""
        states = self.book.states
        return valued_minor(states, states.listed, self.book.exchange, self.closing, self.unrated)

    @cached_property
    def kin(self) -> Kin | None:
        """Which lines are of one product in several currencies; None where none are."""
        states = self.book.states
        return kin(states.of, states.product, states.currency)

    @cached_property
    def _states_by_day(self) -> tuple[Whole, Whole]:
        order = ascending(self.book.states.day)
        return self.book.states.day[order], order

    def moved(self, period: Period) -> Moved:
        """The lines that changed in a period, and all those of accounts in a lapse that counts as none at an end of it:
        they stand as on the last day before the lapse."""
        lapsed = [self.book.lapses.at(number(end) - 1) for end in (period.start, period.end)]
        found, rows = self._changed(period), np.union1d(lapsed[0][0], lapsed[1][0])
        if not len(rows):
            return found
        others = ~np.isin(self.book.states.of[found.line], rows)
        lines, which = runs(self.book.states.of, rows)
        sides = []
        for (row, last), end in zip(lapsed, (period.start, period.end), strict=True):
            day = np.full(len(rows), number(end) - 1)
            day[np.searchsorted(rows, row)] = last
            sides.append(self.states_at(lines, day[which]))
        return Moved(*(np.concatenate((old[others], more)) for old, more in zip(found, (lines, *sides), strict=True)))

    def states_at(self, lines: Whole, days: Whole) -> Whole:
        """The state of each line that holds at the end of its day; -1 before its first."""
        found = np.searchsorted(self._state_keys, lines * NEVER + days, side="right") - 1
        own = (found >= 0) & (self.book.states.line[np.maximum(found, 0)] == lines)
        return np.where(own, found, -1)

    @cached_property
    def _state_keys(self) -> Whole:
        return self.book.states.line * NEVER + self.book.states.day

    @cached_property
    def product_lines(self) -> tuple[Whole, Whole, Path]:
        """Of accounts with more than one product: their rows, of which of them each product is, and its rate line."""
        states = self.book.states
        several = np.bincount(states.of, minlength=1)[states.of] > 1
        line = np.flatnonzero(several)
        rows, place = np.unique(states.of[line], return_inverse=True)
        product, first = states.product[line], np.ones(len(line), dtype=bool)
        first[1:] = (place[1:] != place[:-1]) | (product[1:] != product[:-1])
        number_of = np.full(len(states.of), -1, dtype=np.int64)
        number_of[line] = first.cumsum() - 1
        whose = number_of[states.line] if len(states.line) else states.line
        delta = self.state_minor.copy()
        same = np.flatnonzero(states.line[1:] == states.line[:-1]) + 1
        delta[same] -= self.state_minor[same - 1]
        own = whose >= 0
        gap = self.book.policy.gap_merge_days
        return rows, place[first], path(int(first.sum()), whose[own], states.day[own], delta[own], gap_merge_days=gap)

    def by_product(self, opens: int, closes: int) -> tuple[Whole, Whole, Whole, Whole]:
        """Of accounts with more than one product: rows, what they paid on a day for all, what on a later one for those that
        they had, and that up to what each was."""
        rows, of, line = self.product_lines
        was, now = np.maximum(line.table((opens, closes)), 0)
        kept = now * (was > 0)
        base, kept, capped = (binned(of, side, len(rows)) for side in (was, kept, np.minimum(kept, was)))
        return rows, base, kept, capped

    def _changed(self, period: Period) -> Moved:
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
        order = ascending(self.book.dues.due)
        return self.book.dues.due[order], order


def readings(book: Book, asked: Sequence[Period], *, prepared: bool = True) -> list[Reading]:
    """One for each period; under constant exchange rates it is the same one, its days worked out together where `prepared`."""
    closings = [number(period.end) - 1 for period in asked]
    if book.policy.currency != "constant":
        opens = [number(period.start) - 1 for period in asked]
        return [Reading(book, closing, opening) for closing, opening in zip(closings, opens, strict=True)]
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


def ascending(day: Whole) -> Whole:
    """The order of days, equal ones as they come; numbers this small are sorted by their digits."""
    into = day - day.min(initial=0)
    return np.argsort(into.astype(np.uint16) if into.max(initial=0) < 2**16 else into, kind="stable")
