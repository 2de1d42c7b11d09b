"""What happened at a member's accounts since the end of the last business day, as the journal tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from nenrin.foundation import bulk
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Entry
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.web import telling
from nenrin.work.queue.portfolio import Portfolio, Standing

#: When a working day ends.
EVENING = time(18)
AT_MOST, LOOKED_AT = 8, 80
_HEALTH = ("insight.health.fell", "insight.health.rose", "insight.health.unknown", "insight.health.known")
ACTIONS = (
    *_HEALTH, "ingest.answer.given", "ingest.ticket.opened", "customers.subscription.noticed", "insight.hard_event.raised",
    "work.promise.made",
)  # fmt: skip
DETRACTOR, PROMOTER = 6, 9


@dataclass(frozen=True, slots=True)
class Change:
    standing: Standing
    at: datetime
    told: Text


def since(on: date, zone: ZoneInfo) -> datetime:
    """The evening of the last business day before a day."""
    return datetime.combine(add_business_days(on, -1), EVENING, zone)


def of(held: Portfolio, begun: datetime) -> list[Change]:
    """The newest first, one an account; one query."""
    if not len(held):
        return []
    rows = Entry.objects.filter(
        account__in=bulk.among(list(held)), action__in=ACTIONS, recorded_at__gte=begun, recorded_at__lte=held.at
    ).select_related("personal")  # fmt: skip
    may_read, found = visible(held.member, FieldClass.PERSONAL), dict[int, Change]()
    for entry in rows.order_by("-recorded_at", "-pk")[:LOOKED_AT]:
        key = entry.account or 0
        if key not in found and _matters(entry):
            found[key] = Change(held.standing[key], entry.recorded_at, _told(entry, may_read))
    return list(found.values())[:AT_MOST]


def _matters(entry: Entry) -> bool:
    """Of tickets the urgent ones, of answers those that ask for one."""
    if entry.action == "ingest.ticket.opened":
        return bool(entry.particulars.get("priority") == "urgent")
    if entry.action == "ingest.answer.given":
        score = entry.particulars.get("score")
        return isinstance(score, int) and not DETRACTOR < score < PROMOTER
    return True


def _told(entry: Entry, may_read: bool) -> Text:
    part = getattr(entry, "personal", None)
    return telling.sentence(entry, part.payload if part and may_read else None)
