"""Verifying the journal's chain little by little: a pass over every entry each day, and one whenever somebody asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.models import Entry, Verification

EVERY: Final = timedelta(hours=24)


def last() -> Verification | None:
    """The pass that runs or ran last; None before the first."""
    return Verification.objects.filter(pk=1).first()


def ask(*, at: datetime) -> None:
    """Have the worker begin a pass over the whole chain; the one that runs is begun anew. Safe to repeat."""
    row, is_new = Verification.objects.get_or_create(pk=1, defaults={"began_at": at, "asked_at": at})
    if not is_new:
        Verification.objects.filter(pk=row.pk).update(asked_at=at)


def step(at: datetime, limit: int = 5000) -> int:
    """Verify up to `limit` entries more; returns how many, 0 where no pass is due. Safe to repeat."""
    with transaction.atomic():
        row = Verification.objects.select_for_update().filter(pk=1).first()
        if row is None or _is_due(row, at):
            row, _ = Verification.objects.update_or_create(
                pk=1, defaults={"began_at": at, "ended_at": None, "through": 0, "hash": "", "broken": None}
            )
        if row.ended_at is not None:
            return 0
        return _go_on(row, at, limit)


def _is_due(row: Verification, at: datetime) -> bool:
    asked = row.asked_at is not None and row.asked_at > row.began_at
    return asked or (row.ended_at is not None and at - row.ended_at >= EVERY)


def _go_on(row: Verification, at: datetime, limit: int) -> int:
    """Save how far it came: at the chain's end or at its first break the pass is over."""
    entries = Entry.objects.filter(sequence__gt=row.through).select_related("personal").order_by("sequence")
    seen = 0
    for entry in entries[:limit]:
        if not journal.follows(entry, row.through, row.hash):
            row.broken, row.ended_at = row.through + 1, at
            break
        row.through, row.hash, seen = row.through + 1, entry.hash, seen + 1
    if seen < limit:
        row.ended_at = at
    row.save()
    return seen
