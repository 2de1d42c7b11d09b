"""Rows known by (namespace, key), written many at once: what is new, what changed, what stands already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from django.db import transaction

from nenrin.foundation import bulk
from nenrin.ingest.models.facts import Imported

M = TypeVar("M", bound=Imported)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row as it should stand: its key and its columns."""

    namespace: str
    key: str
    columns: Mapping[str, Any]  # Any: a model's column values


@dataclass(frozen=True, slots=True)
class Written(Generic[M]):
    """What became of a row; `before` holds the columns that changed, as they were."""

    outcome: Literal["created", "updated", "unchanged"]
    row: M
    before: Mapping[str, Any]
    version: int


def upsert(model: type[M], wanted: Sequence[Wanted], *, at: datetime) -> list[Written[M]]:
    """Write rows in the caller's transaction, in the order given; a later one of the same key sees the earlier.

    A retracted row comes back under its own id. Two writers of one new key: the second fails on the constraint.
    """
    with transaction.atomic():
        standing = _standing(model, wanted)
        settled = [_settled(model, standing, row, at) for row in wanted]
        new = list({id(w.row): w.row for w in settled if w.row.pk is None}.values())
        old = list({w.row.pk: w.row for w in settled if w.row.pk and w.outcome != "unchanged"}.values())
        bulk.insert(new)
        names = sorted({name for row in wanted for name in row.columns})
        if old:
            bulk.update(old, [*names, "version", "retracted_at", "changed_at"])
    return settled


def _standing(model: type[M], wanted: Sequence[Wanted]) -> dict[tuple[str, str], M]:
    named = model._default_manager.filter(
        namespace__in={row.namespace for row in wanted}, key__in={row.key for row in wanted}
    )
    found: list[M] = list(named.select_for_update())  # type: ignore[arg-type]
    return {(row.namespace, row.key): row for row in found}


def _settled(model: type[M], standing: dict[tuple[str, str], M], wanted: Wanted, at: datetime) -> Written[M]:
    place = (wanted.namespace, wanted.key)
    row = standing.get(place)
    if row is None:
        row = standing[place] = bulk.made(
            model, namespace=wanted.namespace, key=wanted.key, created_at=at, changed_at=at, **wanted.columns
        )
        return Written("created", row, {}, 1)
    before = {name: getattr(row, name) for name, value in wanted.columns.items() if getattr(row, name) != value}
    was_retracted = row.retracted_at is not None
    if not before and not was_retracted:
        return Written("unchanged", row, {}, row.version)
    for name in before:
        setattr(row, name, wanted.columns[name])
    row.version, row.changed_at, row.retracted_at = row.version + 1, at, None
    return Written("created" if was_retracted else "updated", row, before, row.version)


def retract(model: type[M], ids: Sequence[int], *, at: datetime) -> list[M]:
    """Mark standing rows as taken back, in the caller's transaction; returns them."""
    rows: list[M] = list(
        model._default_manager.filter(pk__in=ids, retracted_at__isnull=True).select_for_update()  # type: ignore[arg-type]
    )
    for row in rows:
        row.retracted_at, row.version, row.changed_at = at, row.version + 1, at
    bulk.update(rows, ["retracted_at", "version", "changed_at"])
    return rows
