"""Many rows of risk written a few at a time, so that nobody waits for them; a reader never sees half a month.

A month of RiskSaid is drafted under an event of its own that no reader asks for, and put in its place by two statements.
What a kill leaves behind is a draft, which the next attempt writes over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db import models, transaction

from nenrin.insight.models import RiskSaid
from nenrin.insight.refreshing import tables as written

ROWS = 500
SAID = ("account_id", "event", "as_of", "version_id", "is_replayed", "p", "low", "high", "horizons", "months", "minor")
DRAFTS = {"churn": "~churn", "involuntary": "~unpaid", "contraction": "~shrinks", "expansion": "~grows"}
_KEY = ("account_id", "event", "as_of")

Values = tuple[object, ...]
#: Asked within each transaction, holding what it read until the end of it; raises where nothing may be written any more.
Check = Callable[[], None]


def nothing() -> None:
    """No check."""


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Values],
    unique: Sequence[str],
    check: Check = nothing,
) -> int:
    """Insert or replace, each ROWS in a transaction of their own. Safe to repeat."""
    update = [name for name in columns if name not in unique]
    for start in range(0, len(rows), ROWS):
        with transaction.atomic():
            check()
            written.upsert(model, columns, rows[start : start + ROWS], unique=unique, update=update)
    return len(rows)


def publish(event: str, day: date, rows: Sequence[Values], check: Check = nothing) -> int:
    """What is said of the month after `day`, rows in the order of SAID, in place of what was replayed of it."""
    draft = DRAFTS[event]
    RiskSaid.objects.filter(event=draft).delete()
    upsert(RiskSaid, SAID, [(row[0], draft, *row[2:]) for row in rows], _KEY)
    with transaction.atomic():
        check()
        RiskSaid.objects.filter(event=event, as_of=day, is_replayed=True).delete()
        RiskSaid.objects.filter(event=draft, as_of=day).update(event=event)
    return len(rows)
