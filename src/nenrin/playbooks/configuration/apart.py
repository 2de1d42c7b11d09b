"""A look that writes only to take it back, apart from the database in which others write meanwhile."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from nenrin.foundation.sqlite.base import DatabaseWrapper

#: What is taken back anyway need not reach the disk; its journal is kept in memory, so that no second file appears.
LIGHT: Final = ["PRAGMA journal_mode=MEMORY", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-65536"]
#: Where a database file says how it is written, and how it says: without a log beside it.
FORMAT_AT: Final = 18
PLAIN: Final = b"\x01\x01"


@contextmanager
def copied() -> Iterator[None]:
    """On SQLite, which has one writer at a time, this thread reads and writes a copy of the database as it is now, which is
    gone afterwards, also where the process is killed. Needs as much room in NENRIN_HOME as the database has.

    PostgreSQL locks no more than the rows that are written: there, and within a transaction, it is the database itself.
    """
    original = connections[DEFAULT_DB_ALIAS]
    if not isinstance(original, DatabaseWrapper) or original.in_atomic_block:
        yield
        return
    copy = _Copy(original)
    connections[DEFAULT_DB_ALIAS] = copy
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = original
        copy.close()


class _Copy(DatabaseWrapper):
    """Made when it is first asked, in one go: of what others write at once meanwhile it has all or nothing."""

    def __init__(self, original: DatabaseWrapper) -> None:
        super().__init__({**original.settings_dict, "NAME": "a copy"}, original.alias)
        self._original = original

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """The file loses its name as soon as it is open: what personal data it has goes with the process."""
        self.init_commands = LIGHT
        with tempfile.NamedTemporaryFile(dir=settings.HOME, prefix=".copy-") as file:
            self._fill(Path(file.name))
            return super().get_new_connection({**conn_params, "database": file.name})

    def _fill(self, path: Path) -> None:
        self._original.ensure_connection()
        with closing(sqlite3.connect(path)) as made:
            made.execute("PRAGMA synchronous=OFF")
            self._original.connection.backup(made)
        with path.open("r+b") as file:
            file.seek(FORMAT_AT)
            file.write(PLAIN)
