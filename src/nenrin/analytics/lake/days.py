"""Days of the organisation's zone, and their bounds as instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EVER = date(1900, 1, 1)
FOREVER = date(9999, 12, 31)
ONE_DAY = timedelta(days=1)


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a day and of the next one, in UTC; 23 to 25 hours apart where clocks change."""
    return _midnight(day, zone), _midnight(day + ONE_DAY, zone)


def utc_days(day: date, zone: ZoneInfo) -> list[date]:
    """The UTC dates that a day of the zone touches: one, two or three."""
    start, end = bounds(day, zone)
    return list(_span(start.date(), (end - timedelta(microseconds=1)).date()))


def zone_days(utc_day: date, zone: ZoneInfo) -> list[date]:
    """The days of the zone that a UTC date touches."""
    start = datetime(utc_day.year, utc_day.month, utc_day.day, tzinfo=UTC)
    last = start + ONE_DAY - timedelta(microseconds=1)
    return list(_span(start.astimezone(zone).date(), last.astimezone(zone).date()))


def all_zone_days(utc_dates: Iterable[date], zone: ZoneInfo) -> list[date]:
    """The days of the zone that any of these UTC dates touches, sorted."""
    return sorted({day for utc_day in utc_dates for day in zone_days(utc_day, zone)})


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _span(first: date, last: date) -> Iterable[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
