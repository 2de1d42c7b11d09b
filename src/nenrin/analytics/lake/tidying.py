"""Many small files made one, and files that no version names any more removed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from nenrin.analytics.lake.tables import Table

#: Files of a whole table beyond which its small ones are joined, and of one partition.
MOST_FILES: Final = 200
MOST_IN_PARTITION: Final = 8
#: Files of this size are left alone: joining is for tails.
LARGE_BYTES: Final = 64_000_000
#: A reader may still hold a list of files this old; backups pin longer.
KEPT_HOURS: Final = 24


def compact(table: Table, *, most: int = MOST_FILES, order: tuple[str, ...] = ()) -> list[str]:
    """Join the files of crowded partitions once the table has more than `most` beyond one each; returns the partitions.

    Rows stay the same and in one file each, sorted by `order`; readers of the old files are not disturbed, and a
    writer that appends meanwhile is not either.
    """
    by_partition = {value: _small(files) for value, files in table.files_by_partition().items()}
    spare = sum(max(len(files) - 1, 0) for files in by_partition.values())
    if spare <= most:
        return []
    crowded = sorted(by_partition.items(), key=lambda item: -len(item[1]))
    done = []
    for value, files in crowded:
        if len(files) > 1 and (len(files) > MOST_IN_PARTITION or spare > most):
            table.rewrite(files, _joined(files, order), value=value, data_change=False)
            spare -= len(files) - 1
            done.append(value)
    return done


def sweep(table: Table, *, hours: int = KEPT_HOURS) -> int:
    """Remove files that no version younger than `hours` names; returns how many. Not while a backup is running."""
    removed = table.open().vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=False)
    return len(removed)


def _small(files: list[str]) -> list[str]:
    return [file for file in files if Path(file).stat().st_size < LARGE_BYTES]


def _joined(files: list[str], order: tuple[str, ...]) -> pa.Table:
    rows = pa.concat_tables([pq.ParquetFile(Path(file)).read() for file in files])
    return rows.sort_by([(name, "ascending") for name in order]) if order else rows
