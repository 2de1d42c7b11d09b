"""The query engine: DuckDB in memory, over lists of files."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from nenrin.analytics.lake import definitions

#: Engines kept by a process, the least recently used going first: a process has one lake, tests have many.
_KEPT = 2
_Key = tuple[int, int | None, str, str]
_engines: OrderedDict[_Key, duckdb.DuckDBPyConnection] = OrderedDict()
#: Connections of these engines that wait for their next borrower, with what is defined in them.
_idle: dict[_Key, list[duckdb.DuckDBPyConnection]] = {}
_lock = threading.Lock()


def connect(
    *, threads: int | None = None, memory: str = "700MB", spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory connection that keeps to a memory budget and spills beyond it."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "preserve_insertion_order": False,
    }
    if threads:
        config["threads"] = threads
    if spill:
        config["temp_directory"] = str(spill)
    return _prepared(duckdb.connect(":memory:", config=config))


def cursor(*, threads: int | None, memory: str, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection of its own, with its own temporary tables, to the engine that this process keeps for a lake.

    The engine remembers the footers of the files it has read: they are not opened again for every account.
    """
    key = (os.getpid(), threads, memory, str(spill))
    with _lock:
        if key not in _engines:
            _engines[key] = connect(threads=threads, memory=memory, spill=spill)
        _engines.move_to_end(key)
        while len(_engines) > _KEPT:
            gone, _ = _engines.popitem(last=False)
            _idle.pop(gone, None)
        return _prepared(_engines[key].cursor())


@contextmanager
def borrowed(*, threads: int | None, memory: str, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that others had before: what they defined through `definitions` still stands, and is not made again.

    For one borrower at a time; one that fails is not lent again.
    """
    key = (os.getpid(), threads, memory, str(spill))
    with _lock:
        idle = _idle.get(key)
        db = idle.pop() if idle else None
    if db is None:
        db = cursor(threads=threads, memory=memory, spill=spill)
    try:
        yield db
        db.execute("PRAGMA enable_optimizer")
    except BaseException:
        db.close()
        raise
    with _lock:
        if key in _engines and not definitions.is_spent(db) and len(_idle.setdefault(key, [])) < _KEPT:
            _idle[key].append(db)
            return
    db.close()


def _prepared(db: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    db.execute("set timezone = 'UTC'; set parquet_metadata_cache = true")
    return db


def file_list(files: Iterable[str]) -> str:
    """Paths as a DuckDB list literal."""
    return "[" + ", ".join(quoted(path) for path in files) + "]"


def quoted(text: str) -> str:
    """Text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
