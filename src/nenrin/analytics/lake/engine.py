"""The query engine: DuckDB in memory, over lists of files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb


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
    db = duckdb.connect(":memory:", config=config)
    db.execute("set timezone = 'UTC'; set parquet_metadata_cache = true")
    return db


def file_list(files: Iterable[str]) -> str:
    """Paths as a DuckDB list literal."""
    return "[" + ", ".join(quoted(path) for path in files) + "]"


def quoted(text: str) -> str:
    """Text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
