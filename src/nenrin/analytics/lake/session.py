"""A session: an in-memory DuckDB connection in which usage and facts are resolved to accounts (docs/lake.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from nenrin.analytics.lake import cache, definitions, facts, links, relinking, remembered
from nenrin.analytics.lake.definitions import define, once
from nenrin.analytics.lake.engine import file_list, quoted
from nenrin.analytics.lake.rollups import Rollups
from nenrin.analytics.lake.shelf import Standing
from nenrin.analytics.lake.tables import Table

EMPTY = {
    "counts": "select '' as namespace, 0::integer as source, '' as key, date '2000-01-01' as day, '' as event,"
    " date '2000-01-01' as known_on, 0::bigint as n where false",
    "users": "select '' as namespace, 0::integer as source, '' as key, date '2000-01-01' as day, '' as user,"
    " date '2000-01-01' as known_on where false",
    "beats": "select '' as namespace, 0::integer as source, date '2000-01-01' as day, date '2000-01-01' as known_on"
    " where false",
}
#: Keys and accounts up to this many are named in the query itself, so that groups of rows without them are not read.
FEW = 500
JOINED = """
l.namespace = c.namespace and l.key = c.key and c.day >= l.valid_from and c.day < l.valid_to
"""
COUNTS = """
create or replace temp view counts as
select l.account, c.namespace, c.source, c.event, c.day, c.n, {opens} as opens, l.known_to as cap
from {counts} c join links l on {joined} where {opens} < l.known_to {known}
"""
USAGE = """
create or replace temp view usage as
select c.account, c.namespace, c.source, c.event, coalesce(m.use, 'unmapped') as use, m.feature, c.day, c.n,
       greatest(c.opens, coalesce(m.believed_from, c.opens)) as opens,
       least(c.cap, coalesce(m.believed_to, c.cap)) as cap
from counts c left join mappings m
  on c.namespace = m.namespace and c.event = m.event and c.opens < m.believed_to and m.believed_from < c.cap
"""
# A signed-in user is who they are; an anonymous one is the user they turned out to be, from when that was known.
USER_DAYS = """
create or replace temp view user_days as
select l.account, c.namespace, (hash(c.namespace || '|' || c.user) >> 1)::bigint as user, c.day, {opens} as opens,
       l.known_to as cap
from {users} c join links l on {joined} where starts_with(c.user, 'u:') and {opens} < l.known_to {known}
union all
select l.account, c.namespace, (hash(c.namespace || '|' || c.user) >> 1)::bigint, c.day,
       greatest({opens}, c.known_from), least(l.known_to, c.known_to)
from (
  select r.* exclude user, coalesce(p.user, r.user) as user, coalesce(p.known_from, date '1900-01-01') as known_from,
         coalesce(p.known_to, date '9999-12-31') as known_to
  from {users} r left join all_persons p on r.namespace = p.namespace and r.user = p.key
  where starts_with(r.user, 'a:')
) c join links l on {joined}
where greatest({opens}, c.known_from) < least(l.known_to, c.known_to) {known}
"""
ALL_PERSONS = """
create or replace temp table all_persons as
from persons union all by name
select namespace, key, key as user, previous as known_from, known_from as known_to from (
  select *, lag(known_to, 1, date '1900-01-01') over (partition by namespace, key order by known_from) as previous
  from persons
) where previous < known_from
union all by name
select namespace, key, key as user, max(known_to) as known_from, date '9999-12-31' as known_to from persons
group by namespace, key having max(known_to) < date '9999-12-31'
"""
PEOPLE = """
create or replace temp view people as
select distinct (hash(namespace || '|' || user) >> 1)::bigint as user, namespace, user as name from (
  select namespace, user from raw_users union all select namespace, user from persons)
