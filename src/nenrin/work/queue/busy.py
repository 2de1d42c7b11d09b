"""The member's meetings of a day, which take minutes from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from nenrin.foundation.calendar import start_of
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.work.models.meeting import Meeting


def meetings(member: Member, on: date, zone: ZoneInfo) -> list[Meeting]:
    """Those that they hold or attend, in order of time, with their accounts: one query."""
    rows = Meeting.objects.standing().of(member).for_member(member, Permission.MEETINGS_VIEW)
    today = rows.filter(starts_at__gte=start_of(on, zone), starts_at__lt=start_of(on + timedelta(1), zone))
    return list(today.select_related("account").order_by("starts_at", "pk")[:50])


def minutes(found: Iterable[Meeting]) -> int:
    """How much of the day they take; one of a whole day is a note in the calendar, and overlaps count once."""
    spans = sorted((one.starts_at, one.ends_at) for one in found if not one.is_all_day)
    taken, until = timedelta(0), None
    for begins, ends in spans:
        begins = begins if until is None else max(begins, until)
        if ends > begins:
            taken += ends - begins
            until = ends
    return round(taken.total_seconds() / 60)
