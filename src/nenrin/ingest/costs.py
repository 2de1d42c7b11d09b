"""What customers cost us by month and category: acquisition, customer success effort and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of, start_of
from nenrin.ingest.facts import upserts
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.facts.upserts import Wanted, Written
from nenrin.ingest.models import Cost
from nenrin.values import Money

CATEGORIES = ("acquisition", "marketing", "sales", "cs", "support", "infrastructure", "other")


@dataclass(frozen=True, slots=True)
class Told:
    """One cost. `month` is its first day; `account` None where it is nobody's own; `known` as in tickets."""

    key: str
    month: date
    category: str
    amount: Money
    account: int | None = None
    note: str = ""
    known: date | None = None

    def columns(self) -> dict[str, Any]:
        return {"account_id": self.account, "month": self.month, "category": self.category, "minor": self.amount.minor,
                "currency": self.amount.currency, "note": self.note}  # fmt: skip


def put(
    told: Sequence[Told], *, namespace: str, by: Actor, at: datetime, zone: ZoneInfo, knowing: Knowing
) -> list[Written[Cost]]:
    """Make costs stand as told, each known by its key; safe to repeat.

    Journal: ingest.cost.booked for a new one, ingest.cost.corrected for one that says something else now.
    """
    with transaction.atomic():
        written = upserts.upsert(Cost, [Wanted(namespace, t.key, t.columns()) for t in told], at=at)
        journal.record_many(
            _draft(each, t.known, by=by, at=at, zone=zone, knowing=knowing)
            for each, t in zip(written, told, strict=True)
            if each.outcome != "unchanged"
        )
    return written


def retract(ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Take costs back, known from now on; safe to repeat. Journal: ingest.cost.retracted."""
    with transaction.atomic():
        journal.record_many(
            journal.Draft("ingest.cost.retracted", by, at, row.account_id, [("cost", row.pk)], {"fact": _gone(row)})
            for row in upserts.retract(Cost, ids, at=at)
        )


def restore(row: Cost, before: Mapping[str, Any], *, by: Actor, at: datetime, zone: ZoneInfo) -> None:
    """Give a cost the columns it had before; known from now on. Journal: ingest.cost.corrected."""
    for name, value in before.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, at
    with transaction.atomic():
        row.save()
        put_back: Written[Cost] = Written("updated", row, dict(before), row.version)
        journal.record_many([_draft(put_back, None, by=by, at=at, zone=zone, knowing=on_arrival(day_of(at, zone)))])


def _draft(
    written: Written[Cost], stated: date | None, *, by: Actor, at: datetime, zone: ZoneInfo, knowing: Knowing
) -> journal.Draft:
    row, is_new = written.row, written.outcome == "created"
    marks = knowing.marks(row.month, stated) if is_new else {}
    body = {"month": row.month, "category": row.category, "minor": row.minor, "currency": row.currency}
    particulars = {"month": f"{row.month:%Y-%m}", "category": row.category, "minor": row.minor, "currency": row.currency,
                   "fact": {"kind": "cost", "key": str(row.pk), "body": body, **marks}}  # fmt: skip
    action = "ingest.cost.booked" if is_new else "ingest.cost.corrected"
    valid_at = start_of(row.month, zone) if is_new else at
    return journal.Draft(action, by, at, row.account_id, [("cost", row.pk)], particulars, {}, valid_at, row.version)


def _gone(row: Cost) -> dict[str, Any]:
    return {"kind": "cost", "key": str(row.pk), "body": {}, "gone": True}
