"""Rows of projections written by the thousand: one prepared statement, insert or replace by key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection, models

JSON = msgspec.json.Encoder(enc_hook=str)
_ROUND = 2_000


def upsert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, unique: Sequence[str],
    update: Sequence[str],
) -> int:  # fmt: skip
    """Insert rows (values in the order of `columns`, which are attribute names), or update `update` of those there.

    Without `update` rows that are there stay as they are. Callers hold the transaction. Returns how many were sent.
    """
    prepared = [[_value(value) for value in row] for row in rows]
    statement = _statement(model, columns, unique, update)
    with connection.cursor() as cursor:
        for start in range(0, len(prepared), _ROUND):
            cursor.executemany(statement, prepared[start : start + _ROUND])
    return len(prepared)


def _statement(model: type[models.Model], columns: Sequence[str], unique: Sequence[str], update: Sequence[str]) -> str:
    quote = connection.ops.quote_name
    named = {field.attname: quote(str(field.column)) for field in model._meta.concrete_fields}
    names = ", ".join(named[column] for column in columns)
    key = ", ".join(named[column] for column in unique)
    changed = ", ".join(f"{named[column]} = excluded.{named[column]}" for column in update)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
    return f"{into} ON CONFLICT ({key}) DO {f'UPDATE SET {changed}' if update else 'NOTHING'}"


def _value(value: Any) -> Any:
    """As the driver wants it. Lists and dictionaries are JSON; a set of columns never mixes them with plain text."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, dict | list | tuple):
        return JSON.encode(value).decode()
    return value
