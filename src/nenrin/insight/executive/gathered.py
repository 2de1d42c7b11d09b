"""Many whole numbers of a group as one value: thousands of rows become one a group, which the database writes at once."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, TextField
from django.db.models.functions import Cast


class Gathered(Aggregate):
    """The numbers of a column, with commas between; read them by `numbers`."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def __init__(self, column: str, **extra: Any) -> None:  # Any: what Aggregate takes
        super().__init__(Cast(column, TextField()), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # Any: Django's own
        return self.as_sql(
            compiler, connection, function="STRING_AGG", template="%(function)s(%(expressions)s, ',')", **extra
        )


def numbers(text: str) -> map[int]:
    """In the order in which they were written, which is any.

    >>> list(numbers("3,1"))
    [3, 1]
    """
    return map(int, text.split(","))
