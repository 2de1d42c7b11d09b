"""The two rollups: events counted, and end users seen, per source key and day of the organisation's zone.

A day's file is made from that day's events alone and replaced whole, so rolling is safe to repeat. The version of
the events table that the files include is written last: after a crash the same days are rolled again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from nenrin.analytics.lake import disk
from nenrin.analytics.lake.days import all_zone_days, bounds, utc_days
from nenrin.analytics.lake.engine import file_list
from nenrin.analytics.lake.tables import LogLost, Table

# `excluded` marks our own staff, test accounts and bots; `ignored` a name the catalogue said to ignore on arrival.
COUNTS = """
select namespace, source, key, date '{day}' as day,
       case when type = 'track' then name else '$' || type end as event, known_on, count(*)::bigint as n
from events where not contains(flags, 'excluded') group by all order by key, event
"""
USERS = """
select distinct namespace, source, key, date '{day}' as day,
       case when "user" is not null then 'u:' || "user" else 'a:' || anonymous end as user, known_on
from events where type in ('track', 'page', 'screen')
  and not contains(flags, 'excluded') and not contains(flags, 'ignored') order by key, user
"""
QUERIES = {"counts": COUNTS, "users": USERS}
EVENTS = """
create or replace temp view events as
select namespace, source, key, type, name, "user", anonymous, flags, known_on
from read_parquet({files}, hive_partitioning = false)
where valid_at >= '{start}'::timestamptz and valid_at < '{end}'::timestamptz
"""


@dataclass(frozen=True, slots=True)
class Rollups:
    """The rollup files under `path`, by day of `zone`."""

    path: Path
    zone: ZoneInfo

    def dirty(self, events: Table) -> tuple[int, list[date]]:
        """The newest version of the events, and the days that changed since the files were last brought up to date."""
        try:
            newest, changes = events.changes(self.rolled())
            partitions = [change.partition for change in changes]
        except LogLost:
            return events.open().version(), self.days(events)
        return newest, all_zone_days((date.fromisoformat(value) for value in partitions), self.zone)

    def roll(self, events: Table, days: Iterable[date], db: duckdb.DuckDBPyConnection) -> list[date]:
        """Make both files of each day anew from its events; returns the days. Safe to repeat."""
        by_partition = events.files_by_partition()
        done = []
        for day in days:
            files = [path for utc in utc_days(day, self.zone) for path in by_partition.get(str(utc), [])]
            if files:
                self._roll_day(day, files, db)
                done.append(day)
        return done

    def roll_dirty(self, events: Table, db: duckdb.DuckDBPyConnection) -> list[date]:
        """Bring the files up to date with the events; returns the days that were dirty."""
        newest, days = self.dirty(events)
        if days:
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

    def _roll_day(self, day: date, files: list[str], db: duckdb.DuckDBPyConnection) -> None:
        start, end = bounds(day, self.zone)
        db.execute(EVENTS.format(files=file_list(files), start=start.isoformat(), end=end.isoformat()))
        pairs = []
        for rollup, query in QUERIES.items():
            place = self.path / rollup / f"{day}.parquet"
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_suffix(".new")
            rows = db.execute(
                f"copy ({query.format(day=day)}) to '{fresh}' (format parquet, compression zstd, row_group_size 20480)"
            ).fetchone()
            # A day whose events were all erased keeps an empty file, so that a reader's list stays true.
            if rows == (0,) and not place.exists():
                fresh.unlink()
            else:
                pairs.append((fresh, place))
        disk.replace(pairs, self.path)
