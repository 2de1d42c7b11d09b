"""The spool in a SQLite file of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from nenrin.ingest.spool.batches import Batch, SpooledBatch, SpoolUnavailable, Stranger, apart
from nenrin.ingest.spool.packing import pack, unpack

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

#: `body` comes last: counting pending events then never walks through the bodies' overflow pages.
SCHEMA = """
CREATE TABLE IF NOT EXISTS spooled (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, namespace TEXT NOT NULL, trusted INTEGER NOT NULL,
    received_at INTEGER NOT NULL, events INTEGER NOT NULL, shape TEXT NOT NULL, path_type TEXT, agent TEXT NOT NULL,
    retries INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tally (
    source INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (source, what)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stranger (
    key TEXT PRIMARY KEY, requests INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    agent TEXT NOT NULL) WITHOUT ROWID;
"""
INSERT = """INSERT INTO spooled (source, namespace, trusted, received_at, events, shape, path_type, agent, retries, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
STANDING = """SELECT 'received', source, n FROM tally WHERE what = 'received'
    UNION ALL SELECT 'pending', source, sum(events) FROM spooled WHERE id > ? GROUP BY source"""
COUNT = """INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"""
LATEST = """INSERT INTO tally VALUES (?, 'latest', ?) ON CONFLICT DO UPDATE SET n = max(n, excluded.n)"""
MEET = """INSERT INTO stranger VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    requests = requests + excluded.requests, last_at = max(last_at, excluded.last_at), agent = excluded.agent"""
FORGET = "DELETE FROM stranger WHERE key NOT IN (SELECT key FROM stranger ORDER BY last_at DESC LIMIT 200)"


class SqliteStore:
    """One connection a thread; each acknowledges only what is on the disk (synchronous=FULL)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def append(
        self,
        batches: Sequence[Batch],
        limited: Mapping[int, int] | None = None,
        strangers: Sequence[Stranger] = (),
    ) -> list[int]:
        rows = [_row(batch) for batch in batches]
        with self._transaction() as db:
            last = _last_id(db)
            db.executemany(INSERT, rows)
            db.executemany(COUNT, [(source, "received", n) for source, n in _received(batches).items()])
            db.executemany(COUNT, [(source, "limited", n) for source, n in (limited or {}).items()])
            db.executemany(LATEST, [(source, _micros(at)) for source, at in _latest(batches).items()])
            _meet(db, strangers)
        return list(range(last + 1, last + 1 + len(rows)))

    def read(self, after: int, limit_bytes: int) -> list[SpooledBatch]:
        found: list[SpooledBatch] = []
        size = 0
        with self._reading() as db:
            for row in db.execute("SELECT * FROM spooled WHERE id > ? ORDER BY id", (after,)):
                found.append(_batch(row))
                size += len(found[-1].body)
                if size >= limit_bytes:
                    break
        return found

    def delete(self, up_to: int) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM spooled WHERE id <= ?", (up_to,))

    def pending(self, after: int) -> dict[int, int]:
        with self._reading() as db:
            return dict(db.execute("SELECT source, sum(events) FROM spooled WHERE id > ? GROUP BY source", (after,)))

    def standing(self, after: int) -> tuple[dict[int, int], dict[int, int]]:
        with self._reading() as db:
            return apart(db.execute(STANDING, (after,)))

    def tally(self, what: str) -> dict[int, int]:
        with self._reading() as db:
            return dict(db.execute("SELECT source, n FROM tally WHERE what = ?", (what,)))

    def latest(self) -> dict[int, datetime]:
        return {source: _instant(n) for source, n in self.tally("latest").items()}

    def strangers(self) -> list[Stranger]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT key, requests, first_at, last_at, agent FROM stranger ORDER BY last_at DESC"
            ).fetchall()
        return [Stranger(key, n, _instant(first), _instant(last), agent) for key, n, first, last, agent in rows]

    def begin_above(self, version: int) -> None:
        with self._transaction() as db:
            if _last_id(db) < version:
                db.execute("DELETE FROM sqlite_sequence WHERE name = 'spooled'")
                db.execute("INSERT INTO sqlite_sequence VALUES ('spooled', ?)", (version,))

    def is_within_transaction(self) -> bool:
        return False

    def rest(self) -> None:
        """A file's connection costs nothing."""

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except sqlite3.Error as problem:
            # A connection that met a full disk or a vanished file is not trusted again.
            self._local.db = None
            raise SpoolUnavailable(f"{self.path}: {problem}") from problem

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.path, timeout=20, isolation_level=None, check_same_thread=False)
            db.execute(f"PRAGMA journal_mode={'WAL' if settings.SQLITE_IS_SOUND else 'DELETE'}")
            db.execute("PRAGMA synchronous=FULL")
            db.executescript(SCHEMA)
            self._local.db = db
        return db


def _last_id(db: sqlite3.Connection) -> int:
    """The highest id ever given, deleted or not."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'spooled'").fetchone()
    return row[0] if row else 0


def _row(batch: Batch) -> tuple[object, ...]:
    return (
        batch.source,
        batch.namespace,
        batch.trusted,
        _micros(batch.received_at),
        batch.events,
        batch.shape,
        batch.path_type,
        batch.agent,
        batch.retries,
        pack(batch.body),
    )


def _batch(row: tuple) -> SpooledBatch:  # type: ignore[type-arg]  # as SELECT * gives it
    id_, source, namespace, trusted, micros, events, shape, path_type, agent, retries, body = row
    at = _instant(micros)
    return SpooledBatch(
        id_, source, namespace, bool(trusted), at, events, unpack(body), shape, path_type, agent, retries
    )


def _received(batches: Sequence[Batch]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for batch in batches:
        counts[batch.source] = counts.get(batch.source, 0) + batch.events
    return counts


def _latest(batches: Sequence[Batch]) -> dict[int, datetime]:
    return {batch.source: batch.received_at for batch in sorted(batches, key=lambda batch: batch.received_at)}


def _meet(db: sqlite3.Connection, strangers: Sequence[Stranger]) -> None:
    if strangers:
        rows = [(s.key, s.requests, _micros(s.first_at), _micros(s.last_at), s.agent) for s in strangers]
        db.executemany(MEET, rows)
        db.execute(FORGET)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _instant(micros: int) -> datetime:
    return EPOCH + micros * MICROSECOND
