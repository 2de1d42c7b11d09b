"""Accepted events to the lake on one core: identity, de-duplication, fsync and the ledger included."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import django
import numpy as np

django.setup()

from bench._apart import fsync_ms  # noqa: E402

from nenrin.customers import accounts  # noqa: E402
from nenrin.foundation import organisation  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.ingest import drain, lakes, sources, spool  # noqa: E402
from nenrin.ingest.models import Source  # noqa: E402
from nenrin.ingest.spool import Batch  # noqa: E402

AIM = 100_000
BEGIN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def main(events: int) -> list[dict[str, Any]]:
    """Rows of the benchmark, this process pinned to one core."""
    at = BEGIN - timedelta(days=1)
    organisation.found("Bench", at=at)
    source, lake = prepared(at), lakes.current()
    fill(source, 20_000, seed=1)
    drain.drain_all(lake, at=BEGIN)
    fill(source, events, seed=2)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    started, cpu = time.perf_counter(), time.process_time()
    done = drain.drain_all(lake, at=BEGIN + timedelta(hours=1))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert done.stored == events, done
    rate = events / seconds
    row = {"name": "drain: accepted to lake, one core", "figure": round(rate), "unit": "events/s", "peer": None,
           "peer_figure": None, "ratio": None, "aim": f">= {AIM}", "holds": rate >= AIM}  # fmt: skip
    note = f"drain: the same by CPU time (fsync {fsync_ms(lake.path):.1f} ms)"
    return [row, {**row, "name": note, "figure": round(events / cpu), "aim": None, "holds": None}]


def prepared(at: datetime) -> Source:
    """A source whose groups are all known accounts."""
    rows = [accounts.Row(fields={"name": f"Account {n}"}, keys=[("product", f"acct-{n}")]) for n in range(200)]
    accounts.open_many(rows, by=SYSTEM, at=at)
    return sources.open("bench", by=SYSTEM, at=at).source


def fill(source: Source, events: int, *, seed: int, batch: int = 100) -> None:
    """Spool events as a server's SDK sends them: 90 in 100 tracks, the rest pages, identifies and groups."""
    rng = np.random.default_rng(seed)
    spooled = []
    for number in range(events // batch):
        at = BEGIN + timedelta(seconds=number)
        body = json.dumps({"batch": list(_events(rng, batch, at)), "sentAt": at.isoformat()}).encode()
        spooled.append(Batch(source.pk, source.namespace, True, at, batch, body, "batch"))
        if len(spooled) == 500:
            spool.put_many(spooled)
            spooled.clear()
    spool.put_many(spooled)


def _events(rng: np.random.Generator, count: int, at: datetime) -> Iterator[dict[str, Any]]:
    draws = rng.random(count)
    users = rng.integers(0, 2000, count)
    ids = rng.bytes(16 * count)
    for n, (draw, user) in enumerate(zip(draws.tolist(), users.tolist(), strict=True)):
        yield {
            "integrations": {}, "anonymousId": None, "userId": f"user-{user}",
            "timestamp": (at - timedelta(seconds=n % 50)).isoformat(timespec="milliseconds"),
            "context": {"library": {"name": "analytics-python", "version": "2.4.0"}, "groupId": f"acct-{user % 200}"},
            "messageId": str(UUID(bytes=ids[16 * n : 16 * n + 16])), **_kind(draw, user, n),
        }  # fmt: skip


def _kind(draw: float, user: int, n: int) -> dict[str, Any]:
    if draw < 0.90:
        properties = {"feature": "export", "rows": n * 37, "plan": "pro", "format": "csv", "title": "四半期レポート"}
        return {"type": "track", "event": f"Feature {n % 12}", "properties": properties}
    if draw < 0.97:
        return {"type": "page", "name": "Home", "properties": {"path": "/app", "title": "Home"}}
    if draw < 0.99:
        return {"type": "identify", "traits": {"email": f"user-{user}@example.com", "plan": "pro"}}
    return {"type": "group", "groupId": f"acct-{user % 200}", "traits": {"name": f"Account {user % 200}"}}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
