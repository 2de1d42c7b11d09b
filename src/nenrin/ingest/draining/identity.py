"""Who is who: anonymous ids that turned out to be users, users' groups, first sightings, traits.

Links are facts of the lake, resolved when it is read; here they are only found, and refused where they would join
what must stay apart. What is already known is remembered by the process, and read from the lake when it starts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import duckdb
import pyarrow as pa

from nenrin.analytics.lake import EVER, Lake
from nenrin.analytics.lake.engine import file_list
from nenrin.analytics.lake.schemas import FACTS
from nenrin.ingest.payloads.columns import LONGEST_ID

#: Ids that programs send for "nobody": linking them would join strangers.
FORBIDDEN: Final = frozenset(
    {"null", "undefined", "none", "nil", "guest", "0", "-1", "anonymous", "anonymous_id", "anon", "unknown", "nan",
     "true", "false", "[object object]", "not_authenticated", "distinct_id", "id", "email", "test", "user"}
)  # fmt: skip
#: A memory that must be read from the lake before it is used.
UNKNOWN: Final = -2
#: A user named by a link has not been active yet; any day on which it is comes before this one.
NOT_YET: Final = date.max
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS: Final = datetime(EVER.year, EVER.month, EVER.day, tzinfo=UTC)

SIGHTED = """
select namespace, key, min((valid_at at time zone $zone)::date), min(known_on), max(flags like '%assumed%')
from accepted where not starts_with(key, 'a:') group by namespace, key
"""
LINKED = """
select namespace, type, case type when 'alias' then previous else anonymous end as left_id, "user",
       min(known_on), max(flags like '%assumed%')
from accepted
where "user" is not null and (type = 'alias' or type = 'identify' and anonymous is not null)
group by all order by min((batch, place))
"""
# A group call says whose group somebody belongs to; so does the company in an identify call's traits, where its source
# lets it.
JOINING = """
create or replace temp table joining as
select batch, place, namespace, source, trusted, "user", anonymous, "group", traits, valid_at, known_on, flags
from accepted where type = 'group'
union all
select batch, place, namespace, source, trusted, "user", anonymous, company as "group",
       (traits->'$.company')::varchar as traits, valid_at, known_on, flags
from (
  select *, trim(traits->>'$.company.id') as company from accepted
  where type = 'identify' and "user" is not null and contains(traits, '"company"') and source in ({sources})
) where company <> '' and length(company) <= {longest}
"""
JOINED = """
select namespace, "user", "group", min(known_on), max(flags like '%assumed%'), epoch_us(min(valid_at))
from joining where "user" is not null group by all order by min((batch, place))
"""
VISITED = """
select namespace, anonymous, "group", min(known_on), max(flags like '%assumed%'), epoch_us(min(valid_at))
from joining where "user" is null group by all order by min((batch, place))
"""
TOLD = """
select * exclude (batch, place) from (
  select batch, place, namespace, 'user' as about, "user" as who, traits, epoch_us(valid_at), trusted
  from accepted where type = 'identify' and traits is not null and "user" is not null
  union all
  select batch, place, namespace, 'group', "group", traits, epoch_us(valid_at), trusted
  from joining where traits is not null
) order by batch, place
"""
GROUPS = """
select namespace, "group", any_value(source), bool_or(trusted) from (
  select namespace, "group", source, trusted from accepted where "group" is not null
  union all select namespace, "group", source, trusted from joining
) group by all
"""
LOADED = """
select key, arg_max(body, (known_on, seq)) from read_parquet({files}, hive_partitioning = false) group by key
"""


@dataclass(slots=True)
class Memory:
    """What the lake already knows, as of the drain's last facts (`version`)."""

    version: int = UNKNOWN
    sightings: dict[tuple[str, str], date] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    memberships: set[tuple[str, str, str]] = field(default_factory=set)
    # Groups that somebody named before signing in, with the event's time (µs): theirs once it is known who they are.
    visits: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    groups: set[tuple[str, str]] = field(default_factory=set)  # whose account is known
    groups_since: datetime | None = None

    def is_user(self, namespace: str, user: str) -> bool:
        return (namespace, "u:" + user) in self.sightings


@dataclass(frozen=True, slots=True)
class Refusal:
    """A link that was not made: `kind` is forbidden_id or two_users."""

    namespace: str
    kind: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Told:
    """Traits from one event; `who` is a user or a group."""

    namespace: str
    who: str
    traits: Mapping[str, Any]
    at: int
    trusted: bool


@dataclass(slots=True)
class Findings:
    """What a drain learned of identities."""

    facts: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    users: list[Told] = field(default_factory=list)
    groups: list[Told] = field(default_factory=list)
    seen_groups: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)

    def table(self, *, version: int, at: datetime) -> pa.Table:
        """The facts as rows of the lake."""
        common = {"account": None, "recorded_at": at, "seq": version, "gone": False}
        return pa.Table.from_pylist([{**common, **fact} for fact in self.facts], schema=FACTS)


def remembered(lake: Lake, memory: Memory) -> Memory:
    """The same memory if nobody else has drained since, else one read from the lake."""
    version = lake.facts.version("drain")
    return memory if memory.version == version else _load(lake, version)


