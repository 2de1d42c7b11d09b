"""Columns of the two tables. Text columns carry no statistics: the table's log must never hold a person's data."""

from __future__ import annotations

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


EVENTS = pa.schema(
    [
        _required("batch", pa.int64()),
        _required("source", pa.int32()),
        _required("namespace", pa.string()),
        _required("event_id", pa.string()),
        _required("type", pa.string()),
        _required("name", pa.string()),
        _required("key", pa.string()),
        pa.field("user", pa.string()),
        pa.field("anonymous", pa.string()),
        pa.field("group", pa.string()),
        _required("valid_at", INSTANT),
        _required("received_at", INSTANT),
        pa.field("original_at", INSTANT),
        pa.field("sent_at", INSTANT),
        _required("known_on", pa.date32()),
        _required("day", pa.date32()),
        _required("flags", pa.string()),
        pa.field("properties", pa.string()),
        pa.field("traits", pa.string()),
        pa.field("context", pa.string()),
    ]
)

FACTS = pa.schema(
    [
        _required("kind", pa.string()),
        _required("key", pa.string()),
        pa.field("account", pa.int64()),
        _required("valid_at", INSTANT),
        _required("known_on", pa.date32()),
        _required("recorded_at", INSTANT),
        _required("seq", pa.int64()),
        _required("gone", pa.bool_()),
        _required("assumed", pa.bool_()),
        _required("body", pa.string()),
    ]
)

# Columns whose values repeat within a file: worth a dictionary page. The others would fill one and fall back.
REPEATING = [
    "source", "batch", "namespace", "type", "name", "key", "user", "group", "received_at", "sent_at", "known_on",
    "flags", "context", "kind", "gone", "assumed", "account",
]  # fmt: skip
