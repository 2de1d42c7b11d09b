"""Tickets that other systems tell us of: opened, changed, resolved, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nenrin.foundation import journal
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
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


def _drafts(written: Written[Ticket], pen: Pen) -> Iterable[journal.Draft]:
    """A ticket of the past was open until its resolution: two entries, each true from its own moment."""
    row = written.row
    if written.outcome == "created":
        yield _draft("opened", row, pen, row.opened_at, None)
        if row.resolved_at:
            yield _draft("resolved", row, pen, row.resolved_at, row.resolved_at)
    elif "resolved_at" in written.before and row.resolved_at:
        yield _draft("resolved", row, pen.live(), row.resolved_at, row.resolved_at)
    else:
        fields = ", ".join(sorted(written.before))
        yield _draft("changed", row, pen.live(), pen.at, row.resolved_at, fields=fields)


def _draft(
    action: str, row: Ticket, pen: Pen, valid_at: datetime, resolved_at: datetime | None, **extra: str
) -> journal.Draft:
    body = {
        "priority": row.priority,
        "kind": row.kind,
        "opened_on": pen.day(row.opened_at),
        "resolved_on": pen.day(resolved_at) if resolved_at else None,
    }
    said = {"key": row.key, "priority": row.priority, "ticket_kind": row.kind, **extra}
    return TICKET.draft(action, row, pen, valid_at, body, said=said, personal={"title": row.title})


#: Journal: ingest.ticket.opened for a new one, resolved once it is, changed otherwise, retracted.
TICKET = Noun(Ticket, "ticket", _drafts)
put, retract, restore = TICKET.put, TICKET.retract, TICKET.restore
