"""bench.fresh, in its own process."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import numpy as np

django.setup()

from bench._apart import fsync_ms  # noqa: E402
from bench._filled import FIRST, USERS, fill, link  # noqa: E402

from nenrin.foundation import organisation  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.ingest import drain, lakes, sources, spool  # noqa: E402
from nenrin.ingest.draining import settling  # noqa: E402
from nenrin.ingest.models import Source  # noqa: E402
from nenrin.ingest.spool import Batch  # noqa: E402

FRESH, LATE_SHARE, LATE_DAYS = 5_000, 0.05, 30


def main(events: int, days: int) -> list[dict[str, Any]]:
    now = datetime(FIRST.year, FIRST.month, FIRST.day, 3, tzinfo=UTC) + timedelta(days=days)
    organisation.found("Bench", at=now)
    source, lake = sources.open("bench", by=SYSTEM, at=now).source, lakes.current()
    fill(lake, events, days)
    link(lake)
    lake.roll()
    with lake.session():
        pass  # the links of a lake this size are worked out once
    # Known groups would be accounts of the customers' room; here only the lake is measured.
    settling.open_accounts = lambda *_: []
    taken = [_round(source, now + timedelta(minutes=number), number) for number in range(4)][1:]
    best = {step: round(min(row[step] for row in taken), 3) for step in taken[0]}
    name = f"fresh: {FRESH:,} events, 5 % late, on {events / 1e6:g} M (fsync {fsync_ms(Path(os.environ['NENRIN_HOME'])):.1f} ms)"
    row = {"name": f"{name}: drain to rollups and links", "figure": best["all"], "unit": "s", "peer": None,
           "peer_figure": None, "ratio": None, "aim": "<= 2, health included", "holds": best["all"] <= 2}  # fmt: skip
    steps = [
        {**row, "name": f"fresh: {step}", "figure": best[step], "aim": None, "holds": None}
        for step in ("drain", "roll", "session")
    ]
    return [row, *steps]


def _round(source: Source, now: datetime, seed: int) -> dict[str, float]:
    _spool(source, now, seed)
    lake = lakes.current()
    started = time.perf_counter()
    done = drain.drain_all(lake, at=now)
    drained = time.perf_counter()
    days = lake.roll()
    rolled = time.perf_counter()
    with lake.session(days=(now.date() - timedelta(days=56), now.date() + timedelta(days=2))):
        opened = time.perf_counter()
    assert done.stored == FRESH and len(days) > LATE_DAYS - 2, (done, len(days))
    return {"drain": drained - started, "roll": rolled - drained, "session": opened - rolled, "all": opened - started}


def _spool(source: Source, now: datetime, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for part in range(FRESH // 100):
        events = [_event(rng, now, f"{seed}-{part}-{n}") for n in range(100)]
        body = json.dumps({"batch": events, "sentAt": now.isoformat()}).encode()
        spool.put_many([Batch(source.pk, source.namespace, True, now, 100, body, "batch")])


def _event(rng: np.random.Generator, now: datetime, message: str) -> dict[str, Any]:
    user = int(rng.integers(0, USERS))
    back = timedelta(seconds=float(rng.random() * 3600))
    if rng.random() < LATE_SHARE:
        back += timedelta(days=int(rng.integers(1, LATE_DAYS)))
    return {
        "type": "track", "event": f"feature_{user % 12}", "userId": f"user-{user}", "messageId": message,
        "timestamp": (now - back).isoformat(), "context": {"groupId": f"acct-{user % 20_000}"}, "properties": {"rows": 3},
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
