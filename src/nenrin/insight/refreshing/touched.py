"""Which accounts have new facts or events since the last refresh: read from the lake's own log."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.engine import file_list
from nenrin.analytics.lake.tables import LogLost, Table

#: Above this many accounts it is cheaper to evaluate everybody.
MANY = 5_000

FROM_EVENTS = """
select distinct l.account from (select distinct namespace, key from read_parquet({files}, hive_partitioning = false)) e
join links l on l.namespace = e.namespace and l.key = e.key
"""
# A fact of a link begins with the source key that it links; which bar ends the key, the key does not tell.
FROM_FACTS = """
with fresh as (select account, key, body from read_parquet({files}, hive_partitioning = false)),
named as (
  select distinct unnest(list_transform(range(2, len(parts) + 1), lambda n: array_to_string(parts[1:n], '|'))) as place
  from (select string_split(key, '|') as parts from fresh)
)
select account from fresh where account is not null
union select (body->>'$.survivor')::bigint from fresh where body->>'$.survivor' is not null
union select l.account from named n join links l on n.place = l.namespace || '|' || l.key
"""


@dataclass(frozen=True, slots=True)
class News:
    """Accounts with something new, up to these versions of the lake's tables; `everybody` where all may be touched."""

    accounts: frozenset[int]
    everybody: bool
    events_seen: int
    facts_seen: int
    is_new: bool = True


def since(lake: Lake, events_seen: int, facts_seen: int) -> News:
    """What came after these versions of `events` and `facts`. A changed event catalogue touches everybody."""
    try:
        events_now, event_files, _ = _fresh(lake.events, events_seen)
        facts_now, fact_files, kinds = _fresh(lake.facts, facts_seen)
    except LogLost:
        return News(frozenset(), True, _version(lake.events), _version(lake.facts))
    if "mapping" in kinds or facts_seen < 0:
        return News(frozenset(), True, events_now, facts_now)
    accounts = _accounts(lake, event_files, fact_files)
    is_new = (events_now, facts_now) != (events_seen, facts_seen)
    return News(frozenset(accounts), len(accounts) > MANY, events_now, facts_now, is_new)


def _fresh(table: Table, seen: int) -> tuple[int, list[str], set[str]]:
    if table.snapshot().version == seen:
        return seen, [], set()
    now, changes = table.changes(seen)
    return (
        now,
        [path for change in changes for path in change.added],
        {change.partition for change in changes},
    )


def _version(table: Table) -> int:
    return table.snapshot().version


def _accounts(lake: Lake, event_files: list[str], fact_files: list[str]) -> set[int]:
    if not event_files and not fact_files:
        return set()
    queries = [FROM_EVENTS.format(files=file_list(event_files))] if event_files else []
    queries += [FROM_FACTS.format(files=file_list(fact_files))] if fact_files else []
    with lake.links() as db:
        return {int(row[0]) for query in queries for row in db.execute(query).fetchall() if row[0] is not None}
