"""Days, business days and Japanese holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone.

    >>> day_of(datetime.fromisoformat("2026-03-31T15:30:00+00:00"), ZoneInfo("Asia/Tokyo"))
    datetime.date(2026, 4, 1)
    """
    return instant.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in a zone; within two days of the first and the last there are, as they can be told.

    >>> start_of(date.max, ZoneInfo("America/New_York")).date() < date.max
    True
    """
    day = min(max(day, date.min + 2 * ONE_DAY), date.max - 2 * ONE_DAY)  # else UTC has no such instant
    return datetime.combine(day, time(), tzinfo=zone)


@lru_cache(maxsize=2)
def _japan(language: str = "ja") -> holidays.HolidayBase:
    return holidays.country_holidays("JP", language="ja" if language == "ja" else "en_US")


def holiday_name(day: date, language: str = "ja") -> str | None:
    """
    >>> holiday_name(date(2026, 11, 23)), holiday_name(date(2026, 11, 23), "en"), holiday_name(date(2026, 11, 24))
    ('勤労感謝の日', 'Labor Thanksgiving Day', None)
    """
    return _japan(language).get(day)


def is_business_day(day: date) -> bool:
    """Monday to Friday, no national holiday, and not the turn of the year (12/29 to 1/3).

    >>> is_business_day(date(2026, 5, 4)), is_business_day(date(2026, 5, 7))
    (False, True)
    """
    return _is_worked(day)


@lru_cache(maxsize=4096)
def _is_worked(day: date) -> bool:
    at_turn = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not at_turn and day not in _japan()


def add_business_days(day: date, count: int) -> date:
    """The `count`-th business day after (or, negative, before) a day.

    >>> add_business_days(date(2026, 5, 1), 1)
    datetime.date(2026, 5, 7)
    """
    step = ONE_DAY if count >= 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_business_day(day):
            day += step
    return day


def fiscal_year(day: date, start_month: int = 4) -> int:
    """The fiscal year's name: the calendar year in which it begins.

    >>> fiscal_year(date(2027, 3, 31)), fiscal_year(date(2027, 4, 1))
    (2026, 2027)
    """
    return day.year if day.month >= start_month else day.year - 1
