"""Months, fiscal quarters and fiscal years, as half-open runs of the organisation's days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from nenrin.values import Period

Grain = Literal["month", "quarter", "year"]
MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}


def day_of(instant: datetime, zone: str) -> date:
    """The business day of an instant: the same moment may lie in two months.

    >>> moment = datetime.fromisoformat("2025-03-31T15:30:00+00:00")
    >>> day_of(moment, "Asia/Tokyo"), day_of(moment, "UTC")
    (datetime.date(2025, 4, 1), datetime.date(2025, 3, 31))
    """
    return instant.astimezone(ZoneInfo(zone)).date()


def month_start(day: date, months: int = 0) -> date:
    """The first of the day's month, so many months later.

    >>> month_start(date(2026, 1, 31), -2)
    datetime.date(2025, 11, 1)
    """
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def day_numbered(number: int) -> date:
    """The day so many days after 1970-01-01."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + number)


def holding(day: date, grain: Grain, fiscal_start_month: int = 4) -> Period:
    """The month, fiscal quarter or fiscal year that holds a day.

    >>> holding(date(2026, 2, 10), "quarter"), holding(date(2026, 2, 10), "year").start
    (Period(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 4, 1)), datetime.date(2025, 4, 1))
    """
    length = MONTHS[grain]
    into = (day.month - fiscal_start_month) % 12 % length
    start = month_start(day, -into)
    return Period(start, month_start(start, length))


def before(period: Period, grain: Grain, count: int = 1) -> Period:
    """The period so many before."""
    start = month_start(period.start, -count * MONTHS[grain])
    return Period(start, month_start(start, MONTHS[grain]))


def series(last: Period, grain: Grain, count: int) -> list[Period]:
    """So many periods in a row, the given one last."""
    return [before(last, grain, back) for back in range(count - 1, -1, -1)]


def year_before(end: date) -> date:
    """The same end twelve months earlier; of 29 February the 28th.

    >>> year_before(date(2024, 2, 29)), year_before(date(2026, 4, 1))
    (datetime.date(2023, 2, 28), datetime.date(2025, 4, 1))
    """
    try:
        return end.replace(year=end.year - 1)
    except ValueError:
        return end.replace(year=end.year - 1, day=28)
