"""The verdicts of a chunk, in the drain's DuckDB session: what is accepted, what is set aside, what is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from nenrin.analytics.lake.engine import quoted
from nenrin.analytics.lake.schemas import EVENTS
from nenrin.ingest.catalogue import Left, Seen
from nenrin.ingest.payloads.columns import Reject
from nenrin.ingest.spool import SpooledBatch

NAME = "case when type = 'track' then name else '$' || type end"
ACCEPTED = """
create or replace temp view accepted as
select * {flagged} from judged where verdict = 'stored'
"""
ROWS = f"""
select {", ".join("valid_at::date as day" if name == "day" else f'"{name}"' for name in EVENTS.names)}
from accepted
"""
FLAGGED = """
replace (concat_ws(',', nullif(flags, ''), case when {left_out} then 'excluded' end,
                   case when {ignored} then 'ignored' end) as flags)
"""
SEEN = f"""
select namespace, {NAME} as name, count(*) as events, min(received_at) as first_at, max(received_at) as last_at from accepted group by all
"""
TELLING = [
    "type",
    "name",
    "user",
    "anonymous",
    "group",
    "previous",
    "event_id",
    "original_at",
    "properties",
    "traits",
    "context",
]
SET_ASIDE = """
select batch, place, verdict, {columns} from judged where verdict not in ('stored', 'duplicate') order by batch, place
"""
LIVE = """
select source, namespace, received_at, key, verdict, flags, {columns} from judged order by batch desc, place desc limit {most}
"""


def accept(db: duckdb.DuckDBPyConnection, left: Left, ignored: frozenset[tuple[str, str]]) -> None:
    """Make the view `accepted`: what is to be stored, flagged `excluded` or `ignored` by the rules that hold."""
    _pairs(db, "left_users", left.domain_users)
    _pairs(db, "ignored_names", ignored)
    conditions = [
        *[f'regexp_matches("user", {quoted(pattern)})' for pattern in left.users],
        *[f'regexp_matches("group", {quoted(pattern)})' for pattern in left.groups],
        *[f"regexp_matches(context->>'$.userAgent', {quoted(pattern)})" for pattern in left.agents],
    ]
    if left.domain_users:
        conditions.append('(namespace, "user") in (select (namespace, name) from left_users)')
    skipped = f"(namespace, {NAME}) in (select (namespace, name) from ignored_names)" if ignored else "false"
    flagged = FLAGGED.format(left_out=" or ".join(conditions) or "false", ignored=skipped)
    db.execute(ACCEPTED.format(flagged=flagged if conditions or ignored else ""))


def rows(db: duckdb.DuckDBPyConnection) -> pa.Table:
    """What is accepted, as rows of the lake."""
    return db.sql(ROWS).to_arrow_table().select(EVENTS.names)


def seen(db: duckdb.DuckDBPyConnection) -> list[Seen]:
    """What is accepted, counted by name."""
    return [Seen(*row.values()) for row in _fetched(db, SEEN)]


def counted(db: duckdb.DuckDBPyConnection) -> Counter[tuple[int, str]]:
    """Events by batch and verdict."""
    found = db.execute("select batch, verdict, count(*) from judged group by all").fetchall()
    return Counter({(batch, verdict): n for batch, verdict, n in found})


def rejects(db: duckdb.DuckDBPyConnection, batches: Mapping[int, SpooledBatch]) -> list[Reject]:
    """Events that were read and cannot be stored: an id used for two different events, ids beyond any length."""
    query = SET_ASIDE.format(columns=", ".join(f'"{name}"' for name in TELLING))
    found = []
    for row in _fetched(db, query):
        found.append(Reject(batches[row["batch"]], row["place"], row["verdict"], _as_event(row)))
    return found


def live(db: duckdb.DuckDBPyConnection, most: int) -> list[dict[str, object]]:
    """The last events that were read, oldest first, for the live viewer."""
    query = LIVE.format(columns=", ".join(f'"{name}"' for name in TELLING), most=most)
    found = []
    for row in reversed(_fetched(db, query)):
        found.append(
            {
                "source": row["source"], "namespace": row["namespace"], "received_at": row["received_at"],
                "type": row["type"], "name": row["name"][:200], "key": row["key"][:520], "verdict": row["verdict"],
                "flags": row["flags"][:200], "body": _as_event(row),
            }
        )  # fmt: skip
    return found


def _fetched(db: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Rows by way of Arrow: DuckDB's own fetching of instants wants a library we do not have."""
    found: list[dict[str, Any]] = db.sql(query).to_arrow_table().to_pylist()
    return found


def _as_event(told: Mapping[str, Any]) -> str:
    """The event in Segment's shape again."""
    event: dict[str, Any] = {"type": told["type"], "messageId": told["event_id"]}
    event["event" if told["type"] == "track" else "name"] = told["name"] or None
    event |= {"userId": told["user"], "anonymousId": told["anonymous"], "previousId": told["previous"]}
    if told["type"] == "group":
        event["groupId"] = told["group"]
    event["timestamp"] = told["original_at"]
    for part in ("properties", "traits", "context"):
        event[part] = msgspec.Raw(told[part].encode()) if told[part] else None
    return msgspec.json.encode({name: value for name, value in event.items() if value is not None}).decode()


def _pairs(db: duckdb.DuckDBPyConnection, table: str, pairs: frozenset[tuple[str, str]]) -> None:
    schema = pa.schema([("namespace", pa.string()), ("name", pa.string())])
    fresh = pa.Table.from_pylist([{"namespace": ns, "name": name} for ns, name in pairs], schema=schema)
    db.register("fresh_pairs", fresh)
    db.execute(f"create or replace temp table {table} as from fresh_pairs")
    db.unregister("fresh_pairs")