"""
SIGHTINGS = """
(select namespace, rest as key, (body->>'$.day')::date as day, known_on from said_sighting where not gone)
"""
SEEN = """
create or replace temp view seen as
select l.account, c.namespace, c.day, {opens} as opens, l.known_to as cap
from {sightings} c join links l on {joined} where {opens} < l.known_to
"""
ARRIVALS = (
    "create or replace temp view arrivals as select distinct namespace, source, known_on as day from raw_beats {known}"
)
# Rows carry when a merge was learned of, also where knowledge is fixed.
SURVIVORS = "alter table survivors add column learned date; update survivors set learned = known_from"
SLICE = """
create or replace temp table {table} as
select * replace (date '1900-01-01' as known_from, date '9999-12-31' as known_to) from {table}
where known_from <= date '{known}' and known_to > date '{known}'
"""
ANONYMOUS = "starts_with(key, 'a:') and (namespace, key) in (select (namespace, user) from few_users)"
VIEWS = {"counts": COUNTS, "usage": USAGE, "user_days": USER_DAYS, "seen": SEEN}
TRIES = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a session shows: usage of a half-open range of days, known by a day, of some accounts; None: all."""

    days: tuple[date, date] | None
    known: date | None
    accounts: frozenset[int] | None


def build(
    db: duckdb.DuckDBPyConnection, *, rollups: Rollups, facts_table: Table, kept: Path,
    days: tuple[date, date] | None, known: date | None, accounts: Sequence[int] | None,
) -> None:  # fmt: skip
    """Fill a connection with the names of docs/lake.md."""
    scope, zone = Scope(days, known, None if accounts is None else frozenset(accounts)), rollups.zone
    files = facts_table.snapshot().files
    said = facts.COMMON if scope.accounts is not None else (*facts.COMMON, *facts.LINKING)
    concerned, usage = _resolved(db, said, scope, rollups=rollups, files=files, kept=kept)
    if scope.accounts is None:
        facts.believe(db, files, zone=zone, known=known)
    else:
        moved = remembered.moved(db, facts_table.path, files, zone)
        facts.believe_own(db, files, zone=zone, known=known, concerned=concerned, moved=moved)
    days_said = remembered.days(db, facts_table.path, files, zone)
    heard = (zone.key, *sorted(path for kind in remembered.HEARD for path in files.get(kind, ())))
    once(db, "fact_days", heard, partial(links.keep, db, "fact_days", days_said))
    _usage(db, known, usage)


def usage_alone(
    db: duckdb.DuckDBPyConnection, *, rollups: Rollups, facts_table: Table, kept: Path, days: tuple[date, date],
    known: date, accounts: Sequence[int],
) -> None:  # fmt: skip
    """Fill a connection with what docs/lake.md has under "Usage", of some accounts: no other facts are read."""
    scope, files = Scope(days, known, frozenset(accounts)), facts_table.snapshot().files
    _, usage = _resolved(db, facts.COMMON, scope, rollups=rollups, files=files, kept=kept)
    facts.apply_catalogue(db, known)
    _usage(db, known, usage)


def _resolved(
    db: duckdb.DuckDBPyConnection, said: Iterable[str], scope: Scope, *, rollups: Rollups,
    files: Mapping[str, Sequence[str]], kept: Path,
) -> tuple[set[int], str]:  # fmt: skip
    """The rollups as they are and whose keys are whose.

    Returns the wanted accounts with all merged into them, and which tables hold what their keys did.
    """
    facts.declare(db, files, said, zone=rollups.zone, known=scope.known)
    standing = rollups.shelf.standing()
    for rollup in EMPTY:
        _raw(db, rollup, standing, scope.days)
    return _with_links(db, files, rollups.zone, kept, lambda folder: _link(db, folder, scope))


def links_alone(db: duckdb.DuckDBPyConnection, *, zone: ZoneInfo, facts_table: Table, kept: Path) -> None:
    """Fill a connection with `links` and nothing else: who is meant by a source's key, on any day."""
    files = facts_table.snapshot().files
    _with_links(db, files, zone, kept, lambda folder: cache.load(db, folder, "links"))


def _with_links(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[str]], zone: ZoneInfo, kept: Path,
    load: Callable[[Path], T],
) -> T:  # fmt: skip
    """What `load` makes of the folder with the links of these files, resolved now where they are not there."""
    said = cache.sources(files, facts.LINKING, zone.key)
    folder, left = cache.folder(kept, said), TRIES
    while True:
        try:
            cache.prepare(db, folder, said, partial(_resolve, db, files, zone, kept, said))
            return load(folder)
        except duckdb.IOException:
            # Another session has just swept the folder away.
            left -= 1
            if not left:
                raise


