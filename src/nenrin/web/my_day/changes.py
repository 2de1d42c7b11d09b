"""What happened at a member's accounts since the end of the last business day: what the journal tells, and where a score
or the use moved far without a change of colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from nenrin.customers.statuses import DecisionRole
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
    "work.promise.made", "customers.contact.left",
)  # fmt: skip
DETRACTOR, PROMOTER = 6, 9
#: Points by which a score moves far, and what is left of the use of the four weeks before where it fell far.
FAR, FALLEN = 10.0, 0.7


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
    found = _told_of(held, begun)
    for key, standing in held.standing.items():
        if key not in found and (told := _moved(standing, held, begun)):
            found[key] = told
    return sorted(found.values(), key=lambda change: change.at, reverse=True)[:AT_MOST]


def _told_of(held: Portfolio, begun: datetime) -> dict[int, Change]:
    rows = Entry.objects.filter(
        account__in=bulk.among(list(held)), action__in=ACTIONS, recorded_at__gte=begun, recorded_at__lte=held.at
    ).select_related("personal")  # fmt: skip
    may_read, found = visible(held.member, FieldClass.PERSONAL), dict[int, Change]()
    for entry in rows.order_by("-recorded_at", "-pk")[:LOOKED_AT]:
        key = entry.account or 0
        if key not in found and _matters(entry):
            found[key] = Change(held.standing[key], entry.recorded_at, _told(entry, may_read))
    return found


def _moved(row: Standing, held: Portfolio, begun: datetime) -> Change | None:
    """A score that moved far since the last business day ended, or use that fell far as of since then."""
    points = row.health.score - row.last if row.health and row.last is not None and row.band != "unknown" else 0.0
    if row.health is not None and abs(points) >= FAR:
        return Change(row, row.health.at, _points(points, row.health.score))
    trend, on = row.measures.get("usage_trend"), row.measured_on.get("usage_trend")
    if trend is None or on is None or trend > FALLEN or on < begun.date():
        return None
    return Change(row, max(begun, row.health.at) if row.health else held.at, _use(trend))


def _points(points: float, score: float) -> Text:
    move = abs(round(points))
    if points < 0:
        return Text(f"Score fell by {move} points to {score:.0f}", f"スコアが{move}点低下し{score:.0f}点")
    return Text(f"Score rose by {move} points to {score:.0f}", f"スコアが{move}点上昇し{score:.0f}点")


def _use(trend: float) -> Text:
    fell = f"{100 * (1 - trend):.0f}%"
    return Text(f"Use is down by {fell} against the 28 days before", f"利用がその前の28日間より{fell}減少")


def _matters(entry: Entry) -> bool:
    """Of tickets the urgent ones, of answers those that ask for one, of people those who decide or speak for us."""
    if entry.action == "customers.contact.left":
        return entry.particulars.get("role") in (DecisionRole.DECISION_MAKER, DecisionRole.CHAMPION)
    if entry.action == "ingest.ticket.opened":
        return bool(entry.particulars.get("priority") == "urgent")
    if entry.action == "ingest.answer.given":
        score = entry.particulars.get("score")
        return isinstance(score, int) and not DETRACTOR < score < PROMOTER
    return True


def _told(entry: Entry, may_read: bool) -> Text:
    part = getattr(entry, "personal", None)
    return telling.sentence(entry, part.payload if part and may_read else None)
