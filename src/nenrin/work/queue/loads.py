"""What each day asks of its member, kept for those who lead: by the worker, and whenever a day is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from nenrin.customers.models import Assignment
from nenrin.customers.models.deputy import Deputy
from nenrin.foundation import organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Member
from nenrin.work.models.day_load import DayLoad
from nenrin.work.queue import asking, busy
from nenrin.work.queue.asking import Day

#: After so long a day is made anew; so many members in a round of the worker.
STALE, ROUND = timedelta(minutes=30), 5


def keep(day: Day, at: datetime) -> DayLoad:
    """Keep what a day asks for. Safe to repeat; a projection, so no journal."""
    rows = (*day.cut.within, *day.cut.beyond)
    kept = {
        "on": day.on, "at": at, "rows": len(rows), "minutes": sum(row.play.minutes for row in rows),
        "promised_minutes": sum(row.play.minutes for row in rows if row.is_promised), "beyond": len(day.cut.beyond),
    }  # fmt: skip
    return DayLoad.objects.update_or_create(member=day.portfolio.member, defaults=kept)[0]


def is_stale(row: DayLoad | None, day: Day, at: datetime) -> bool:
    return row is None or row.on != day.on or at - row.at > STALE


def step(at: datetime, most: int = ROUND) -> int:
    """Make the stalest days of members with accounts, and of deputies, anew; returns how many. For the worker's loop."""
    org = organisation.current()
    zone = ZoneInfo(org.zone)
    today = day_of(at, zone)
    held = Assignment.objects.filter(until_on__isnull=True).values("member")
    fresh = Q(day_load__at__gt=at - STALE, day_load__on=today)
    having = Q(pk__in=held) | Q(pk__in=Deputy.objects.on(today).values("deputy"))
    wanted = Member.objects.filter(having, is_active=True).exclude(fresh).order_by("day_load__at", "pk")[:most]
    members = list(wanted)
    for member in members:
        meetings = busy.minutes(busy.meetings(member, today, zone))
        keep(asking.my_day(member, today, at, org, busy=meetings), at)
    return len(members)
