"""SQLite has one writer at a time, and who waits for its turn polls, soon no more than ten times a second. Behind a
writer of many short transactions (an import, the drain) such a poller finds the door shut again and again: one in a
hundred waited more than a second. Here a transaction asks every few milliseconds instead and gets the next gap.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError
from django.db.backends.sqlite3 import base

POLL_SECONDS: Final = 0.003
WAIT_SECONDS: Final = 20.0


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        with self._without_waiting():
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
                    return
                except OperationalError as problem:
                    if "locked" not in str(problem) or time.monotonic() > deadline:
                        raise
                time.sleep(random.uniform(0.5, 1.5) * POLL_SECONDS)

    @contextmanager
    def _without_waiting(self) -> Iterator[None]:
        """SQLite's own waiting put off, and on again for statements outside a transaction."""
        self.connection.execute("PRAGMA busy_timeout=0")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={int(WAIT_SECONDS * 1000)}")
