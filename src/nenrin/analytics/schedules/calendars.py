"""Business days by number: the first one on or after a start is 0."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta

ONE = timedelta(days=1)
#: No stretch without a business day is as long; a calendar that has none would be asked for ever.
LONGEST_PAUSE = 366


class NoBusinessDay(ValueError):
    """The calendar names no business day within a year: look at its rule."""


class Days:
    """Business days from `start` on, made as far as they are asked for.

    >>> days = Days(date(2026, 5, 1), lambda day: day.weekday() < 5)  # a Friday
    >>> days[0], days[1], days.number(date(2026, 5, 3))
    (datetime.date(2026, 5, 1), datetime.date(2026, 5, 4), 0)
    """

    def __init__(self, start: date, is_business_day: Callable[[date], bool]) -> None:
        self._is = is_business_day
        self._days = [self._next(start)]

    def __getitem__(self, number: int) -> date:
        if number < 0:
            raise IndexError(f"business day {number}: the first is 0")
        while len(self._days) <= number:
            self._days.append(self._next(self._days[-1] + ONE))
        return self._days[number]

    def number(self, day: date) -> int:
        """The number of the last business day up to and with `day`; -1 before the first."""
        while self._days[-1] <= day:
            self._days.append(self._next(self._days[-1] + ONE))
        return bisect_right(self._days, day) - 1

    def ahead(self, day: date) -> int:
        """The number of the first business day on or after `day`; 0 before the first."""
        number = self.number(day)
        return number if number >= 0 and self._days[number] == day else number + 1

    def _next(self, day: date) -> date:
        for _ in range(LONGEST_PAUSE):
            if self._is(day):
                return day
            day += ONE
        raise NoBusinessDay(str(day))
