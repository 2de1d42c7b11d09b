"""Resolved links kept beside the lake, under a name made of the files they came from: never stale, free to lose."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import duckdb

from nenrin.analytics.lake.engine import quoted

TABLES = {"links": "account", "persons": "key", "survivors": "account"}
SOURCES = "sources.txt"
KEPT = 4


def sources(files: Mapping[str, Sequence[str]], kinds: tuple[str, ...], *also: str) -> list[str]:
    """What is resolved from the files of these kinds, in words."""
    return [*(Path(path).name for kind in kinds for path in sorted(files.get(kind, []))), *also]


def folder(kept: Path, said: Sequence[str]) -> Path:
    """Where that lies."""
    return kept / blake2b("\n".join(said).encode(), digest_size=16).hexdigest()


def base(kept: Path, said: Sequence[str]) -> tuple[Path, frozenset[str]] | None:
    """The newest folder that was resolved from a part of these sources, and from which; None where there is none."""
    for place in sorted(_folders(kept), key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            part = frozenset((place / SOURCES).read_text(encoding="utf-8").splitlines())
        except OSError:
            continue  # of an earlier release, or swept away meanwhile
        if part <= set(said):
            return place, part
    return None


def prepare(db: duckdb.DuckDBPyConnection, place: Path, said: Sequence[str], build: Callable[[], None]) -> None:
    """See to it that the tables are in their folder: `build` leaves them in the connection, where they do not stay."""
    if place.exists():
        return
    build()
    _keep(db, place, said)
    for table in TABLES:
        db.execute(f"drop table {table}")


def load(db: duckdb.DuckDBPyConnection, folder: Path, table: str, chosen: str = "true") -> None:
    """A temp table of the rows that are chosen. Raises duckdb.IOException where the folder was just swept away."""
    source = quoted(str(folder / f"{table}.parquet"))
    db.execute(f"create or replace temp table {table} as from read_parquet({source}) where {chosen}")


def _keep(db: duckdb.DuckDBPyConnection, folder: Path, said: Sequence[str]) -> None:
    fresh = folder.with_name(f".{uuid4().hex}")
    fresh.mkdir(parents=True)
    for table, order in TABLES.items():
        target = quoted(str(fresh / f"{table}.parquet"))
        db.execute(f"copy (from {table} order by {order}) to {target} (format parquet, row_group_size 20480)")
    (fresh / SOURCES).write_text("\n".join(said), encoding="utf-8")
    try:
        fresh.rename(folder)
    except OSError:
        # Another session finished the same work first.
        shutil.rmtree(fresh, ignore_errors=True)
    _sweep(folder)


def _sweep(newest: Path) -> None:
    others = [path for path in _folders(newest.parent) if path != newest]
    for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _folders(kept: Path) -> list[Path]:
    return [path for path in kept.iterdir() if not path.name.startswith(".")] if kept.exists() else []
