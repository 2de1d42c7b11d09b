"""A query that is asked often with other values: Django writes its SQL once for each shape, not at each asking.

To write a wide union takes Django several times as long as the database takes to answer it. A query is written with a
`Place` wherever a value goes that differs from asking to asking; whatever else differs (a part that is left out, a list of
words) is another shape, to be written for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BigIntegerField, Expression, Field, Model, QuerySet

from nenrin.foundation import bulk

M = TypeVar("M", bound=Model)


class Place(Expression):
    """Stands in a query for a value that comes later; `field` turns it into what the driver takes.

    Arithmetic on it is the database's: a day that follows from another has a place of its own.
    """

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # Any: Django has no types for these
        return "%s", [self]

    def filled(self, value: Any) -> Any:  # Any: whatever the field holds
        return self.output_field.get_db_prep_value(value, connection)


class Numbers(Place):
    """For any number of whole numbers, in nenrin.foundation.bulk.among."""

    def __init__(self, name: str) -> None:
        super().__init__(name, BigIntegerField())

    def filled(self, value: Any) -> Any:  # Any: as above
        return bulk.parameter(value)


@dataclass(frozen=True, slots=True)
class Written:
    """SQL with what goes into it, values that never differ and places; and how columns become values, by their number."""

    sql: str
    parameters: tuple[Any, ...]  # Any: whatever the columns hold
    converters: Mapping[int, tuple[Sequence[Callable[[Any, Expression, Any], Any]], Expression]]

    def rows(self, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """The rows, as `values_list` gives them. Raises KeyError for a place without a value."""
        given = [one.filled(values[one.name]) if isinstance(one, Place) else one for one in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            return [self._converted(list(row)) for row in cursor.fetchall()]

    def _converted(self, row: list[Any]) -> Sequence[Any]:
        for number, (converters, expression) in self.converters.items():
            for convert in converters:
                row[number] = convert(row[number], expression, connection)
        return row


def written(rows: QuerySet[Any, Any]) -> Written:
    """Of rows of columns (`values_list`)."""
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    return Written(sql, tuple(parameters), compiler.get_converters([one for one, *_ in compiler.select]))


def instance(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """A row as Django would have read it with `only(*names)`: whatever else is asked of it costs a query. `names` are
    those of attributes ("account_id"), in any order."""
    told = dict(zip(names, values, strict=True))
    known = [field.attname for field in model._meta.concrete_fields if field.attname in told]
    return model.from_db(DEFAULT_DB_ALIAS, known, [told[name] for name in known])
