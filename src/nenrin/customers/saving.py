"""Writing many changed rows: a CASE for every column and row takes minutes, an upsert seconds, one prepared statement
less (7,000 accounts: 1.0 s of the processor as an upsert, 0.2 s so)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import models

from nenrin.foundation import bulk

M = TypeVar("M", bound=models.Model)


def save_all(rows: Sequence[M], columns: Sequence[str]) -> None:
    """Write these columns of rows that exist and are locked by the caller."""
    bulk.update(rows, columns)
