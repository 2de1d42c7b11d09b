"""What stands under which name in a connection, so that one that is kept does not define the same again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

import duckdb

_SPENT: Final = "not to be used again"
_standing: WeakKeyDictionary[duckdb.DuckDBPyConnection, dict[str, Hashable]] = WeakKeyDictionary()


def define(db: duckdb.DuckDBPyConnection, name: str, sql: str, *, reads: str = "") -> None:
    """Run the statement that creates the name, unless it was created here by the same.

    A view reads what its names mean when it is asked; a table must also say which name it `reads`.
    """
    once(db, name, (sql, standing(db, reads)), partial(db.execute, sql))


def once(db: duckdb.DuckDBPyConnection, name: str, source: Hashable, make: Callable[[], object]) -> None:
    """Make what stands under the name, unless it was made here of the same source."""
    names = _standing.setdefault(db, {})
    if name not in names or names[name] != source:
        names.pop(name, None)
        make()
        names[name] = source


def standing(db: duckdb.DuckDBPyConnection, name: str) -> Hashable:
    """What the name was made of in this connection; None where nothing stands under it."""
    return _standing.get(db, {}).get(name)


def spend(db: duckdb.DuckDBPyConnection) -> None:
    """Tables come and go in the connection that nobody looks after: what stands is made anew, and it is not kept."""
    _standing[db] = {_SPENT: True}


def is_spent(db: duckdb.DuckDBPyConnection) -> bool:
    return standing(db, _SPENT) is not None
