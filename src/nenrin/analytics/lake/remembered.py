"""What a process remembers of the facts, file by file: files never change, so only new ones are read.

- `days`: on which days, known from when, anything of a kind was said: of the kinds asked about for everybody.
- `moved`: facts that have been of more than one account, which are not found by their account alone.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from nenrin.analytics.lake import facts
from nenrin.analytics.lake.engine import file_list

Day = tuple[str, date, date]
#: Kinds of which it matters whether anybody's are heard of.
HEARD: Final = ("ticket", "touch", "invoice")
DAYS = """
select distinct filename, {valid_on} as day, known_on from read_parquet({files}, hive_partitioning = false, filename = true)
where not gone
"""
# Of the keys in new files only: the others are as they were.
MOVED = """
select kind, key from read_parquet({files}, hive_partitioning = true)
where (kind, key) in (select (kind, key) from read_parquet({fresh}, hive_partitioning = true))
group by kind, key having count(distinct coalesce(account, 0)) > 1
"""
_MOST = 4
_memories: dict[tuple[Path, str], Memory] = {}
_lock = threading.Lock()


_SCHEMA = pa.schema([("kind", pa.string()), ("day", pa.date32()), ("known_on", pa.date32())])


@dataclass(slots=True)
class Memory:
    """Of one lake, in one process."""

    days: dict[str, frozenset[Day]] = field(default_factory=dict)
    table: pa.Table = field(default_factory=_SCHEMA.empty_table)
    seen: frozenset[str] = frozenset()
    moved: frozenset[tuple[str, str]] = frozenset()


def days(db: duckdb.DuckDBPyConnection, path: Path, files: Mapping[str, Sequence[str]], zone: ZoneInfo) -> pa.Table:
    """Columns kind, day, known_on: what was said of the kinds in HEARD, of anybody."""
    there = {path: kind for kind in HEARD for path in files.get(kind, ())}
    with _lock:
        memory = _memory(path, zone)
        if there.keys() != memory.days.keys():
            kept = {path: found for path, found in memory.days.items() if path in there}
            fresh = [path for path in there if path not in kept]
            memory.days = kept | _days(db, fresh, there, zone)
            memory.table = _table({day for found in memory.days.values() for day in found})
        return memory.table


def moved(
    db: duckdb.DuckDBPyConnection, path: Path, files: Mapping[str, Sequence[str]], zone: ZoneInfo
) -> frozenset[tuple[str, str]]:
    """(kind, key) of the facts that have been of more than one account."""
    there = frozenset(path for kind, _ in facts.VIEWS.values() for path in files.get(kind, ()))
    with _lock:
        memory = _memory(path, zone)
        if there != memory.seen:
            # Where files are gone (joined, rewritten), all keys are looked at anew.
            grown = memory.seen <= there
            found = _moved(db, there, there - memory.seen if grown else there)
            memory.moved, memory.seen = (memory.moved | found if grown else found), there
        return memory.moved


def _memory(path: Path, zone: ZoneInfo) -> Memory:
    if len(_memories) > _MOST:
        _memories.clear()
    return _memories.setdefault((path, zone.key), Memory())


def _days(
    db: duckdb.DuckDBPyConnection, fresh: Sequence[str], kinds: Mapping[str, str], zone: ZoneInfo
) -> dict[str, frozenset[Day]]:
    found: dict[str, set[Day]] = {path: set() for path in fresh}
    if fresh:
        query = DAYS.format(valid_on=facts.valid_on(zone), files=file_list(fresh))
        for path, day, known in db.execute(query).fetchall():
            found[path].add((kinds[path], day, known))
    return {path: frozenset(days) for path, days in found.items()}


def _moved(db: duckdb.DuckDBPyConnection, there: Collection[str], fresh: Collection[str]) -> frozenset[tuple[str, str]]:
    if not fresh:
        return frozenset()
    query = MOVED.format(files=file_list(sorted(there)), fresh=file_list(sorted(fresh)))
    return frozenset((kind, key) for kind, key in db.execute(query).fetchall())


def _table(days: Iterable[Day]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(_SCHEMA.names, day, strict=True)) for day in sorted(days)], schema=_SCHEMA)
