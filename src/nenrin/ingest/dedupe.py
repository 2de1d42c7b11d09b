"""De-duplication per (source, message id), exact over a window of arrival days.

The ids that were stored lie in Parquet files by day of arrival, each named by the last batch it covers. A drain looks
only at files up to the batch it has settled, so repeating a drain never meets its own ids; files beyond that are the
leavings of a crash. Only a hash is scanned; hits are confirmed on the whole id.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb

from nenrin.analytics.lake import disk
from nenrin.analytics.lake.engine import file_list, quoted

WINDOW_DAYS: Final = 30
#: Files of one day beyond which they are made one.
MOST_FILES: Final = 32

NO_KEYS = "select 0::ubigint as id_hash, 0 as source, '' as event_id, 0::ubigint as body_hash where false"
# The batch is the small side: its hashes are probed by one pass over the window.
JUDGED = """
create or replace temp table hashed as
select *, md5_number_lower(source || '|' || event_id) as id_hash from normal;
create or replace temp table met as
select source, event_id, any_value(body_hash) as body_hash from ({keys}) k
semi join hashed h on k.id_hash = h.id_hash group by source, event_id;
create or replace temp table repeated as
select source, event_id, min((batch, place)) as first, arg_min(body_hash, (batch, place)) as body_hash
from hashed where not coalesce(has_long_id, false) group by source, event_id having count(*) > 1;
create or replace temp table judged as
select h.*, case
    when h.has_long_id then 'id_too_long'
    when m.event_id is not null then if(m.body_hash = h.body_hash, 'duplicate', 'id_reuse')
    when r.event_id is not null and r.first <> (h.batch, h.place)
      then if(r.body_hash = h.body_hash, 'duplicate', 'id_reuse')
    else 'stored' end as verdict
from hashed h
left join met m on h.source = m.source and h.event_id = m.event_id
left join repeated r on h.source = r.source and h.event_id = r.event_id
"""
KEPT = """
select id_hash, source, event_id, body_hash from judged
where verdict = 'stored' and received_at::date = date '{day}'
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """The stored ids under `path`."""

    path: Path

    def judge(self, db: duckdb.DuckDBPyConnection, *, through: int) -> None:
        """Make the temp table `judged`: `normal` with a verdict: stored, duplicate, id_reuse or id_too_long.

        `through` is the last settled batch; later files are not looked at.
        """
        days = _arrival_days(db, "normal")
        since = min(days, default=date.max) - timedelta(days=WINDOW_DAYS) if days else date.max
        files = [str(path) for path in self._files() if _version(path) <= through and _day(path) >= since]
        source = f"from read_parquet({file_list(files)}, hive_partitioning = false)" if files else NO_KEYS
        db.execute(JUDGED.format(keys=source))

    def forget_after(self, version: int) -> None:
        """Remove what a drain that never committed has left."""
        for path in self._files():
            if _version(path) > version:
                path.unlink(missing_ok=True)

    def keep(self, db: duckdb.DuckDBPyConnection, *, version: int) -> None:
        """Write the ids of what `judged` says to store, durably, as those of the drain up to batch `version`."""
        pairs = []
        for day in _arrival_days(db, "judged where verdict = 'stored'"):
            place = self.path / str(day) / f"{version}.parquet"
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_suffix(".new")
            db.execute(f"copy ({KEPT.format(day=day)}) to {quoted(str(fresh))} (format parquet, compression lz4)")
            pairs.append((fresh, place))
        disk.replace(pairs, self.path)

    def tidy(self, db: duckdb.DuckDBPyConnection, *, through: int) -> None:
        """Forget days before the window, and make many files of one day one. Only settled files are touched."""
        days = sorted(path for path in self.path.glob("????-??-??")) if self.path.exists() else []
        for folder in days:
            if _day(folder / "x") < _day(days[-1] / "x") - timedelta(days=WINDOW_DAYS + 1):
                shutil.rmtree(folder, ignore_errors=True)
                continue
            files = sorted((p for p in folder.glob("*.parquet") if _version(p) <= through), key=_version)
            if len(files) > MOST_FILES:
                self._join(files, db)

    def _join(self, files: list[Path], db: duckdb.DuckDBPyConnection) -> None:
        """One file under the last one's name, then the others go: a crash between leaves ids twice, which is harmless."""
        fresh = files[-1].with_suffix(".new")
        source = f"from read_parquet({file_list(map(str, files))}, hive_partitioning = false)"
        db.execute(f"copy ({source}) to {quoted(str(fresh))} (format parquet, compression lz4)")
        disk.replace([(fresh, files[-1])], self.path)
        for file in files[:-1]:
            file.unlink(missing_ok=True)

    def _files(self) -> Iterable[Path]:
        return sorted(self.path.glob("*/*.parquet")) if self.path.exists() else []


def _arrival_days(db: duckdb.DuckDBPyConnection, rows: str) -> list[date]:
    return [day for (day,) in db.execute(f"select distinct received_at::date from {rows} order by 1").fetchall()]


def _version(path: Path) -> int:
    return int(path.stem)


def _day(path: Path) -> date:
    return date.fromisoformat(path.parent.name)
