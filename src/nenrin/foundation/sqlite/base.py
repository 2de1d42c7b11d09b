"""SQLite has one writer at a time. Its own way of waiting for one's turn is not used here, for two reasons.

It polls, soon no more than ten times a second: behind a writer of many short transactions (an import, the drain) such a
poller finds the door shut again and again, and one in a hundred waited more than a second. And it waits with the
connection's mutex in its hand: where the writer's search for garbage then comes upon a spent cursor of the waiting
thread, it waits for that mutex, in the middle of its transaction, until the one who waits for this transaction gives up.
So a statement that finds the door shut fails at once, and is tried again every few milliseconds.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base

POLL_SECONDS: Final = 0.003
WAIT_SECONDS: Final = 20.0
BUSY: Final = "database is locked"
T = TypeVar("T")


def patiently(attempt: Callable[[], T]) -> T:
    """The attempt's result, tried until the database is free; after WAIT_SECONDS the database's own error."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return attempt()
        except (sqlite3.OperationalError, OperationalError) as problem:
            if str(problem) != BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.5, 1.5) * POLL_SECONDS)


class Cursor(base.SQLiteCursorWrapper):
    """Its statements wait for their turn. What is refused for a lock has changed nothing."""

    def execute(self, query: str, params: Any = None) -> Any:
        return patiently(lambda: super(Cursor, self).execute(query, params))


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One that is set up with SQLite's own patience, and has none from then on."""
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout=0")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _commit(self) -> None:
        """With a rollback journal a commit waits for readers; refused, the transaction is as it was."""
        patiently(super()._commit)  # type: ignore[misc]  # not in the stubs
