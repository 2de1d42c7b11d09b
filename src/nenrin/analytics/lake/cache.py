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
KEPT = 4


def name(files: Mapping[str, Sequence[str]], kinds: tuple[str, ...], *also: str) -> str:
    """The name for what is resolved from the files of these kinds."""
    said = [Path(path).name for kind in kinds for path in sorted(files.get(kind, []))]
    return blake2b("\n".join([*said, *also]).encode(), digest_size=16).hexdigest()


def prepare(db: duckdb.DuckDBPyConnection, folder: Path, build: Callable[[], None]) -> None:
    """See to it that the tables are in `folder`: `build` leaves them in the connection, where they do not stay."""
    if folder.exists():
        return
    build()
    _keep(db, folder)
    for table in TABLES:
        db.execute(f"drop table {table}")


def load(db: duckdb.DuckDBPyConnection, folder: Path, table: str, chosen: str = "true") -> None:
    """A temp table of the rows that are chosen. Raises duckdb.IOException where the folder was just swept away."""
    source = quoted(str(folder / f"{table}.parquet"))
    db.execute(f"create or replace temp table {table} as from read_parquet({source}) where {chosen}")


def _keep(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    fresh = folder.with_name(f".{uuid4().hex}")
    fresh.mkdir(parents=True)
    for table, order in TABLES.items():
        target = quoted(str(fresh / f"{table}.parquet"))
        db.execute(f"copy (from {table} order by {order}) to {target} (format parquet, row_group_size 20480)")
    try:
        fresh.rename(folder)
    except OSError:
        # Another session finished the same work first.
        shutil.rmtree(fresh, ignore_errors=True)
    _sweep(folder)


def _sweep(newest: Path) -> None:
    others = [path for path in newest.parent.iterdir() if path != newest and not path.name.startswith(".")]
    for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
