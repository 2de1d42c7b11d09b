"""Business days as a relation: what the window measures count by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import pyarrow as pa

from nenrin.analytics import late

holidays = late.module("holidays")  # a third of the core's own loading time
WEEK = 5  # business days
_LONGEST_BREAK = 40  # days looked ahead for the fifth business day


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are business days.

    >>> japan = Calendar.japan()
    >>> japan.is_business(date(2026, 5, 5)), japan.is_business(date(2026, 5, 7))
    (False, True)
    """

    is_business: Callable[[date], bool]

    @classmethod
    def japan(cls) -> Calendar:
        """Monday to Friday without public holidays and without the days from 29 December to 3 January."""
        return cls(_is_japanese_business_day)

    @classmethod
    def weekdays(cls) -> Calendar:
        return cls(lambda day: day.weekday() < WEEK)

    def week_closes(self, day: date) -> date:
        """The first day on which `day` is no longer inside "the last week".

        A week is seven days, stretched over a run of holidays until it holds five business days, so that a
        public holiday does not look like a loss of users.

        >>> Calendar.japan().week_closes(date(2026, 4, 28))  # before the May holidays
        datetime.date(2026, 5, 11)
        >>> Calendar.weekdays().week_closes(date(2026, 4, 28))
        datetime.date(2026, 5, 5)
        """
        seen = 0
        for ahead in range(1, _LONGEST_BREAK):
            later = day + timedelta(ahead)
            seen += self.is_business(later)
            if seen == WEEK:
                return max(later, day + timedelta(7))
        return day + timedelta(_LONGEST_BREAK)

    def relation(self, first: date, last: date) -> pa.Table:
        """Columns: day, business (1 or 0), week_closes; one row a day, both ends included."""
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        return pa.table(
            {
                "day": pa.array(days, pa.date32()),
                "business": pa.array([int(self.is_business(day)) for day in days], pa.int64()),
                "week_closes": pa.array([self.week_closes(day) for day in days], pa.date32()),
            }
        )


@lru_cache(maxsize=200)
def _japanese_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))


@lru_cache(maxsize=50_000)
def _is_japanese_business_day(day: date) -> bool:
    year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.weekday() < WEEK and not year_end and day not in _japanese_holidays(day.year)
