"""When a colleague may be written to: from eight to eight on business days of their own zone."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.foundation.models import Member

OPENS: Final = time(8)
CLOSES: Final = time(20)


def zone_of(member: Member, otherwise: ZoneInfo) -> ZoneInfo:
    """The member's own zone, else the organisation's."""
    return ZoneInfo(member.zone) if member.zone else otherwise


def permitted(at: datetime, zone: ZoneInfo) -> datetime:
    """`at` itself within the hours, else the next moment at which they begin.

    >>> tokyo = ZoneInfo("Asia/Tokyo")
    >>> permitted(datetime(2026, 11, 20, 21, tzinfo=tokyo), tokyo).isoformat()  # a Friday before a long weekend
    '2026-11-24T08:00:00+09:00'
    """
    local = at.astimezone(zone)
    if is_business_day(local.date()) and OPENS <= local.time() < CLOSES:
        return at
    return _next_opening(local, zone)


def next_digest(at: datetime, zone: ZoneInfo) -> datetime:
    """The next morning at which what gathered is sent in one message.

    >>> tokyo = ZoneInfo("Asia/Tokyo")
    >>> next_digest(datetime(2026, 11, 24, 8, 30, tzinfo=tokyo), tokyo).isoformat()
    '2026-11-25T08:00:00+09:00'
    """
    return _next_opening(at.astimezone(zone), zone)


def _next_opening(local: datetime, zone: ZoneInfo) -> datetime:
    today = local.date()
    is_ahead = is_business_day(today) and local.time() < OPENS
    day = today if is_ahead else add_business_days(today, 1)
    return datetime.combine(day, OPENS, tzinfo=zone)
