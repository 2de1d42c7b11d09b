"""Which account a source key belonged to, for each day of an event and each day of knowledge.

Keys with one statement, nearly all, are resolved by SQL; the few with a history go through `rectangles`. Leaves the
temp tables `links`, `persons` and `survivors` in the session (docs/lake.md has the rules).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from nenrin.analytics.lake.rectangles import Rectangle, Statement, followed, only, painted

PLACE = [("namespace", pa.string()), ("key", pa.string())]
VALID = [("valid_from", pa.date32()), ("valid_to", pa.date32())]
KNOWN = [("known_from", pa.date32()), ("known_to", pa.date32())]

KEYS = "select namespace, rest as key, account::varchar as value, gone, known_on, valid_on, seq from said_key"
MEMBERSHIPS = """
select namespace, 'u:' || (body->>'$.user') as key, 'g:' || (body->>'$.group') as value, gone, known_on, valid_on, seq
from said_membership
"""
PERSONS = """
select * exclude gone from (
  select namespace, rest as key, 'u:' || (body->>'$.user') as user, gone, known_on as known_from,
         lead(known_on, 1, date '9999-12-31') over (partition by namespace, rest order by known_on, seq) as known_to
  from said_alias
) where not gone and known_from < known_to and user is not null
"""
SAID = f"""
create temp table said_keys as {KEYS};
create temp table said_memberships as {MEMBERSHIPS};
create or replace temp table persons as {PERSONS};
"""
# One statement, still standing: it holds from its day on for as long as anything is known.
PLAIN = """
select namespace, key, any_value(value) as value, {valid_from} as valid_from, date '9999-12-31' as valid_to,
       any_value(known_on) as known_from, date '9999-12-31' as known_to
from {table} group by namespace, key having count(*) = 1 and not bool_or(gone)
"""
STORIED = """
select namespace, key, value, gone, known_on, valid_on from {table} semi join
  (select namespace, key from {table} group by all having count(*) > 1) using (namespace, key)
order by namespace, key, known_on, seq
"""
COMPOSED = """
create temp table group_links as
select * exclude value, value::bigint as account from
  (from plain_keys union all by name from worked_keys);
create temp table member_links as from plain_memberships union all by name from worked_memberships;
create temp table user_links as
select u.namespace, u.key, g.account, greatest(u.valid_from, g.valid_from) as valid_from,
       least(u.valid_to, g.valid_to) as valid_to, greatest(u.known_from, g.known_from) as known_from,
       least(u.known_to, g.known_to) as known_to
from member_links u join group_links g on u.namespace = g.namespace and u.value = g.key
where greatest(u.valid_from, g.valid_from) < least(u.valid_to, g.valid_to)
  and greatest(u.known_from, g.known_from) < least(u.known_to, g.known_to);
create temp table direct_links as
from group_links union all by name from user_links union all by name
select a.namespace, a.key, u.account, u.valid_from, u.valid_to, greatest(a.known_from, u.known_from) as known_from,
       least(a.known_to, u.known_to) as known_to
from persons a join user_links u on a.namespace = u.namespace and a.user = u.key
where greatest(a.known_from, u.known_from) < least(a.known_to, u.known_to);
create or replace temp table links as
select l.namespace, l.key, coalesce(s.survivor, l.account) as account, l.valid_from, l.valid_to,
       greatest(l.known_from, coalesce(s.known_from, l.known_from)) as known_from,
       least(l.known_to, coalesce(s.known_to, l.known_to)) as known_to
from direct_links l left join survivors s
  on l.account = s.account and l.known_from < s.known_to and s.known_from < l.known_to;
"""
LEFTOVERS = [
    "said_keys", "said_memberships", "plain_keys", "worked_keys", "plain_memberships", "worked_memberships",
    "group_links", "member_links", "user_links", "direct_links",
]  # fmt: skip


def resolve(db: duckdb.DuckDBPyConnection) -> None:
    """Build `links`, `persons` and `survivors` from the views `said_<kind>` of the session."""
    survive(db)
    db.execute(SAID)
    compose(db)


def compose(db: duckdb.DuckDBPyConnection) -> None:
    """Build `links` from `survivors`, `persons` and what is said of groups and users, which goes."""
    _plain(db, "keys", "any_value(valid_on)")
    _plain(db, "memberships", "date '1900-01-01'")
    _worked(db, "keys", _painted_keys(_statements(db, "said_keys")))
    _worked(db, "memberships", _only_memberships(_statements(db, "said_memberships")))
    db.execute(COMPOSED)
    for table in LEFTOVERS:
        db.execute(f"drop table {table}")


def survive(db: duckdb.DuckDBPyConnection) -> None:
    """Build `survivors(account, survivor, known_from, known_to)`: all known days of every account ever absorbed."""
    rows = db.execute(
        "select rest::bigint, known_on, case when gone then null else (body->>'$.survivor')::bigint end"
        " from said_survivor order by 1, known_on, seq"
    ).fetchall()
    merges = {account: [(known, to) for _, known, to in said] for account, said in groupby(rows, lambda row: row[0])}
    store(db, "survivors", list(followed(merges)), [("account", pa.int64()), ("survivor", pa.int64()), *KNOWN])


def store(
    db: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[Any, ...]], columns: list[tuple[str, pa.DataType]]
) -> None:
    """A temp table of Python rows."""
    schema = pa.schema(columns)
    values = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
    keep(db, name, pa.Table.from_arrays(arrays, schema=schema))


def keep(db: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """A temp table of Arrow rows."""
    db.register("fresh_rows", rows)
    db.execute(f"create or replace temp table {name} as from fresh_rows")
    db.unregister("fresh_rows")


def _plain(db: duckdb.DuckDBPyConnection, name: str, valid_from: str) -> None:
    db.execute(f"create temp table plain_{name} as {PLAIN.format(table=f'said_{name}', valid_from=valid_from)}")


def _worked(db: duckdb.DuckDBPyConnection, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
    store(db, f"worked_{name}", list(rows), [*PLACE, ("value", pa.string()), *VALID, *KNOWN])


def _statements(db: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[tuple[str, str], list[tuple[Any, ...]]]]:
    """(namespace, key) and its rows (value, gone, known_on, valid_on), of the keys with more than one."""
    rows = db.execute(STORIED.format(table=table)).fetchall()
    for place, said in groupby(rows, lambda row: (row[0], row[1])):
        yield place, [row[2:] for row in said]


def _painted_keys(storied: Iterable[tuple[tuple[str, str], list[tuple[Any, ...]]]]) -> Iterator[tuple[Any, ...]]:
    for place, said in storied:
        for rectangle in painted([_statement(*row) for row in said]):
            yield _row(place, rectangle)


def _only_memberships(storied: Iterable[tuple[tuple[str, str], list[tuple[Any, ...]]]]) -> Iterator[tuple[Any, ...]]:
    for place, said in storied:
        groups: dict[str, list[Statement]] = {}
        for row in said:
            groups.setdefault(row[0], []).append(_statement(*row))
        for rectangle in only(groups):
            yield _row(place, rectangle)


def _statement(value: str, gone: bool, known: date, valid: date) -> Statement:
    return Statement(known, valid, None if gone else value)


def _row(place: Sequence[str], r: Rectangle) -> tuple[Any, ...]:
    return (*place, r.value, r.valid_from, r.valid_to, r.known_from, r.known_to)
