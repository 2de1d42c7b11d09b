"""The lake as one thing: append, roll, tidy, and open a session."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from nenrin.analytics.lake import erasure, facts, rollups, session, tidying
from nenrin.analytics.lake.engine import borrowed, cursor, file_list
from nenrin.analytics.lake.erasure import Person
from nenrin.analytics.lake.rollups import Rollups
from nenrin.analytics.lake.schemas import EVENTS, FACTS
from nenrin.analytics.lake.tables import Check, Table

#: Accounts whose session is lent: what a page or a touched account asks for.
FEW = 20


class Lake:
    """Events, facts and rollups under one folder; days are those of `zone`."""

    def __init__(self, path: Path, *, zone: str = "Asia/Tokyo", threads: int | None = None, memory: str = "700MB"):
        self.path = Path(path)
        self.zone = ZoneInfo(zone)
        self.events = Table(self.path / "events", EVENTS, "day")
        self.facts = Table(self.path / "facts", FACTS, "kind")
        self.rollups = Rollups(self.path / "rollups", self.zone)
        self._threads, self._memory = threads, memory

    def append_events(self, rows: pa.Table, *, app: str, version: int, check: Check | None = None) -> bool:
        """Add events once per (app, version), fsynced before this returns; False when they are already there.

        Raises what `check` raises, and tables.Fenced.
        """
        return self.events.append(rows, app=app, version=version, check=check)

    def append_facts(self, rows: pa.Table, *, app: str, version: int, check: Check | None = None) -> bool:
        """Add fact versions once per (app, version), fsynced before this returns; False when already there.

        Raises what `check` raises, and tables.Fenced.
        """
        # Sorted, so that one account's facts lie together and the other groups of rows need not be read.
        rows = rows.sort_by([("account", "ascending"), ("key", "ascending")])
        return self.facts.append(rows, app=app, version=version, check=check)

    def fence(self, apps: Sequence[str]) -> None:
        """No append of these writers that has begun will come to an end: for who has just closed a day."""
        for table in (self.events, self.facts):
            table.fence(apps)

    def roll(self) -> list[date]:
        """Bring the rollups up to date; returns the days that changed. Safe to repeat; one caller at a time."""
        with self.connection() as db:
            return self.rollups.roll(self.events, db)

    def reroll(self, days: Iterable[date] | None = None) -> list[date]:
        """Make the rollups of some days, or of all, anew from the events. Safe to repeat; one caller at a time."""
        with self.connection() as db:
            return self.rollups.roll(self.events, db, self.days() if days is None else days)

    def days(self) -> list[date]:
        """Days of the zone that may have events."""
        return self.rollups.days(self.events)

    def tidy(self, *, most_files: int = tidying.MOST_FILES, kept_hours: int = tidying.KEPT_HOURS) -> int:
        """Join small files and remove unnamed ones; returns how many partitions were joined. Safe to repeat."""
        joined = tidying.compact(self.events, most=most_files, order=("key", "valid_at"))
        joined += tidying.compact(self.facts, most=most_files, order=("account", "key", "known_on", "seq"))
        for table in (self.events, self.facts):
            tidying.sweep(table, hours=kept_hours)
        self.rollups.shelf.sweep(rollups.QUERIES)
        return len(joined)

    def forget(self, person: Person) -> int:
        """Replace a person's ids by a pseudonym and drop what they sent; returns how many events were theirs.

        Rewrites events, links and rollups and removes the old files at once: readers that hold them must begin anew.
        Counts stay as they were. Safe to repeat; one caller at a time.
        """
        with self.connection() as db:
            total = erasure.forget_events(self.events, person, db)
            erasure.forget_facts(self.facts, person, db)
        self.roll()
        for table in (self.events, self.facts):
            tidying.sweep(table, hours=0)
        self.rollups.shelf.sweep(rollups.QUERIES, kept_seconds=-1)
        shutil.rmtree(self.path / "cache", ignore_errors=True)
        return total

    def stored(self, above: int | None = None) -> dict[int, int]:
        """Events in the table, by source; with `above`, only those of later batches."""
        files = self.events.files()
        if not files:
            return {}
        chosen = "" if above is None else f"where batch > {above}"
        with self.connection() as db:
            counted = f"select source, count(*) from read_parquet({file_list(files)}) {chosen} group by source"
            return dict(db.execute(counted).fetchall())

    def fingerprint(self, views: Iterable[str]) -> str:
        """A word for all that these views of the facts tell of anybody: another one as soon as that may have changed.

        Raises KeyError for a name that is no view of one kind of facts (docs/lake.md).
        """
        return self.facts.fingerprint({facts.VIEWS[view][0] for view in views} | {"survivor"})

    @contextmanager
    def session(
        self, days: tuple[date, date] | None = None, *, known: date | None = None,
        accounts: Sequence[int] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:  # fmt: skip
        """A connection with the views of docs/lake.md, over the newest versions of facts and rollups.

        That of a few accounts is lent: all of it that is not about them stands already.
        """
        with self._for(accounts) as db:
            session.build(
                db, rollups=self.rollups, facts_table=self.facts, kept=self.path / "cache", days=days, known=known,
                accounts=accounts,
            )  # fmt: skip
            yield db

    @contextmanager
    def usage(
        self, days: tuple[date, date], *, known: date, accounts: Sequence[int]
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """As `session` of some accounts, without the facts about them: half of what a session takes."""
        with self._for(accounts) as db:
            session.usage_alone(
                db, rollups=self.rollups, facts_table=self.facts, kept=self.path / "cache", days=days, known=known,
                accounts=accounts,
            )  # fmt: skip
            yield db

    def _for(self, accounts: Sequence[int] | None) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """One that is lent for a few accounts, a new one for more."""
        if accounts is not None and len(accounts) <= FEW:
            return borrowed(threads=self._threads, memory=self._memory, spill=self.path / "spill")
        return self.connection()

    @contextmanager
    def links(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection with the table `links` of docs/lake.md alone: a fraction of what a session takes."""
        with self.connection() as db:
            session.links_alone(db, zone=self.rollups.zone, facts_table=self.facts, kept=self.path / "cache")
            yield db

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection without any tables, of the lake's budget of memory and threads."""
        db = cursor(threads=self._threads, memory=self._memory, spill=self.path / "spill")
        try:
            yield db
        finally:
            db.close()
