"""What the drain's tests share: a source, batches as clients send them, and one call that drains."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.crypto import get_random_string

from nenrin.analytics.lake import Lake
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import drain as drains
from nenrin.ingest import lakes, sources, spool
from nenrin.ingest.models import Source
from nenrin.ingest.spool import Batch

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo


def source(name: str = "Web app", **fields: Any) -> Source:
    return sources.open(name, by=SYSTEM, at=NOON, **fields).source


def track(event: str = "Report opened", *, user: str = "sato", **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "userId": user, "messageId": get_random_string(20), **more}


def send(
    source: Source, *events: Any, at: datetime = NOON, trusted: bool = False, body: bytes | None = None, **envelope: Any
) -> int:
    """Spool one request as the door would."""
    sent = body if body is not None else json.dumps({"batch": events, **envelope}).encode()
    count = len(events) if body is None else envelope.get("count", 1)
    return spool.put(
        Batch(
            source=source.pk,
            namespace=source.namespace,
            trusted=trusted,
            received_at=at,
            events=count,
            body=sent,
            shape="batch",
        )
    )


def drained(at: datetime = NOON + timedelta(seconds=5)) -> drains.Drained:
    return drains.drain_all(lakes.current(), at=at)


def stored(columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of the lake's events, by batch."""
    lake = lakes.current()
    files = lake.events.files()
    if not files:
        return []
    with lake.connection() as db:
        found = db.sql(f"select {columns} from read_parquet({files}) order by batch, event_id").to_arrow_table()
    return list(zip(*[column.to_pylist() for column in found.columns], strict=True))


def facts(kind: str) -> list[tuple[Any, ...]]:
    """(key, body, known_on) of one kind of fact, by key."""
    lake: Lake = lakes.current()
    files = lake.facts.files([kind])
    if not files:
        return []
    with lake.connection() as db:
        return db.execute(f"select key, body, known_on from read_parquet({files}) order by key").fetchall()
