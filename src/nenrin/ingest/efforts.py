"""Hours (工数) that our people spent by month: on winning customers, on those we have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from nenrin.foundation import journal
from nenrin.foundation.calendar import start_of
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
from nenrin.ingest.models import Effort


@dataclass(frozen=True, slots=True)
class Told:
    """Hours of a month, of one person or of a team. `category` and the three keys as of costs; `known` as in tickets."""

    key: str
    month: date
    category: str
    minutes: int
    person: str = ""
    account: int | None = None
    product: str = ""
    touch_model: str = ""
    segment: str = ""
    note: str = ""
    known: date | None = None

    def columns(self) -> dict[str, Any]:
        return {"account_id": self.account, "month": self.month, "category": self.category, "minutes": self.minutes,
                "person": self.person, "product": self.product, "touch_model": self.touch_model,
                "segment": self.segment, "note": self.note}  # fmt: skip


def _drafts(written: Written[Effort], pen: Pen) -> Iterable[journal.Draft]:
    row = written.row
    body = {"month": row.month, "category": row.category, "minutes": row.minutes}
    for name in ("product", "touch_model", "segment"):
        if value := getattr(row, name):
            body[name] = value
    said = {"month": f"{row.month:%Y-%m}", "category": row.category, "hours": f"{row.minutes / 60:g}"}
    if written.outcome == "created":
        yield EFFORT.draft("booked", row, pen, start_of(row.month, pen.zone), body, valid_on=row.month, said=said)
    else:
        yield EFFORT.draft("corrected", row, pen.live(), pen.at, body, said=said)


#: Journal: ingest.effort.booked for a new one, corrected for one that says something else now, retracted.
EFFORT = Noun(Effort, "effort", _drafts)
put, retract, restore = EFFORT.put, EFFORT.retract, EFFORT.restore
