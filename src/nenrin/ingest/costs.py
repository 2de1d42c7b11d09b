"""What customers cost us by month and category: acquisition, customer success effort, hosting and the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from nenrin.analytics.economics import categories
from nenrin.foundation import journal
from nenrin.foundation.calendar import start_of
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
from nenrin.ingest.models import Cost
from nenrin.values import Money

CATEGORIES = tuple(categories.CATEGORIES)


@dataclass(frozen=True, slots=True)
class Told:
    """One cost. `month` is its first day; `account` None where it is nobody's own; `known` as in tickets.

    `product`, `touch_model`, `segment`: the keys of what it was spent on, blank where it was not for one of them.
    """

    key: str
    month: date
    category: str
    amount: Money
    account: int | None = None
    note: str = ""
    known: date | None = None
    product: str = ""
    touch_model: str = ""
    segment: str = ""

    def columns(self) -> dict[str, Any]:
        return {"account_id": self.account, "month": self.month, "category": self.category, "minor": self.amount.minor,
                "currency": self.amount.currency, "note": self.note, "product": self.product,
                "touch_model": self.touch_model, "segment": self.segment}  # fmt: skip


def _drafts(written: Written[Cost], pen: Pen) -> Iterable[journal.Draft]:
    row = written.row
    body = {"month": row.month, "category": row.category, "minor": row.minor, "currency": row.currency}
    for name in ("product", "touch_model", "segment"):
        if value := getattr(row, name):
            body[name] = value
    said = {"month": f"{row.month:%Y-%m}", "category": row.category, "minor": row.minor, "currency": row.currency}
    if written.outcome == "created":
        yield COST.draft("booked", row, pen, start_of(row.month, pen.zone), body, valid_on=row.month, said=said)
    else:
        yield COST.draft("corrected", row, pen.live(), pen.at, body, said=said)


#: Journal: ingest.cost.booked for a new one, corrected for one that says something else now, retracted.
COST = Noun(Cost, "cost", _drafts)
put, retract, restore = COST.put, COST.retract, COST.restore
