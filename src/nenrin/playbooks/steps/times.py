"""When a wait ends: in hours, days or business days, never outside the hours in which anything may happen."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.playbooks.documents.params import Choices
from nenrin.playbooks.documents.playbooks import Hours
from nenrin.values import Text

A_DAY = timedelta(days=1)
UNITS: Choices = (
    ("business_days", Text("business days", "営業日")),
    ("days", Text("days", "日")),
    ("hours", Text("hours", "時間")),
)
_EN = {"business_days": "business day", "days": "day", "hours": "hour"}
_JA = {"business_days": "営業日", "days": "日", "hours": "時間"}


def length(amount: int, unit: str) -> Text:
    """
    >>> length(1, "business_days").en, length(3, "hours").ja
    ('1 business day', '3時間')
    """
    return Text(f"{amount} {_EN[unit]}{'' if amount == 1 else 's'}", f"{amount}{_JA[unit]}")


def after(begin: datetime, amount: int, unit: str, zone: ZoneInfo) -> datetime:
    """So long after a moment. Days keep the wall-clock time of the zone, across changes of its clock and holidays.

    >>> tokyo = ZoneInfo("Asia/Tokyo")
    >>> after(datetime(2026, 5, 1, 10, tzinfo=tokyo), 1, "business_days", tokyo).isoformat()
    '2026-05-07T10:00:00+09:00'
    """
    if unit == "hours":
        return begin + timedelta(hours=amount)
    there = begin.astimezone(zone)
    day = add_business_days(there.date(), amount) if unit == "business_days" else there.date() + timedelta(amount)
    return datetime.combine(day, there.time(), tzinfo=zone)


def opening(at: datetime, hours: Hours, zone: ZoneInfo) -> datetime:
    """The first moment from `at` on that lies within the hours.

    >>> tokyo = ZoneInfo("Asia/Tokyo")
    >>> opening(datetime(2026, 5, 1, 20, tzinfo=tokyo), Hours(9, 18), tokyo).isoformat()
    '2026-05-07T09:00:00+09:00'
    """
    there = at.astimezone(zone)
    day, begins = there.date(), time(hours.first)
    if _is_open(day, hours) and begins <= there.time() and (hours.last == 24 or there.time() < time(hours.last)):
        return at
    if not _is_open(day, hours) or there.time() >= begins:
        day += timedelta(1)
    while not _is_open(day, hours):
        day += timedelta(1)
    return datetime.combine(day, begins, tzinfo=zone)


def _is_open(day: date, hours: Hours) -> bool:
    return is_business_day(day) or not hours.business_days
