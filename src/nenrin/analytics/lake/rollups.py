"""The rollups: events counted, end users seen, and days on which anything arrived, per source key and day of the zone.

What has arrived since the last roll becomes one more file a rollup: counts add up and users are counted once, so
nothing old is read for it. Days whose events were rewritten are made anew from all their events, and taken out of the
files that had them. Files are sorted by key, so that one account's rows lie together, and joined as they grow many
(`merging`). Everything becomes visible at once (`shelf`), so a roll that dies is simply repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from nenrin.analytics.lake import disk, merging
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
#: When anybody's events arrived: small, and asked for with every account.
BEATS = "select distinct namespace, source, day, known_on from rolled_counts"
#: In this order: the last reads what the first made.
QUERIES = {"counts": COUNTS, "users": USERS, "beats": BEATS}
EVENTS = """
create or replace temp view events as
select * from (
  select namespace, source, key, type, name, "user", anonymous, flags, known_on, valid_at, {day} as day
  from read_parquet({files}, hive_partitioning = false)
) where {where}
"""
JOINED = {
    "counts": "select namespace, source, key, day, event, known_on, sum(n)::bigint as n from {rows} group by all",
    "users": "select distinct * from {rows}",
    "beats": "select distinct * from {rows}",
}
ORDER = {"counts": "key, day", "users": "key, day", "beats": "day"}
#: Bytes of event files that are rolled in one query: enough to keep every core busy, little enough for memory.
SLICE_BYTES = 40_000_000
#: Rows of one key lie in one group or two, which is what is read for one account. Keys and users repeat within a
#: group: written as numbers of a dictionary, however many there are, half the time of reading them goes.
ROWS_IN_GROUP = 20_480
FORM = f"compression lz4, row_group_size {ROWS_IN_GROUP}, dictionary_size_limit {ROWS_IN_GROUP}"

Pieces = dict[str, list[Piece]]


@dataclass(frozen=True, slots=True)
class News:
    """What the events gained: files that were only added, and days to be made anew."""

    version: int
    added: tuple[str, ...] = ()
    dirty: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Slice:
    """Event files of one query, its condition, and the days of the zone that it may find."""

    files: tuple[str, ...]
    where: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Rollups:
    """The rollup files under `path`, by day of `zone`."""

    path: Path
    zone: ZoneInfo

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.path)

    def roll(self, events: Table, db: duckdb.DuckDBPyConnection, whole: Iterable[date] = ()) -> list[date]:
        """Bring the files up to date, making the days in `whole` anew; returns the days that changed.

        Safe to repeat; one caller at a time.
        """
        standing = self.shelf.standing()
        news = self._news(events, standing.version)
        anew = {*whole, *news.dirty, *_days_of(_lost(standing.pieces))}
        if news.version <= standing.version and not anew:
            return []
        pieces = self._without(standing.pieces, anew, db)
        changed = anew & _days_of(standing.pieces)
        for part in [*self._anew(anew, events, news.version), *self._added(news.added, anew)]:
            changed |= self._add(pieces, part, db)
        self._join(pieces, db)
        self._show(max(news.version, standing.version), pieces, standing.pieces)
        return sorted(changed)

    def days(self, events: Table) -> list[date]:
        """Days of the zone that may have events."""
        return all_zone_days((date.fromisoformat(value) for value in events.files_by_partition()), self.zone)

    def files(self, rollup: str, days: tuple[date, date] | None) -> list[str]:
        """Paths of one rollup's files that may have rows of a half-open range of days (None: of any)."""
        return [str(piece.path) for piece in self.shelf.standing().pieces.get(rollup, ()) if piece.touches(days)]

    def _news(self, events: Table, seen: int) -> News:
        """What came after a version of the events; everything before the first roll, or where the log is lost."""
        if seen < 0:
            return News(max(seen, int(events.open().version())), dirty=frozenset(self.days(events)))
        try:
            newest, changes = events.changes(seen)
        except LogLost:
            return News(int(events.open().version()), dirty=frozenset(self.days(events)))
        plain = [change for change in changes if _is_there(change)]
        others = [date.fromisoformat(change.partition) for change in changes if not _is_there(change)]
        if not others:
            return News(newest, tuple(file for change in plain for file in change.added))
        # Where a day is made anew, all that its UTC dates gained is in it: their files are no additions.
        dirty = all_zone_days(others, self.zone)
        gained = all_zone_days((date.fromisoformat(change.partition) for change in plain), self.zone)
        return News(newest, dirty=frozenset([*dirty, *gained]))

    def _without(
        self, standing: Mapping[str, Sequence[Piece]], days: Collection[date], db: duckdb.DuckDBPyConnection
    ) -> Pieces:
        """The pieces that stand, those with rows of some days written again without them."""
        kept: Pieces = {rollup: [] for rollup in QUERIES}
        if standing and "beats" not in standing:
            standing = {**standing, "beats": self._beats(standing["counts"], db)}
        for rollup, pieces in standing.items():
            for piece in pieces:
                if not piece.path.exists():
                    continue
                if _span(piece).isdisjoint(days):
                    kept[rollup].append(piece)
                elif _span(piece) - set(days):
                    rest = f"from {_rows([piece])} where day not in ({_listed(days)})"
                    kept[rollup] += self._write(rollup, rest, db)
        return kept

    def _beats(self, counts: Sequence[Piece], db: duckdb.DuckDBPyConnection) -> tuple[Piece, ...]:
        """Of rollups made before there were any."""
        if not counts:
            return ()
        return tuple(self._write("beats", BEATS.replace("rolled_counts", _rows(counts)), db))

    def _anew(self, days: Iterable[date], events: Table, version: int) -> Iterator[Slice]:
        """Runs of consecutive days, each within a month and small enough for one query."""
        by_partition = events.files_by_partition(version) if days else {}
        some: list[date] = []
        size = 0
        for day in sorted(days):
            weight = _bytes(self._files_of([day], by_partition))
            follows = some and day == some[-1] + timedelta(1) and day.day > 1
            if some and (not follows or size + weight > SLICE_BYTES):
                yield self._run(some, by_partition)
                some, size = [], 0
            some.append(day)
            size += weight
        if some:
            yield self._run(some, by_partition)

    def _run(self, days: Sequence[date], by_partition: Mapping[str, list[str]]) -> Slice:
        start, end = bounds(days[0], self.zone)[0], bounds(days[-1], self.zone)[1]
        where = f"valid_at >= '{start.isoformat()}'::timestamptz and valid_at < '{end.isoformat()}'::timestamptz"
        return Slice(tuple(self._files_of(days, by_partition)), where, tuple(days))

    def _added(self, files: Iterable[str], but: Collection[date]) -> Iterator[Slice]:
        """New files, as many at a time as one query takes, without the days that are made anew."""
        some: list[str] = []
        for file in files:
            if some and _bytes([*some, file]) > SLICE_BYTES:
                yield self._addition(some, but)
                some = []
            some.append(file)
        if some:
            yield self._addition(some, but)

    def _addition(self, files: Sequence[str], but: Collection[date]) -> Slice:
        utc = {date.fromisoformat(Path(file).parent.name.partition("=")[2]) for file in files}
        return Slice(
            tuple(files), f"day not in ({_listed(but)})" if but else "true", tuple(all_zone_days(utc, self.zone))
        )

    def _files_of(self, days: Iterable[date], by_partition: Mapping[str, list[str]]) -> list[str]:
        partitions = {str(utc) for day in days for utc in utc_days(day, self.zone)}
        return [path for partition in sorted(partitions) for path in by_partition.get(partition, [])]

    def _add(self, pieces: Pieces, part: Slice, db: duckdb.DuckDBPyConnection) -> set[date]:
        """One more piece of each rollup, from events; returns their days."""
        if not part.files:
            return set()
        db.execute(EVENTS.format(day=self._day(part.days), files=file_list(part.files), where=part.where))
        for rollup, query in QUERIES.items():
            pieces[rollup] += self._write(rollup, query, db)
        db.execute("drop table rolled_users")
        return {day for (day,) in db.execute("select distinct day from rolled_beats").fetchall()}

    def _day(self, days: Iterable[date]) -> str:
        """The day of an event in the zone: plain arithmetic where the clocks do not change, which is quicker."""
        edges = {edge for day in days for edge in bounds(day, self.zone)}
        offsets = {edge.astimezone(self.zone).utcoffset() for edge in edges}
        if len(offsets) > 1:
            return f"(valid_at at time zone {quoted(self.zone.key)})::date"
        ahead = (offsets.pop() or timedelta(0)) // timedelta(microseconds=1)
        return f"date '1970-01-01' + ((epoch_us(valid_at) + {ahead}) // 86400000000)::int"

    def _write(self, rollup: str, query: str, db: duckdb.DuckDBPyConnection) -> list[Piece]:
        """Rows as a piece that nobody sees yet; none where there are no rows. Leaves them as `rolled_<rollup>`."""
        db.execute(f"create or replace temp table rolled_{rollup} as {query}")
        span = db.execute(f"select min(day), max(day), count(*) from rolled_{rollup}").fetchone()
        if span is None or not span[2]:
            return []
        place = self.shelf.place(rollup)
        db.execute(
            f"copy (from rolled_{rollup} order by {ORDER[rollup]}) to {quoted(str(place))} (format parquet, {FORM})"
        )
        return [Piece(place, *span)]

    def _join(self, pieces: Pieces, db: duckdb.DuckDBPyConnection) -> None:
        for rollup, found in pieces.items():
            for joins in merging.due(list(found)):
                old = {piece for join in joins for piece in join.pieces}
                fresh = [piece for join in joins for piece in self._joined(rollup, join, db)]
                found[:] = [*(piece for piece in found if piece not in old), *fresh]

    def _joined(self, rollup: str, join: merging.Join, db: duckdb.DuckDBPyConnection) -> list[Piece]:
        rows = _rows(join.pieces)
        if join.days:
            rows = f"(from {rows} where day >= date '{join.days[0]}' and day < date '{join.days[1]}')"
        return self._write(rollup, JOINED[rollup].format(rows=rows), db)

    def _show(self, version: int, pieces: Pieces, before: Mapping[str, Sequence[Piece]]) -> None:
        """Publish what is on the disk; what was there before is so already."""
        old = {piece.path for found in before.values() for piece in found}
        fresh = [piece.path for found in pieces.values() for piece in found if piece.path not in old]
        disk.sync(fresh, self.path)
        self.shelf.publish(version, pieces)


def _rows(pieces: Iterable[Piece]) -> str:
    return f"read_parquet({file_list(str(piece.path) for piece in pieces)}, hive_partitioning = false)"


def _listed(days: Iterable[date]) -> str:
    return ", ".join(f"date '{day}'" for day in sorted(days))


def _bytes(files: Iterable[str]) -> int:
    return sum(Path(file).stat().st_size for file in files)


def _span(piece: Piece) -> set[date]:
    return {piece.first + timedelta(n) for n in range((piece.last - piece.first).days + 1)}


def _days_of(pieces: Mapping[str, Sequence[Piece]]) -> set[date]:
    return {day for found in pieces.values() for piece in found for day in _span(piece)}


def _lost(pieces: Mapping[str, Sequence[Piece]]) -> dict[str, list[Piece]]:
    """Pieces without a file: of an incomplete copy, for one."""
    return {rollup: [piece for piece in found if not piece.path.exists()] for rollup, found in pieces.items()}


def _is_there(change: Change) -> bool:
    """Only added to, by files that can still be read: joined ones may have been swept away."""
    return not change.rewritten and all(Path(file).exists() for file in change.added)
