"""A Delta table that is appended to exactly once per application version, and is on the disk when that returns.

The files are written and fsynced before the log entry that names them, and the log entry before `append`
returns: the library itself syncs nothing, and a power cut must not leave a log naming files that are not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nenrin.analytics.lake import delta, disk
from nenrin.analytics.lake.schemas import REPEATING

# Only these columns may ever have minima and maxima in the log.
CONFIGURATION = {"delta.dataSkippingStatsColumns": "valid_at", "delta.checkpointInterval": "50"}
COMPRESSION = "zstd"
#: What looks, just before a commit, whether its rows may still be written; raises where they may not.
Check = Callable[[], None]
# Columns with minima and maxima inside the files, so that groups of rows can be passed over: never text.
STATISTICS = ("valid_at", "known_on", "account")
ROWS_IN_GROUP = 32_768


class Fenced(Exception):
    """The table was fenced, or committed to by the same writer, while this append was on its way: begin anew."""


class LogLost(Exception):
    """The table's log no longer reaches back to that version; read the table whole instead."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit did to one partition: `added` files, and whether anything was taken away."""

    partition: str
    added: tuple[str, ...]
    rewritten: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version of a table: its files under the text of their partition's value, and what its log entry looks like.

    `table` is at this version: to be asked, never to be written with.
    """

    version: int
    stamp: tuple[int, int, int]
    files: Mapping[str, Sequence[str]]
    table: delta.DeltaTable


_SNAPSHOTS = 16
_snapshots: dict[Path, Snapshot] = {}


@dataclass(frozen=True, slots=True)
class Table:
    """A Delta table at `path` with Arrow `schema`, split into folders by the column `partition`."""

    path: Path
    schema: pa.Schema
    partition: str

    def open(self) -> delta.DeltaTable:
        """The table at its newest version; created empty when it does not exist."""
        if not delta.DeltaTable.is_deltatable(str(self.path)):
            self._create()
        return delta.DeltaTable(str(self.path))

    def version(self, app: str) -> int:
        """The last version that `app` has committed; -1 before the first."""
        found = self.snapshot().table.transaction_version(app)
        return -1 if found is None else int(found)

    def append(self, rows: pa.Table, *, app: str, version: int, check: Check | None = None) -> bool:
        """Add rows once. False, and nothing written, when `app` has already committed this version.

        `check` may raise: it looks at what the rows were made upon. Raises Fenced where a fence for `app` was put up, or
        `app` has committed, since it looked. Safe to repeat after a crash: files without a log entry are never read.
        """
        table = self.open()
        done = table.transaction_version(app)
        if done is not None and done >= version:
            return False
        if check is not None:
            check()
        added = [self._write(part, value) for value, part in self._parts(rows.cast(self.schema))]
        try:
            self._commit(table, added, app, version)
        except delta.CommitFailedError as problem:
            raise Fenced(f"{app} {version}: {problem}") from problem
        return True

    def fence(self, apps: Sequence[str]) -> None:
        """Let no append of these applications that has begun come to an end; what begins after this is not concerned.

        A process that was stopped for however long meets it when it commits. Safe to repeat.
        """
        table = self.open()
        found = [(app, table.transaction_version(app)) for app in apps]
        standing = [delta.Transaction(app, -1 if version is None else version) for app, version in found]
        self._commit_actions(table, [], [], delta.CommitProperties(app_transactions=standing))

    def files(self, partitions: Iterable[str] | None = None) -> list[str]:
        """Paths of the files of the newest version, of some partitions or of all."""
        paths = [_local(uri) for uri in self.open().file_uris()]
        if partitions is None:
            return sorted(paths)
        wanted = {f"/{self.partition}={_folder(value)}/" for value in partitions}
        return sorted(path for path in paths if "/" + Path(path).parent.name + "/" in wanted)

    def files_by_partition(self, version: int | None = None) -> dict[str, list[str]]:
        """Paths of the files of a version, or the newest, under the text of their partition's value."""
        if version is None or version < 0:
            return {value: list(files) for value, files in self.snapshot().files.items()}
        return _partitioned(delta.DeltaTable(str(self.path), version=version))

    def fingerprint(self, partitions: Iterable[str]) -> str:
        """A word for what some partitions hold: another one as soon as a file of theirs comes or goes (128 bits, hex)."""
        files = self.snapshot().files
        names = [Path(path).name for value in sorted(partitions) for path in sorted(files.get(value, ()))]
        return blake2b("\n".join(names).encode(), digest_size=16).hexdigest()

    def snapshot(self) -> Snapshot:
        """The newest version; read again only when the log has gained an entry, which costs one look at the folder."""
        log = self.path / "_delta_log"
        found = _snapshots.get(log)
        if found is None or _entry(log, found.version + 1).exists() or _stamp(log, found.version) != found.stamp:
            table = self.open()
            version = int(table.version())
            found = Snapshot(version, _stamp(log, version), _partitioned(table), table)
            if len(_snapshots) >= _SNAPSHOTS:
                _snapshots.clear()
            _snapshots[log] = found
        return found

    def changes(self, after: int) -> tuple[int, list[Change]]:
        """The newest version, and what changed in which partition since version `after` (compaction left out).

        Raises LogLost when an entry in between is gone.
        """
        newest = self.snapshot().version
        found: dict[str, tuple[list[str], bool]] = {}
        for version in range(after + 1, newest + 1):
            for action, verb in self._actions(version):
                added, rewritten = found.get(_partition(action, self.partition), ([], False))
                if verb == "add":
                    added.append(str(self.path / unquote(action["path"])))
                found[_partition(action, self.partition)] = (added, rewritten or verb == "remove")
        return newest, [Change(key, tuple(added), rewritten) for key, (added, rewritten) in found.items()]

    def rewrite(self, old: list[str], rows: pa.Table, *, value: str, data_change: bool) -> None:
        """Replace files of one partition by one file in one commit: compaction, or erasure (`data_change`).

        `rows` have the columns of the files, which is all but the partition's own.
        """
        table = self.open()
        known = {_local(uri) for uri in table.file_uris()}
        fresh = [self._write(rows, value, data_change)] if rows.num_rows else []
        now = fresh[0].modification_time if fresh else _touched(self.path / "_delta_log" / "removal")
        removed = [self._removal(path, value, data_change, now) for path in old if path in known]
        self._commit_actions(table, [*fresh, *removed], fresh, delta.CommitProperties())

    def _create(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        delta.DeltaTable.create(
            str(self.path),
            schema=delta.Schema.from_arrow(self.schema),
            mode="ignore",
            partition_by=[self.partition],
            configuration=CONFIGURATION,
        )
        log = self.path / "_delta_log"
        disk.sync(log.iterdir(), self.path.parent)

    def _parts(self, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
        """Rows by partition value, each in its original order."""
        column = rows.column(self.partition)
        values = pc.unique(column)
        if len(values) == 1:
            yield str(values[0].as_py()), rows
            return
        order = pc.sort_indices(rows, sort_keys=[(self.partition, "ascending")])
        rows, start = rows.take(order), 0
        for run in pc.run_end_encode(rows.column(self.partition).combine_chunks()).run_ends if len(values) else []:
            yield str(rows.column(self.partition)[start].as_py()), rows.slice(start, run.as_py() - start)
            start = run.as_py()

    def _write(self, rows: pa.Table, value: str, data_change: bool = True) -> delta.AddAction:
        name = f"{self.partition}={_folder(value)}/{uuid4().hex}.parquet"
        place = self.path / name
        place.parent.mkdir(exist_ok=True)
        columns = rows.select([name for name in self.schema.names if name != self.partition])
        pq.write_table(
            columns,
            place,
            compression=COMPRESSION,
            use_dictionary=[name for name in REPEATING if name in columns.column_names],
            write_statistics=[name for name in STATISTICS if name in columns.column_names],
            row_group_size=ROWS_IN_GROUP,
        )
        size, modified = _size_and_time(place)
        stats = json.dumps({"numRecords": rows.num_rows})
        return delta.AddAction(quote(name, safe="/=-_.~"), size, {self.partition: value}, modified, data_change, stats)

    def _removal(self, path: str, value: str, data_change: bool, removed_ms: int) -> delta.RemoveAction:
        name = quote(str(Path(path).relative_to(self.path)), safe="/=-_.~")
        size, _ = _size_and_time(Path(path))
        return delta.RemoveAction(
            path=name, data_change=data_change, deletion_timestamp=removed_ms,
            partition_values={self.partition: value}, size=size,
        )  # fmt: skip

    def _commit(self, table: delta.DeltaTable, added: list[delta.AddAction], app: str, version: int) -> None:
        properties = delta.CommitProperties(app_transactions=[delta.Transaction(app, version)])
        self._commit_actions(table, added, added, properties)

    def _commit_actions(
        self, table: delta.DeltaTable, actions: Sequence[delta.AddAction | delta.RemoveAction], fresh: list[delta.AddAction],
        properties: delta.CommitProperties,
    ) -> None:  # fmt: skip
        before = table.version()
        disk.sync([self.path / unquote(action.path) for action in fresh], self.path)
        table.create_write_transaction(
            list(actions), mode="append", schema=delta.Schema.from_arrow(self.schema), partition_by=[self.partition],
            commit_properties=properties,
        )  # fmt: skip
        self._sync_log(before)

    def _sync_log(self, after: int) -> None:
        """Everything the log gained since a version: entries, and a checkpoint if one was due."""
        log = self.path / "_delta_log"
        fresh = [path for path in log.iterdir() if path.name[:20].isdigit() and int(path.name[:20]) > after]
        pointer = log / "_last_checkpoint"
        disk.sync([*fresh, pointer] if pointer.exists() else fresh, self.path)

    def _actions(self, version: int) -> Iterator[tuple[dict[str, Any], str]]:
        entry = _entry(self.path / "_delta_log", version)
        if not entry.exists():
            raise LogLost(f"{entry} is no longer there")
        for line in entry.read_text(encoding="utf-8").splitlines():
            for verb, action in json.loads(line).items():
                if verb in ("add", "remove") and action.get("dataChange", True):
                    yield action, verb


def _entry(log: Path, version: int) -> Path:
    return log / f"{version:020d}.json"


def _stamp(log: Path, version: int) -> tuple[int, int, int]:
    """Another table in the same place (a restore) has other entries."""
    try:
        found = _entry(log, version).stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return found.st_ino, found.st_mtime_ns, found.st_size


def _partitioned(table: delta.DeltaTable) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(_local(uri) for uri in table.file_uris()):
        found.setdefault(_value(Path(path).parent.name), []).append(path)
    return found


def _partition(action: dict[str, Any], column: str) -> str:
    values = action.get("partitionValues")
    return values[column] if values else _value(Path(unquote(action["path"])).parent.name)


def _size_and_time(path: Path) -> tuple[int, int]:
    """Bytes, and milliseconds since 1970 at which the file was last written."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns // 1_000_000


def _touched(path: Path) -> int:
    """Now in milliseconds, as the file system says: a removal that leaves no file behind needs a time of its own."""
    path.touch()
    found = _size_and_time(path)[1]
    path.unlink()
    return found


def _folder(value: str | date) -> str:
    return quote(str(value), safe="")


def _value(folder: str) -> str:
    return unquote(folder.partition("=")[2])


def _local(uri: str) -> str:
    return unquote(uri.removeprefix("file://")) if uri.startswith("file://") else uri
