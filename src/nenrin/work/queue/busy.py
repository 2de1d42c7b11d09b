"""The member's meetings of a day, which take minutes from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from nenrin.foundation.calendar import start_of
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.work.meetings import LONGEST
from nenrin.work.models.meeting import Meeting


def meetings(member: Member, on: date, zone: ZoneInfo) -> list[Meeting]:
    """Those that they hold or attend, in order of time, with their accounts: one query. Whole days that began before
    and go on are among them."""
    rows = Meeting.objects.standing().of(member).for_member(member, Permission.MEETINGS_VIEW)
    begin, end = start_of(on, zone), start_of(on + timedelta(1), zone)
    goes_on = Q(is_all_day=True, starts_at__gte=begin - LONGEST, ends_at__gt=begin)
    today = rows.filter(Q(starts_at__gte=begin) | goes_on, starts_at__lt=end)
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
