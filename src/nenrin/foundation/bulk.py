"""Making, inserting and changing many rows at once, several times as fast as models' constructors and `bulk_create`.

`bulk_create` composes a statement of up to 999 values and prepares each value anew; here one statement is prepared
once and every column converts its values directly. For plain inserts of whole rows: no signals, no conflicts handled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models.base import ModelState
from django.db.models.expressions import Expression, RawSQL

M = TypeVar("M", bound=models.Model)
Converter = Callable[[Any], Any]
_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def plain(value: Any) -> Any:  # Any: whatever a payload holds
    """What JSON has no word for, in its words: lazy and marked text as text, the rest as Django writes it."""
    return str.__str__(value) if isinstance(value, str) else DjangoJSONEncoder().default(value)


_encoder = msgspec.json.Encoder(enc_hook=plain)


def made(model: type[M], **columns: Any) -> M:  # Any: whatever the columns hold
    """An unsaved row as `model(**columns)` makes it, by columns' names (`account_id`, not `account`), unchecked."""
    plain, fresh = _defaults(model)
    row = model.__new__(model)
    held = row.__dict__
    held["_state"] = ModelState()
    held.update(plain)
    for name, default in fresh:
        held[name] = default()
    held.update(columns)
    return row


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Every column's default: those that never change, and those to be called for each row."""
    columns = model._meta.concrete_fields
    called_for = [column for column in columns if column.has_default() and callable(column.default)]
    fresh = [(column.attname, column.get_default) for column in called_for]
    return {column.attname: column.get_default() for column in columns if column not in called_for}, fresh


def insert(rows: Sequence[M]) -> list[M]:
    """Insert new rows of one model in the order given; each gets its id. Raises IntegrityError as any insert does."""
    if not rows:
        return []
    model = type(rows[0])
    columns, own, alias = list(model._meta.concrete_fields), model._meta.pk.attname, connection.alias
    with transaction.atomic(), connection.cursor() as cursor:
        for row, key in zip(rows, _keys(model, len(rows), cursor), strict=True):
            row.__dict__[own] = key
        cursor.executemany(_statement(model, columns), _values(rows, columns))
    for row in rows:
        row._state.adding, row._state.db = False, alias
    return list(rows)


def update(rows: Sequence[M], names: Sequence[str]) -> None:
    """Write these fields of rows of one model that exist, by their ids: one prepared statement, a row each."""
    if not rows:
        return
    model, quote = type(rows[0]), connection.ops.quote_name
    own = model._meta.pk
    fields = [model._meta.get_field(name) for name in names]
    columns = [field for field in fields if isinstance(field, models.Field)]
    assigned = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {assigned} WHERE {quote(str(own.column))} = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, _values(rows, [*columns, own]))


def among(numbers: Sequence[int] | Expression) -> RawSQL:
    """For `filter(account__in=among(ids))`: any number of whole numbers as one parameter, instead of one for each; or the
    place for them (see nenrin.foundation.prepared)."""
    given = numbers if isinstance(numbers, Expression) else parameter(numbers)
    if connection.vendor == "postgresql":
        return RawSQL("select unnest(%s::bigint[])", [given])
    return RawSQL("select value from json_each(%s)", [given])


def parameter(numbers: Sequence[int]) -> list[int] | str:
    """As the database takes them."""
    return list(numbers) if connection.vendor == "postgresql" else _encoder.encode(numbers).decode()


def _statement(model: type[models.Model], columns: Sequence[models.Field[Any, Any]]) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"


def _keys(model: type[models.Model], count: int, cursor: Any) -> Sequence[int]:  # Any: Django's cursor wrapper
    """Ids of the table's own sequence. On SQLite the transaction is the only writer, so counting on is safe."""
    table, pk = model._meta.db_table, str(model._meta.pk.column)
    if connection.vendor == "postgresql":
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, pk, count])
        return [key for (key,) in cursor.fetchall()]
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    found = cursor.fetchone()
    last = int(found[0]) if found else 0
    return range(last + 1, last + 1 + count)


def _values(rows: Sequence[models.Model], columns: Sequence[models.Field[Any, Any]]) -> list[list[Any]]:
    """What the driver is given, row by row: most columns as the row holds them, the others converted."""
    held = itemgetter(*(column.attname for column in columns))
    found = [list(held(row.__dict__)) for row in rows]
    for place, column in enumerate(columns):
        if convert := _converter(column):
            for values in found:
                values[place] = convert(values[place])
    return found


def _converter(column: models.Field[Any, Any]) -> Converter | None:
    if isinstance(column, models.JSONField):
        return _as_json
    if isinstance(column, models.DateTimeField):
        return lru_cache(64)(connection.ops.adapt_datetimefield_value)  # rows made together share their instants
    if isinstance(column, models.DateField):
        return connection.ops.adapt_datefield_value
    if isinstance(column, _AS_THEY_ARE):
        return None
    return lambda value: column.get_db_prep_save(value, connection)


def _as_json(value: Any) -> str | None:
    return None if value is None else _encoder.encode(value).decode()