def find(db: duckdb.DuckDBPyConnection, memory: Memory, *, zone: str, joining: Iterable[int] = ()) -> Findings:
    """Learn from the rows of `accepted`; `memory` is brought up to date. Safe to repeat with the lake's memory.

    `joining`: the sources whose identify calls name the user's company.
    """
    found = Findings()
    sources = ", ".join(str(int(source)) for source in joining) or "null"
    db.execute(JOINING.format(sources=sources, longest=LONGEST_ID))
    _sight(db.execute(SIGHTED, {"zone": zone}).fetchall(), memory, found)
    _link(db.execute(LINKED).fetchall(), memory, found)
    _join(db.execute(JOINED).fetchall(), memory, found)
    _visit(db.execute(VISITED).fetchall(), memory, found)
    _hear(db.execute(TOLD).fetchall(), found)
    found.seen_groups = {(ns, group): (source, trusted) for ns, group, source, trusted in db.execute(GROUPS).fetchall()}
    return found


def _load(lake: Lake, version: int) -> Memory:
    files = lake.facts.files_by_partition()
    memory = Memory(version=version)
    with lake.connection() as db:
        for key, body in _latest(db, files.get("sighting")):
            namespace, _, rest = key.partition("|")
            memory.sightings[namespace, rest] = date.fromisoformat(body["day"])
        for key, body in _latest(db, files.get("alias")):
            namespace, _, rest = key.partition("|")
            memory.aliases[namespace, rest.removeprefix("a:")] = body["user"]
            memory.sightings.setdefault((namespace, "u:" + body["user"]), NOT_YET)
        for key, body in _latest(db, files.get("membership")):
            memory.memberships.add((key.partition("|")[0], body["user"], body["group"]))
        for key, body in _latest(db, files.get("visit")):
            namespace, _, rest = key.partition("|")
            anonymous = rest.removeprefix("a:").removesuffix(f"|g:{body['group']}")
            memory.visits.setdefault((namespace, anonymous), {})[body["group"]] = body["at"]
    return memory


def _latest(db: duckdb.DuckDBPyConnection, files: list[str] | None) -> Iterable[tuple[str, dict[str, Any]]]:
    if not files:
        return
    for key, body in db.execute(LOADED.format(files=file_list(files))).fetchall():
        yield key, json.loads(body)


def _sight(rows: list[tuple[Any, ...]], memory: Memory, found: Findings) -> None:
    for namespace, key, day, known_on, assumed in rows:
        before = memory.sightings.get((namespace, key))
        if before is None or day < before:
            memory.sightings[namespace, key] = day
            found.facts.append(_fact("sighting", f"{namespace}|{key}", {"day": str(day)}, known_on, assumed))


def _link(rows: list[tuple[Any, ...]], memory: Memory, found: Findings) -> None:
    for namespace, kind, left, right, known_on, assumed in rows:
        refusal = _refused(namespace, kind, left, right, memory)
        if refusal:
            found.refusals.append(Refusal(namespace, refusal, left, right))
        elif left != right and (namespace, left) not in memory.aliases:
            memory.aliases[namespace, left] = right
            memory.sightings.setdefault((namespace, "u:" + right), NOT_YET)
            found.facts.append(_fact("alias", f"{namespace}|a:{left}", {"user": right}, known_on, assumed))
            visits = memory.visits.get((namespace, left), {}).items()
            _join([(namespace, right, group, known_on, assumed, at) for group, at in visits], memory, found)


def _refused(namespace: str, kind: str, left: str, right: str, memory: Memory) -> str | None:
    if left.lower() in FORBIDDEN or right.lower() in FORBIDDEN:
        return "forbidden_id"
    if left == right:
        return None
    if kind == "alias" and memory.is_user(namespace, left):
        return "two_users"
    return "two_users" if memory.aliases.get((namespace, left), right) != right else None


def _join(rows: list[tuple[Any, ...]], memory: Memory, found: Findings) -> None:
    for namespace, user, group, known_on, assumed, valid_us in rows:
        if user.lower() in FORBIDDEN:
            found.refusals.append(Refusal(namespace, "forbidden_id", user, group))
        elif (namespace, user, group) not in memory.memberships:
            memory.memberships.add((namespace, user, group))
            body = {"user": user, "group": group}
            fact = _fact("membership", f"{namespace}|u:{user}|g:{group}", body, known_on, assumed)
            found.facts.append({**fact, "valid_at": EPOCH + timedelta(microseconds=valid_us)})


def _visit(rows: list[tuple[Any, ...]], memory: Memory, found: Findings) -> None:
    """Group calls of somebody who has not signed in: kept until it is known who it was."""
    for namespace, anonymous, group, known_on, assumed, at in rows:
        user = memory.aliases.get((namespace, anonymous))
        visits = memory.visits.setdefault((namespace, anonymous), {})
        if user is not None:
            _join([(namespace, user, group, known_on, assumed, at)], memory, found)
        elif anonymous.lower() not in FORBIDDEN and group not in visits:
            visits[group] = at
            key = f"{namespace}|a:{anonymous}|g:{group}"
            found.facts.append(_fact("visit", key, {"group": group, "at": at}, known_on, assumed))


def _hear(rows: list[tuple[Any, ...]], found: Findings) -> None:
    for namespace, about, who, text, at, trusted in rows:
        told = Told(namespace, who, json.loads(text), at, trusted)
        (found.groups if about == "group" else found.users).append(told)


def _fact(kind: str, key: str, body: dict[str, Any], known_on: date, assumed: bool) -> dict[str, Any]:
    text = json.dumps(body, ensure_ascii=False)
    return {"kind": kind, "key": key, "body": text, "valid_at": ALWAYS, "known_on": known_on, "assumed": bool(assumed)}
