"""The days asked for, put into the SQL of components and relations."""

from __future__ import annotations

from datetime import date


def bound(sql: str, first: date, last: date) -> str:
    """The SQL with the first and the last day asked for in the place of `:first` and `:last`.

    >>> bound("SELECT :first + 1 AS day", date(2026, 3, 1), date(2026, 3, 1))
    "SELECT DATE '2026-03-01' + 1 AS day"
    """
    return sql.replace(":first", f"DATE '{first}'").replace(":last", f"DATE '{last}'")
