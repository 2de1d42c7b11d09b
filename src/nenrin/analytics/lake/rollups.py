"""The two rollups: events counted, and end users seen, per source key and day of the organisation's zone.

What has arrived since the last roll becomes a part beside its day's base: counts add up and users are counted once,
so nothing old is read for it. A day without a base, with many parts, or whose events were rewritten gets a new base from
all its events. Everything becomes visible at once (`shelf`), so a roll that dies is simply repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nenrin.analytics.lake import disk
from nenrin.analytics.lake.days import all_zone_days, bounds, utc_days
from nenrin.analytics.lake.engine import file_list, quoted
from nenrin.analytics.lake.shelf import Piece, Shelf
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
where {where}
"""
ONE_DAY = """
copy (from rolled where day = date '{day}' order by key) to {place}
(format parquet, compression zstd, row_group_size 8192)
"""
#: Bytes of event files that are rolled in one query: enough to keep every core busy, little enough for memory.
SLICE_BYTES = 40_000_000
#: Parts of a day from which it gets a new base when its turn comes, and at once.
MANY_PARTS, MOST_PARTS = 6, 24
#: Bases made in one roll because of many parts: the work is spread over rolls.
BASES_A_ROLL = 3

Made = list[tuple[Path, Path]]


@dataclass(frozen=True, slots=True)
class Rollups:
    """The rollup files under `path`, by day of `zone`."""

    path: Path
    zone: ZoneInfo

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.path)

    def roll(self, events: Table, db: duckdb.DuckDBPyConnection, whole: Iterable[date] = ()) -> list[date]:
        """Bring the files up to date, with new bases for the days in `whole`; returns the days that changed.

        Safe to repeat; one caller at a time.
        """
        shelf = self.shelf
        shelf.forget_unpublished(QUERIES)
        newest, added, dirty = self._news(events)
        bases = {*whole, *dirty}
        if newest == shelf.version() and not bases:
            return []
        version = newest if newest > shelf.version() else shelf.version()
        parts = self._rolled_parts(added, db)
        bases |= self._due({day for day, _ in parts}, shelf)
        made, done = self._bases(sorted(bases), events.files_by_partition(newest), version, db)
        made += self._parts({key: rows for key, rows in parts.items() if key[0] not in bases}, version)
        disk.replace(made, self.path)
        shelf.publish(version)
        return sorted({*done, *(day for day, _ in parts)})

    def days(self, events: Table) -> list[date]:
        """Days of the zone that may have events."""
        return all_zone_days((date.fromisoformat(value) for value in events.files_by_partition()), self.zone)

    def files(self, rollup: str, days: tuple[date, date] | None) -> list[str]:
        """Paths of one rollup's files, of a half-open range of days or all."""
        standing = sorted(self.shelf.standing(rollup).items())
        wanted = [pieces for day, pieces in standing if days is None or days[0] <= day < days[1]]
        return [str(piece.path) for pieces in wanted for piece in pieces]

    def _news(self, events: Table) -> tuple[int, list[str], list[date]]:
        """The newest version, the files added since the last roll, and the days that must be made anew."""
        try:
            newest, changes = events.changes(self.shelf.version())
        except LogLost:
            return events.open().version(), [], self.days(events)
        plain = [change for change in changes if _is_there(change)]
        others = [date.fromisoformat(change.partition) for change in changes if not _is_there(change)]
        # Where a day is made anew, all that its UTC dates gained is in it: their files are no parts.
        dirty = all_zone_days(others, self.zone)
        if dirty:
            dirty = sorted({*dirty, *all_zone_days((date.fromisoformat(c.partition) for c in plain), self.zone)})
            return newest, [], dirty
        return newest, [file for change in plain for file in change.added], []

    def _due(self, days: set[date], shelf: Shelf) -> set[date]:
        """Days that get a new base now: without one, or with many parts."""
        standing: dict[date, list[Piece]] = shelf.standing("counts")
        without = {day for day in days if day not in standing}
        many = sorted(
            (day for day in days - without if len(standing[day]) > MANY_PARTS), key=lambda d: -len(standing[d])
        )
        return without | {d for place, d in enumerate(many) if place < BASES_A_ROLL or len(standing[d]) > MOST_PARTS}

    def _rolled_parts(self, files: list[str], db: duckdb.DuckDBPyConnection) -> dict[tuple[date, str], pa.Table]:
        """What new files come to, by day and rollup."""
        if not files:
            return {}
        zoned = f"(valid_at at time zone {quoted(self.zone.key)})::date"
        db.execute(EVENTS.format(day=zoned, files=file_list(files), where="true"))
        found: dict[tuple[date, str], pa.Table] = {}
        seen = db.execute("select distinct day from events").fetchall()
        for rollup, query in QUERIES.items():
            rows = db.sql(f"from ({query}) order by day, key").to_arrow_table().combine_chunks()
            for (day,) in seen:
                found[day, rollup] = rows.filter(pc.equal(rows.column("day"), day))
        return found

    def _parts(self, parts: Mapping[tuple[date, str], pa.Table], version: int) -> Made:
        made = []
        for (day, rollup), rows in parts.items():
            place = self.shelf.place(rollup, day, version, is_base=False)
            fresh = place.with_suffix(".new")
            pq.write_table(rows, fresh, compression="zstd")
            made.append((fresh, place))
        return made

    def _bases(
        self, days: list[date], by_partition: Mapping[str, list[str]], version: int, db: duckdb.DuckDBPyConnection
    ) -> tuple[Made, set[date]]:
        made: Made = []
        done: set[date] = set()
        for some in self._slices(days, by_partition):
            files = self._files_of(some, by_partition)
            pairs = self._base_slice(some, files, version, db) if files else []
            made.extend(pairs)
            done |= {date.fromisoformat(place.name.partition(".")[0]) for _, place in pairs}
        return made, done

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

    def _base_slice(self, days: list[date], files: list[str], version: int, db: duckdb.DuckDBPyConnection) -> Made:
        """New bases of consecutive days, unpublished."""
        start, end = bounds(days[0], self.zone)[0], bounds(days[-1], self.zone)[1]
        where = f"valid_at >= '{start.isoformat()}'::timestamptz and valid_at < '{end.isoformat()}'::timestamptz"
        db.execute(EVENTS.format(day=self._day(days), files=file_list(files), where=where))
        made: Made = []
        for rollup, query in QUERIES.items():
            db.execute(f"create or replace temp table rolled as {query}")
            there = {day for (day,) in db.execute("select distinct day from rolled").fetchall()}
            standing = self.shelf.standing(rollup)
            # A day whose events were all erased gets an empty base, which hides what it had.
            for day in [day for day in days if day in there or day in standing]:
                place = self.shelf.place(rollup, day, version, is_base=True)
                fresh = place.with_suffix(".new")
                db.execute(ONE_DAY.format(day=day, place=quoted(str(fresh))))
                made.append((fresh, place))
        return made

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