def _resolve(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[str]], zone: ZoneInfo, kept: Path, said: Sequence[str]
) -> None:
    """All links, or only those that what was said since the last time touches."""
    definitions.spend(db)
    facts.declare(db, files, facts.LINKING, zone=zone, known=None)
    base = cache.base(kept, said)
    if base is None:
        links.resolve(db)
        return
    folder, told = base
    fresh = {kind: [path for path in files.get(kind, ()) if Path(path).name not in told] for kind in facts.LINKING}
    facts.declare(db, fresh, facts.LINKING, zone=zone, known=None, named="fresh")
    relinking.resolve(db, folder)


def _link(db: duckdb.DuckDBPyConnection, folder: Path, scope: Scope) -> tuple[set[int], str]:
    """The tables of links, as known and of the wanted accounts; returns as `_resolved`."""
    once(db, "survivors", (folder, scope.known), partial(_survivors, db, folder, scope.known))
    concerned: set[int] = set()
    if scope.accounts is None:
        cache.load(db, folder, "links")
    else:
        links.store(db, "wanted", [(account,) for account in scope.accounts], [("account", pa.int64())])
        merged = db.execute("select account from survivors where survivor in (select account from wanted)").fetchall()
        concerned = {*scope.accounts, *(account for (account,) in merged)}
        cache.load(db, folder, "links", _listed("account", scope.accounts, "select account from wanted"))
    _slice(db, "links", scope.known)
    usage = "raw" if scope.accounts is None else _own(db)
    cache.load(db, folder, "persons", ANONYMOUS if usage == "few" else "true")
    _slice(db, "persons", scope.known)
    db.execute(ALL_PERSONS)
    return concerned, usage


def _survivors(db: duckdb.DuckDBPyConnection, folder: Path, known: date | None) -> None:
    cache.load(db, folder, "survivors")
    db.execute(SURVIVORS)
    _slice(db, "survivors", known)


def _slice(db: duckdb.DuckDBPyConnection, table: str, known: date | None) -> None:
    """Only what was known."""
    if known:
        db.execute(SLICE.format(table=table, known=known))


def _listed(column: str, values: Collection[int], otherwise: str) -> str:
    """A condition that names the values where they are few, so that groups of rows without them are not read."""
    few = ", ".join(map(str, sorted(values))) or "null"
    return f"{column} in ({few if len(values) <= FEW else otherwise})"


def _raw(db: duckdb.DuckDBPyConnection, rollup: str, standing: Standing, days: tuple[date, date] | None) -> None:
    pieces = standing.pieces.get(rollup)
    if pieces is None and rollup == "beats":
        source = "select distinct namespace, source, day, known_on from raw_counts"
    elif found := [str(piece.path) for piece in pieces or () if piece.touches(days)]:
        within = f"where day >= date '{days[0]}' and day < date '{days[1]}'" if days else ""
        source = f"from read_parquet({file_list(found)}, hive_partitioning = false) {within}"
    else:
        source = EMPTY[rollup]
    define(db, f"raw_{rollup}", f"create or replace temp view raw_{rollup} as {source}")


def _own(db: duckdb.DuckDBPyConnection) -> str:
    """What the wanted accounts' keys did; returns the name before that of the tables, "few" or "many".

    Of few keys all is read here, once: the files are sorted by key, so a few keys read a few groups. Of many it is read
    when it is asked for, so that only the days and columns asked for are.
    """
    keys = [key for (key,) in db.execute("select distinct key from links").fetchall()]
    few = len(keys) <= FEW
    chosen = f"key in ({(', '.join(quoted(key) for key in keys) or 'null') if few else 'select key from links'})"
    made, name = ("table", "few") if few else ("view", "many")
    db.execute(f"create or replace temp {made} {name}_counts as from raw_counts where {chosen}")
    db.execute(f"create or replace temp {made} {name}_users as from raw_users where {chosen}")
    db.execute(f"create or replace temp table own_sightings as from {SIGHTINGS} where {chosen}")
    return name


def _usage(db: duckdb.DuckDBPyConnection, known: date | None, source: str) -> None:
    words = {
        "counts": f"{source}_counts",
        "users": f"{source}_users",
        "sightings": SIGHTINGS if source == "raw" else "own_sightings",
        "joined": JOINED,
        "opens": "c.day" if known else "greatest(c.day, c.known_on, l.known_from)",
        "known": f"and c.known_on <= date '{known}'" if known else "",
    }
    for name, view in VIEWS.items():
        define(db, name, view.format(**words))
    define(db, "arrivals", ARRIVALS.format(known=f"where known_on <= date '{known}'" if known else ""))
    define(db, "people", PEOPLE)
