"""The spool: what the tracking door has accepted and the drain has not yet stored.

A batch is in the spool, on the disk, before its client reads 200. Each process has one writer thread that puts all
waiting batches into one transaction (group commit); request threads wait for theirs. Ids rise in the order of
commits and are never used again, so "everything above id N" is exact for a reader that remembers N.

Storage: `NENRIN_HOME/spool.sqlite3`, a file of its own, so that accepting never waits for a page's write; the table
`ingest_spooled` where the application database is PostgreSQL.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from nenrin.ingest.spool.batches import Batch, Shape, SpoolBusy, SpooledBatch, SpoolUnavailable, Stranger
from nenrin.ingest.spool.postgres import PostgresStore
from nenrin.ingest.spool.sqlite import SqliteStore
from nenrin.ingest.spool.store import Store
from nenrin.ingest.spool.writer import Writer

__all__ = [
    "Batch",
    "Shape",
    "SpoolBusy",
    "SpoolUnavailable",
    "SpooledBatch",
    "Stranger",
    "begin_above",
    "delete",
    "latest",
    "limited",
    "note_limited",
    "note_stranger",
    "pending",
    "put",
    "put_many",
    "read",
    "received",
    "strangers",
]

_open: dict[str, tuple[Store, Writer]] = {}


def put(batch: Batch) -> int:
    """Store one batch; returns its id once it is on the disk. Raises SpoolBusy, SpoolUnavailable: nothing was kept.

    On PostgreSQL, inside a caller's transaction, the batch belongs to that transaction (and so do counts).
    """
    store, writer = _current()
    if store.is_within_transaction():
        return store.append([batch])[0]
    return writer.put(batch)


def put_many(batches: Sequence[Batch]) -> list[int]:
    """Store many batches in one transaction (the simulator, history); ids in the order given."""
    return _current()[0].append(batches)


def read(after: int = 0, limit_bytes: int = 8_000_000) -> list[SpooledBatch]:
    """Batches above id `after`, oldest first, until their bodies exceed `limit_bytes`; at least one if there is any."""
    return _current()[0].read(after, limit_bytes)


def delete(up_to: int) -> None:
    """Forget batches up to and with id `up_to`. Safe to repeat."""
    _current()[0].delete(up_to)


def pending(after: int = 0) -> dict[int, int]:
    """Events that wait, by source; only of batches above id `after`."""
    return _current()[0].pending(after)


def received() -> dict[int, int]:
    """Events ever accepted, by source: counted in the transaction that stored their batch."""
    return _current()[0].tally("received")


def standing(after: int) -> tuple[dict[int, int], dict[int, int]]:
    """Events ever accepted, and those that wait above batch `after`, by source, as they stood at one instant."""
    return _current()[0].standing(after)


def limited() -> dict[int, int]:
    """Events ever refused for coming too fast, by source: "at least", for clients send them again."""
    return _current()[0].tally("limited")


def latest() -> dict[int, datetime]:
    """When each source last delivered."""
    return _current()[0].latest()


def strangers() -> list[Stranger]:
    """Write keys that nobody knows, the latest first."""
    return _current()[0].strangers()


def note_limited(source: int, events: int) -> None:
    """Count refused events; written within a second, in a batch with others."""
    store, writer = _current()
    if store.is_within_transaction():
        store.append([], {source: events})
    else:
        writer.note_limited(source, events)


def note_stranger(key: str, agent: str, at: datetime) -> None:
    """Count a request with an unknown write key; written within a second."""
    store, writer = _current()
    if store.is_within_transaction():
        store.append([], strangers=[Stranger(key, 1, at, at, agent)])
    else:
        writer.note_stranger(key, agent, at)


def begin_above(version: int) -> None:
    """Let the next id be above `version`: after a restore the lake may know later ids than the spool does."""
    _current()[0].begin_above(version)


def _current() -> tuple[Store, Writer]:
    """The store of this home and its writer, made on first use; a forked child makes its own."""
    name = "postgres" if connection.vendor == "postgresql" else str(settings.HOME)
    found = _open.get(name)
    if found is None:
        store = PostgresStore() if name == "postgres" else SqliteStore(settings.HOME / "spool.sqlite3")
        found = _open.setdefault(name, (store, Writer(store)))
    return found


os.register_at_fork(after_in_child=_open.clear)
