"""The query engine: DuckDB in memory, over lists of files."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

import duckdb

#: Engines kept by a process, the least recently used going first: a process has one lake, tests have many.
_KEPT = 2
_Key = tuple[int, int | None, str, str]
_engines: OrderedDict[_Key, duckdb.DuckDBPyConnection] = OrderedDict()
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
            _engines.popitem(last=False)
        return _prepared(_engines[key].cursor())


def _prepared(db: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    db.execute("set timezone = 'UTC'; set parquet_metadata_cache = true")
    return db


def file_list(files: Iterable[str]) -> str:
    """Paths as a DuckDB list literal."""
    return "[" + ", ".join(quoted(path) for path in files) + "]"


def quoted(text: str) -> str:
    """Text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
