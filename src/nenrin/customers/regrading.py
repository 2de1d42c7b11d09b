"""Giving tier and touch model anew to many accounts: after a rule changed, and when an override runs out."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.customers import facts
from nenrin.customers.grading import GRADES, Grader
from nenrin.customers.models import Account
from nenrin.customers.saving import save_all
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor


def regrade(*, as_of: date, by: Actor, at: datetime, only_expired: bool = False) -> int:
    """Apply the rules as they stand; returns how many accounts changed. Safe to repeat.

    Journal: customers.account.regraded, one an account.
    """
    grader, last, changed = Grader.current(), 0, 0
    while True:
        rows = Account.objects.filter(pk__gt=last, archived_at__isnull=True).order_by("pk")
        if only_expired:
            rows = rows.filter(touch_until__lte=as_of)
        with transaction.atomic():
            chunk = list(rows.select_for_update()[:500])
            changed += _regrade(chunk, grader, as_of, by, at)
        if len(chunk) < 500:
            return changed
        last = chunk[-1].pk


def _regrade(chunk: list[Account], grader: Grader, as_of: date, by: Actor, at: datetime) -> int:
    before = {row.pk: (row.tier, row.touch_model) for row in chunk}
    moved = [row for row in chunk if grader.grade(row, as_of)]
    for row in moved:
        row.version, row.changed_at = row.version + 1, at
    save_all(moved, [*GRADES, "version", "changed_at"])
    bodies = facts.of_accounts(moved)
    drafts = []
    for row in moved:
        told = facts.fact("account", row.pk, bodies[row.pk], account=row.pk)
        now = (row.tier, row.touch_model)
        said = ", ".join(
            f"{was or '—'} → {is_ or '—'}" for was, is_ in zip(before[row.pk], now, strict=True) if was != is_
        )
        touch = {"touch": [before[row.pk][1], now[1]]} if before[row.pk][1] != now[1] else {}
        note = {"fields": said or "override", "fact": told, **touch}
        drafts.append(journal.Draft("customers.account.regraded", by, at, row.pk, (), note, version=row.version))
    journal.record_many(drafts)
    return len(moved)
