"""What time alone does to subscriptions: starts, price steps, renewals, ends, deadlines that pass."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from nenrin.customers import facts, schedule, subscription_entries, subscription_rows, summaries
from nenrin.customers.grading import Grader
from nenrin.customers.models import Subscription
from nenrin.customers.saving import save_all
from nenrin.foundation.actors import SYSTEM, Actor

CHUNK = 500


def roll(as_of: date, *, at: datetime, by: Actor = SYSTEM) -> int:
    """What time alone does by the end of `as_of`: starts, price steps, renewals, ends, deadlines that pass.

    Returns how many subscriptions it touched. Safe to repeat. Journal: customers.subscription.rolled.
    """
    grader, touched = Grader.current(), 0
    while True:
        due = Subscription.objects.filter(next_change_on__lte=as_of, archived_at__isnull=True)
        ids = list(due.order_by("next_change_on", "id").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return touched
        touched += len(ids)
        _roll_chunk(ids, as_of, grader, by, at)


def _roll_chunk(ids: list[int], as_of: date, grader: Grader, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        rows = list(subscription_entries.loaded(ids).values())
        rolled, told, notes = [], [], []
        for row in rows:
            steps = subscription_entries.steps_of(row)
            row._priced_on = (row.next_change_on or as_of) - timedelta(days=1)  # type: ignore[attr-defined]
            versions, happened = [], []
            for day, what in schedule.advance(row, steps, as_of):
                versions.append(facts.of_subscription(row, steps, valid=day))
                happened.append(what)
            if happened:
                row.version, row.changed_at = row.version + 1, at
                rolled.append(row)
                told.append(versions)
                notes.append({"happened": ", ".join(happened)})
        save_all(rows, [*subscription_rows.SAVED])
        summaries.refresh((row.account_id for row in rows if row not in rolled), today=as_of, at=at, grader=grader)
        subscription_entries.record("rolled", rolled, told, notes, grader, as_of, by, at)
