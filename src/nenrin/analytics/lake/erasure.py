"""Forgetting a person: their events stay and count as somebody's, and say nothing of whose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from nenrin.analytics.lake.engine import file_list, quoted
from nenrin.analytics.lake.tables import Table

#: Facts that have a user's or an anonymous id in their key.
KINDS: Final = ("sighting", "membership", "alias", "visit")

THEIRS = """
namespace = {namespace} and (coalesce("user" = {user}, false) or coalesce(anonymous in ({anonymous}), false))
"""
PSEUDONYMOUS = """
select * replace (
  if("user" is null, null, {pseudonym}) as "user", if(anonymous is null, null, {pseudonym}) as anonymous,
  case left(key, 2) when 'g:' then key else left(key, 2) || {pseudonym} end as key,
  null::varchar as properties, null::varchar as traits, null::varchar as context)
{source} where {theirs} union all {source} where not ({theirs})
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of one namespace, the anonymous ids that were theirs, and the word that takes the place of all of them."""

    namespace: str
    user: str
    anonymous: Sequence[str]
    pseudonym: str


def forget_events(events: Table, person: Person, db: duckdb.DuckDBPyConnection) -> int:
    """Rewrite the files with events of this person; returns how many events. Safe to repeat."""
    theirs, total = _theirs(person), 0
    for value, files in events.files_by_partition().items():
        for file in files:
            source = f"from read_parquet({file_list([file])}, hive_partitioning = false)"
            [(n,)] = db.execute(f"select count(*) {source} where {theirs}").fetchall()
            if n:
                query = PSEUDONYMOUS.format(source=source, theirs=theirs, pseudonym=quoted(person.pseudonym))
                events.rewrite([file], db.sql(query).to_arrow_table(), value=value, data_change=True)
                total += n
    return total


def forget_facts(facts: Table, person: Person, db: duckdb.DuckDBPyConnection) -> None:
    """Rewrite the links of this person under the pseudonym, so that what they did stays where it counts."""
    for kind in KINDS:
        for file in facts.files([kind]):
            rows = db.sql(f"from read_parquet({file_list([file])}, hive_partitioning = false)").to_arrow_table()
            changed = [_renamed(row, person) for row in rows.to_pylist()]
            fresh = pa.Table.from_pylist(changed, schema=rows.schema)
            if not fresh.equals(rows):
                facts.rewrite([file], fresh, value=kind, data_change=True)


def _theirs(person: Person) -> str:
    anonymous = ", ".join(quoted(name) for name in person.anonymous) or "null"
    return THEIRS.format(namespace=quoted(person.namespace), user=quoted(person.user), anonymous=anonymous)


def _renamed(row: dict[str, Any], person: Person) -> dict[str, Any]:
    namespace, _, rest = row["key"].partition("|")
    body = json.loads(row["body"])
    if namespace != person.namespace:
        return row
    if body.get("user") == person.user:
        body["user"] = person.pseudonym
    place, bar, group = rest.partition("|g:")
    if place == f"u:{person.user}" or (place[:2] == "a:" and place[2:] in person.anonymous):
        place = place[:2] + person.pseudonym
    text = row["body"] if body == json.loads(row["body"]) else json.dumps(body, ensure_ascii=False)
    return {**row, "key": f"{namespace}|{place}{bar}{group}", "body": text}
