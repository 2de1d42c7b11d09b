"""Tickets that other systems tell us of: opened, changed, resolved, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.ingest.facts import upserts
from nenrin.ingest.facts.knowing import Knowing
from nenrin.ingest.facts.upserts import Wanted, Written
from nenrin.ingest.models import Ticket

KINDS = ("question", "problem", "request", "complaint")
PRIORITIES = ("urgent", "high", "normal", "low")


@dataclass(frozen=True, slots=True)
class Told:
    """What another system says of one ticket. `known` is the day we could know it, where the file says so."""

    key: str
    account: int
    opened_at: datetime
    resolved_at: datetime | None = None
    title: str = ""
    kind: str = "question"
    priority: str = "normal"
    requester: str = ""
    url: str = ""
    known: date | None = None

    def columns(self) -> dict[str, Any]:
        return {"account_id": self.account, "title": self.title, "kind": self.kind, "priority": self.priority,
                "opened_at": self.opened_at, "resolved_at": self.resolved_at, "requester": self.requester,
                "url": self.url}  # fmt: skip


def put(
    told: Sequence[Told], *, namespace: str, by: Actor, at: datetime, zone: ZoneInfo, knowing: Knowing
) -> list[Written[Ticket]]:
    """Make tickets stand as told, each known by its key; safe to repeat.

    Journal: ingest.ticket.opened for a new one, ingest.ticket.resolved once it is, ingest.ticket.changed otherwise.
    """
    with transaction.atomic():
        written = upserts.upsert(Ticket, [Wanted(namespace, t.key, t.columns()) for t in told], at=at)
        drafts = [
            draft
            for each, t in zip(written, told, strict=True)
            for draft in _drafts(each, _Pen(by, at, zone, knowing, t.known))
        ]
        journal.record_many(drafts)
    return written


def retract(ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Take tickets back, known from now on; safe to repeat. Journal: ingest.ticket.retracted."""
    with transaction.atomic():
        journal.record_many(
            journal.Draft("ingest.ticket.retracted", by, at, row.account_id, [("ticket", row.pk)], {"fact": _gone(row)})
            for row in upserts.retract(Ticket, ids, at=at)
        )


def restore(row: Ticket, before: Mapping[str, Any], *, by: Actor, at: datetime, zone: ZoneInfo) -> None:
    """Give a ticket the columns it had before; known from now on. Journal: ingest.ticket.changed."""
    for name, value in before.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, at
    with transaction.atomic():
        row.save()
        journal.record_many(
            [_changed(row, sorted(before), _Pen(by, at, zone, Knowing("arrival", day_of(at, zone)), None))]
        )


@dataclass(frozen=True, slots=True)
class _Pen:
    by: Actor
    at: datetime
    zone: ZoneInfo
    knowing: Knowing
    stated: date | None

    def day(self, instant: datetime | None) -> date | None:
        return day_of(instant, self.zone) if instant else None


def _drafts(written: Written[Ticket], pen: _Pen) -> list[journal.Draft]:
    row = written.row
    if written.outcome == "created":
        opened = _entry("ingest.ticket.opened", row, row.opened_at, _body(row, pen, resolved_at=None), pen)
        return [opened] + ([_resolved(row, pen)] if row.resolved_at else [])
    if written.outcome == "unchanged":
        return []
    if "resolved_at" in written.before and row.resolved_at:
        return [_resolved(row, _live(pen))]
    return [_changed(row, sorted(written.before), _live(pen))]


def _live(pen: _Pen) -> _Pen:
    """A change of what we knew already is news of today, whatever the file's policy for history is."""
    return _Pen(pen.by, pen.at, pen.zone, Knowing("arrival", pen.knowing.today), None)


def _resolved(row: Ticket, pen: _Pen) -> journal.Draft:
    return _entry("ingest.ticket.resolved", row, row.resolved_at or pen.at, _body(row, pen, row.resolved_at), pen)


def _changed(row: Ticket, fields: Sequence[str], pen: _Pen) -> journal.Draft:
    extra = {"fields": ", ".join(fields)}
    return _entry("ingest.ticket.changed", row, pen.at, _body(row, pen, row.resolved_at), pen, extra)


def _body(row: Ticket, pen: _Pen, resolved_at: datetime | None) -> dict[str, Any]:
    return {
        "priority": row.priority,
        "kind": row.kind,
        "opened_on": pen.day(row.opened_at),
        "resolved_on": pen.day(resolved_at),
    }


def _entry(
    action: str,
    row: Ticket,
    valid_at: datetime,
    body: Mapping[str, Any],
    pen: _Pen,
    extra: Mapping[str, Any] | None = None,
) -> journal.Draft:
    marks = pen.knowing.marks(day_of(valid_at, pen.zone), pen.stated)
    fact = {"kind": "ticket", "key": str(row.pk), "body": body, **marks}
    particulars = {
        "key": row.key,
        "priority": row.priority,
        "ticket_kind": row.kind,
        **(extra or {}),
        "fact": fact,
    }
    personal = {"title": row.title} if row.title else {}
    return journal.Draft(
        action,
        pen.by,
        pen.at,
        row.account_id,
        [("ticket", row.pk)],
        particulars,
        personal,
        valid_at,
        row.version,
    )


def _gone(row: Ticket) -> dict[str, Any]:
    return {"kind": "ticket", "key": str(row.pk), "body": {}, "gone": True}
