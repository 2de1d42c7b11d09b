"""The two rollups: events counted, and end users seen, per source key and day of the organisation's zone.

A day's file is made from that day's events alone and replaced whole, so rolling is safe to repeat. The version of
the events table that the files include is written last: after a crash the same days are rolled again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from nenrin.analytics.lake import disk
from nenrin.analytics.lake.days import all_zone_days, bounds, utc_days
from nenrin.analytics.lake.engine import file_list, quoted
from nenrin.analytics.lake.tables import Change, LogLost, Table

# `excluded` marks our own staff, test accounts and bots; `ignored` a name the catalogue said to ignore on arrival.
COUNTS = """
select namespace, source, key, day, case when type = 'track' then name else '$' || type end as event, known_on,
       count(*)::bigint as n
from events where not contains(flags, 'excluded') group by all
"""
USERS = """
select distinct namespace, source, key, day,
       case when "user" is not null then 'u:' || "user" else 'a:' || anonymous end as user, known_on
from events where type in ('track', 'page', 'screen')
  and not contains(flags, 'excluded') and not contains(flags, 'ignored')
"""
QUERIES = {"counts": COUNTS, "users": USERS}
EVENTS = """
create or replace temp view events as
select namespace, source, key, type, name, "user", anonymous, flags, known_on, {day} as day
from read_parquet({files}, hive_partitioning = false)
where valid_at >= '{start}'::timestamptz and valid_at < '{end}'::timestamptz
"""
ONE_DAY = "copy (from rolled where day = date '{day}' order by key) to {place} (format parquet, compression zstd, row_group_size 20480)"
#: Bytes of event files that are rolled in one query: enough to keep every core busy, little enough to stay in memory.
SLICE_BYTES = 40_000_000


@dataclass(frozen=True, slots=True)
class Rollups:
    """The rollup files under `path`, by day of `zone`."""

    path: Path
    zone: ZoneInfo

    def dirty(self, events: Table, db: duckdb.DuckDBPyConnection) -> tuple[int, list[date]]:
        """The newest version of the events, and the days that changed since the files were last brought up to date."""
        try:
            newest, changes = events.changes(self.rolled())
        except LogLost:
            return events.open().version(), self.days(events)
        plain = [change for change in changes if _is_there(change)]
        others = [date.fromisoformat(change.partition) for change in changes if not _is_there(change)]
        added = [file for change in plain for file in change.added]
        return newest, sorted({*all_zone_days(others, self.zone), *self._days_in(added, db)})

    def roll(self, events: Table, days: Iterable[date], db: duckdb.DuckDBPyConnection) -> list[date]:
        """Make both files of each day anew from its events; returns the days that have any. Safe to repeat."""
        by_partition = events.files_by_partition()
        done: list[date] = []
        for some in self._slices(sorted(days), by_partition):
            done.extend(self._roll_slice(some, self._files_of(some, by_partition), db))
        return done

    def roll_dirty(self, events: Table, db: duckdb.DuckDBPyConnection) -> list[date]:
        """Bring the files up to date with the events; returns the days that were dirty."""
        newest, days = self.dirty(events, db)
        self.roll(events, days, db)
        if newest != self.rolled():
            disk.write_text(self.path / "rolled.json", json.dumps({"version": newest, "zone": self.zone.key}))
        return days

    def days(self, events: Table) -> list[date]:
        """Days of the zone that may have events."""
        return all_zone_days((date.fromisoformat(value) for value in events.files_by_partition()), self.zone)

    def rolled(self) -> int:
        """The version of the events that every file includes; -1 before the first."""
        try:
            return int(json.loads((self.path / "rolled.json").read_text())["version"])
        except FileNotFoundError:
            return -1

    def files(self, rollup: str, days: tuple[date, date] | None) -> list[str]:
        """Paths of one rollup's files, of a half-open range of days or all."""
        folder = self.path / rollup
        found = sorted(path for path in folder.glob("*.parquet")) if folder.exists() else []
        if days is None:
            return [str(path) for path in found]
        return [str(path) for path in found if days[0] <= date.fromisoformat(path.stem) < days[1]]

    def _days_in(self, files: list[str], db: duckdb.DuckDBPyConnection) -> list[date]:
        """The days of the zone on which the events of these files lie."""
        if not files:
            return []
        day = f"(valid_at at time zone {quoted(self.zone.key)})::date"
        found = db.execute(f"select distinct {day} from read_parquet({file_list(files)}, hive_partitioning = false)")
        return [day for (day,) in found.fetchall()]

    def _files_of(self, days: list[date], by_partition: Mapping[str, list[str]]) -> list[str]:
        partitions = {str(utc) for day in days for utc in utc_days(day, self.zone)}
        return [path for partition in sorted(partitions) for path in by_partition.get(partition, [])]

    def _slices(self, days: list[date], by_partition: Mapping[str, list[str]]) -> Iterator[list[date]]:
        """Runs of consecutive days, each small enough for one query."""
        some: list[date] = []
        size = 0
        for day in days:
            weight = sum(Path(path).stat().st_size for path in self._files_of([day], by_partition))
            if some and (day != some[-1] + timedelta(days=1) or size + weight > SLICE_BYTES):
                yield some
                some, size = [], 0
            some.append(day)
            size += weight
        if some:
            yield some

    def _roll_slice(self, days: list[date], files: list[str], db: duckdb.DuckDBPyConnection) -> list[date]:
        """Both files of consecutive days; returns the days that have events."""
        if not files:
            return []
        start, end = bounds(days[0], self.zone)[0], bounds(days[-1], self.zone)[1]
        view = EVENTS.format(day=self._day(days), files=file_list(files), start=start.isoformat(), end=end.isoformat())
        db.execute(view)
        pairs: list[tuple[Path, Path]] = []
        for rollup, query in QUERIES.items():
            db.execute(f"create or replace temp table rolled as {query}")
            pairs.extend(self._write(rollup, days, db))
        disk.replace(pairs, self.path)
        return sorted({date.fromisoformat(place.stem) for _, place in pairs})

    def _write(self, rollup: str, days: list[date], db: duckdb.DuckDBPyConnection) -> Iterator[tuple[Path, Path]]:
        there = {day for (day,) in db.execute("select distinct day from rolled").fetchall()}
        for day in days:
            place = self.path / rollup / f"{day}.parquet"
            # A day whose events were all erased keeps an empty file, so that a reader's list stays true.
            if day in there or place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                fresh = place.with_suffix(".new")
                db.execute(ONE_DAY.format(day=day, place=quoted(str(fresh))))
                yield fresh, place

    def _day(self, days: list[date]) -> str:
        """The day of an event in the zone: plain arithmetic where the clocks do not change, which is quicker."""
        edges = {edge for day in days for edge in bounds(day, self.zone)}
        offsets = {edge.astimezone(self.zone).utcoffset() for edge in edges}
        if len(offsets) > 1:
            return f"(valid_at at time zone {quoted(self.zone.key)})::date"
        ahead = (offsets.pop() or timedelta(0)) // timedelta(microseconds=1)
        return f"date '1970-01-01' + ((epoch_us(valid_at) + {ahead}) // 86400000000)::int"


def _is_there(change: Change) -> bool:
    """Only added to, by files that can still be read: joined ones may have been swept away."""
    return not change.rewritten and all(Path(file).exists() for file in change.added)
