"""Rows of projections written by the thousand: one prepared statement, insert or replace by key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection, models

JSON = msgspec.json.Encoder(enc_hook=str)
_ROUND = 2_000
_AS_THEY_ARE = frozenset((int, float, str, bool, type(None)))


def upsert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, unique: Sequence[str],
    update: Sequence[str],
) -> int:  # fmt: skip
    """Insert rows (values in the order of `columns`, which are attribute names), or update `update` of those there.

    Without `update` rows that are there stay as they are. Callers hold the transaction. Returns how many were sent.
    """
    prepared = _prepared(rows)
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


def _prepared(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows as the driver wants them; columns that it takes as they are, are not looked through value by value."""
    plain = _Values().of
    columns = (
        column if _AS_THEY_ARE.issuperset(map(type, column)) else map(plain, column)
        for column in zip(*rows, strict=True)
    )
    return list(zip(*columns, strict=True))


class _Values:
    """As the driver wants them. Lists and dictionaries are JSON; days and instants repeat, so each is written once."""

    def __init__(self) -> None:
        self._days: dict[date, Any] = {}

    def of(self, value: Any) -> Any:
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind in (dict, list, tuple):
            return JSON.encode(value).decode()
        if value not in self._days:
            ops = connection.ops
            adapt = ops.adapt_datetimefield_value if isinstance(value, datetime) else ops.adapt_datefield_value
            self._days[value] = adapt(value)
        return self._days[value]
