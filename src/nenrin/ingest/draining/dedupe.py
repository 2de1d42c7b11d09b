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
# The batch is the small side: its hashes are probed by one pass over the window. Nearly every event is stored, so
# only the exceptions are written down and the wide rows are never copied.
JUDGED = """
create or replace temp table hashed as
select batch, place, source, event_id, body_hash, has_long_id, hash(source, event_id) as id_hash from normal;
create or replace temp table met as
select source, event_id, any_value(body_hash) as body_hash from ({keys}) k
semi join hashed h on k.id_hash = h.id_hash group by source, event_id;
create or replace temp table repeated as
select source, event_id, min((batch, place)) as first, arg_min(body_hash, (batch, place)) as body_hash
from hashed semi join (select id_hash from hashed group by id_hash having count(*) > 1) using (id_hash)
where not coalesce(has_long_id, false) group by source, event_id having count(*) > 1;
create or replace temp table exceptions as
select batch, place, 'id_too_long' as verdict from hashed where has_long_id
union all
select batch, place, if(coalesce(m.body_hash = h.body_hash, true), 'duplicate', 'id_reuse')
from hashed h join met m using (source, event_id) where not coalesce(has_long_id, false)
union all
select batch, place, if(r.body_hash = h.body_hash, 'duplicate', 'id_reuse')
from hashed h join repeated r using (source, event_id) anti join met using (source, event_id)
where r.first <> (h.batch, h.place) and not coalesce(has_long_id, false);
create or replace temp view judged as
select n.*, coalesce(e.verdict, 'stored') as verdict from normal n left join exceptions e using (batch, place)
"""
KEPT = """
select hash(source, event_id) as id_hash, source, event_id, body_hash from judged
where verdict = 'stored' and received_at::date = date '{day}'
"""
PROBE = "select hash('nenrin', 1)::varchar"
REHASHED = (
    "select hash(source, event_id) as id_hash, source, event_id, null::ubigint as body_hash from read_parquet({file})"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The stored ids under `path`."""

    path: Path

    def judge(self, db: duckdb.DuckDBPyConnection, *, through: int) -> None:
        """Make the temp table `judged`: `normal` with a verdict: stored, duplicate, id_reuse or id_too_long.

        `through` is the last settled batch; later files are not looked at.
        """
        self._rehash(db)
        days = _arrival_days(db, "normal")
        since = min(days) - timedelta(days=WINDOW_DAYS) if days else date.max
        files = [str(path) for path in self._files() if _version(path) <= through and _day(path) >= since]
        source = f"from read_parquet({file_list(files)}, hive_partitioning = false)" if files else NO_KEYS
        db.execute(JUDGED.format(keys=source))

    def forget_after(self, version: int) -> None:
        """Remove what a drain that never committed has left."""
        for path in self._files():
            if _version(path) > version:
                path.unlink(missing_ok=True)

    def keep(self, db: duckdb.DuckDBPyConnection, *, version: int) -> None:
        """Write the ids of what `judged` says to store, durably, as those of the drain up to batch `version`.

        Days that have left the window already (years of history, told at once) are not written: `tidy` would only
        remove them.
        """
        pairs = []
        days = _arrival_days(db, "judged where verdict = 'stored'")
        newest = max([*days, *(_day(path) for path in self._files())], default=date.min)
        for day in (day for day in days if (newest - day).days <= WINDOW_DAYS + 1):
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

    def _rehash(self, db: duckdb.DuckDBPyConnection) -> None:
        """After an upgrade of the engine that hashes differently: hash the ids anew, and forget what the bodies were."""
        note = self.path / "hash.txt"
        [(probe,)] = db.execute(PROBE).fetchall()
        if note.exists() and note.read_text() == probe:
            return
        for path in self._files():
            fresh = path.with_suffix(".new")
            query = REHASHED.format(file=quoted(str(path)))
            db.execute(f"copy ({query}) to {quoted(str(fresh))} (format parquet, compression lz4)")
            disk.replace([(fresh, path)], self.path)
        disk.write_text(note, probe)

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
