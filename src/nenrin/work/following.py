"""What goes with an account into the one that takes it in, and back: tasks, meetings, touches, runs and all the rest.

A reader of the journal. A room whose AppConfig says `follows_merges = True` has every table that points to an account
follow of itself; one that must not says `follows_merges = False` on its model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.apps import apps
from django.db import IntegrityError, models, transaction

from nenrin.customers.models import Account, Merge
from nenrin.foundation import journal
from nenrin.foundation.models import Entry, Mail
from nenrin.work import handoff_again
from nenrin.work.models import Followed

READER: Final = "work.following"
CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Table:
    """A model and its column that names an account."""

    model: type[models.Model]
    column: str

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"


def step(at: datetime, limit: int = CHUNK) -> int:
    """Read on in the journal and let rows follow; returns how many entries were read. Safe to repeat and to kill."""
    entries = journal.unread(READER, limit)
    for entry in entries:
        if entry.action in ("customers.account.merged", "customers.account.unmerged"):
            with transaction.atomic():
                follow(entry, at)
                journal.advance(READER, entry)
    if entries:
        journal.advance(READER, entries[-1])
    return len(entries)


def follow(entry: Entry, at: datetime) -> None:
    """What a merge, or its undoing, means for every table. Safe to repeat: each table follows a merge once."""
    merge = Merge.objects.filter(pk=entry.particulars.get("merge")).first()
    if merge is None:
        return
    if entry.action.endswith(".merged") and merge.undone_at is None:
        handoff_again.join(merge.absorbed_id, merge.survivor_id, at=at)
    for table in tables():
        if entry.action.endswith(".merged"):
            _go(table, merge, at)
        else:
            _return(table, merge, at)


def tables() -> Iterator[Table]:
    """Every table that follows."""
    for room in apps.get_app_configs():
        if getattr(room, "follows_merges", False):
            for model in room.get_models():
                if getattr(model, "follows_merges", True):
                    yield from (Table(model, name) for name in _columns(model))
    yield Table(Mail, "account")  # a number alone: its room stands below the customers'


def _columns(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.related_model is Account]


def _go(table: Table, merge: Merge, at: datetime) -> None:
    row, is_new = Followed.objects.get_or_create(merge=merge.pk, table=table.name, defaults={"followed_at": at})
    if not is_new:
        return
    found = table.model._default_manager.filter(**{table.column: merge.absorbed_id}).order_by("pk")
    row.rows = _moved(table, list(found.values_list("pk", flat=True)), merge.survivor_id)
    row.save(update_fields=["rows"])


def _return(table: Table, merge: Merge, at: datetime) -> None:
    """Rows that still stand where the merge put them go back; those given to a third account meanwhile stay."""
    row = Followed.objects.filter(merge=merge.pk, table=table.name, undone_at__isnull=True).first()
    if row is None:
        return
    standing = table.model._default_manager.filter(pk__in=row.rows, **{table.column: merge.survivor_id})
    _moved(table, list(standing.order_by("pk").values_list("pk", flat=True)), merge.absorbed_id)
    row.undone_at = at
    row.save(update_fields=["undone_at"])


def _moved(table: Table, keys: list[int], account: int) -> list[int]:
    """Those that could move; a row whose place at the other account is taken (one a kind) stays where it was."""
    rows = table.model._default_manager
    try:
        with transaction.atomic():
            for start in range(0, len(keys), CHUNK):
                rows.filter(pk__in=keys[start : start + CHUNK]).update(**{table.column: account})
    except IntegrityError:
        return [key for key in keys if _moves(table, key, account)]
    return keys


def _moves(table: Table, key: int, account: int) -> bool:
    try:
        with transaction.atomic():
            table.model._default_manager.filter(pk=key).update(**{table.column: account})
    except IntegrityError:
        return False
    return True
