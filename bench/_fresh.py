"""bench.fresh, in its own process."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import numpy as np

django.setup()

from bench._apart import fsync_ms  # noqa: E402
from bench._filled import ACCOUNTS, FIRST, USERS, lay, prepared  # noqa: E402

from nenrin.customers.models import Account, AccountKey  # noqa: E402
from nenrin.foundation import bulk, organisation  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.ingest import drain, lakes, sources, spool  # noqa: E402
from nenrin.ingest.models import Source  # noqa: E402
from nenrin.ingest.spool import Batch  # noqa: E402
from nenrin.insight import health_models, refresh  # noqa: E402
from nenrin.insight.models import Health, HealthDetail, Progress  # noqa: E402
from nenrin.insight.refreshing.rolling import rolled  # noqa: E402

FRESH, LATE_SHARE, LATE_DAYS, ROUNDS = 5_000, 0.05, 30, 6


def main(events: int, days: int) -> list[dict[str, Any]]:
    now = datetime(FIRST.year, FIRST.month, FIRST.day, 3, tzinfo=UTC) + timedelta(days=days)
    home = Path(os.environ["NENRIN_HOME"])
    lay(prepared(events, days), home)
    source = _company(now)
    refresh.here()
    Progress.objects.update(scored_through=(now - timedelta(days=1)).date())
    refresh.step(now)
    assert Health.objects.count() == ACCOUNTS
    _yesterday()
    taken = [_round(source, now + timedelta(minutes=number + 1), number) for number in range(ROUNDS)][1:]
    middle = {step: round(statistics.median(row[step] for row in taken), 3) for step in taken[0]}
    touched = int(middle.pop("accounts"))
    name = f"fresh: {FRESH:,} events, 5 % late, on {events / 1e6:g} M, of {touched:,} accounts"
    row = {"name": f"{name}: drain to health (fsync {fsync_ms(home):.1f} ms)", "figure": middle["all"], "unit": "s",
           "peer": None, "peer_figure": None, "ratio": None, "aim": "<= 2", "holds": middle["all"] <= 2}  # fmt: skip
    steps = [
        {**row, "name": f"fresh: {step}", "figure": middle[step], "aim": None, "holds": None}
        for step in ("drain", "roll", "health")
    ]
    return [row, *steps]


def _company(now: datetime) -> Source:
    """The source of the events, and the accounts that they are of."""
    organisation.found("Bench", at=now)
    health_models.install(at=now)
    source = sources.open("bench", by=SYSTEM, at=now).source
    numbers = range(1, ACCOUNTS + 1)
    Account.objects.bulk_create(
        [Account(pk=n, name=f"Account {n}", status="customer", created_at=now, changed_at=now) for n in numbers],
        batch_size=500,
    )
    AccountKey.objects.bulk_create(
        [AccountKey(account_id=n, namespace=source.namespace, key=f"acct-{n - 1}") for n in numbers], batch_size=500
    )
    return source


def _yesterday() -> None:
    """Every account's record of the last closed day, from which today's is taken: as the tick leaves them."""
    details = list(HealthDetail.objects.all())
    for detail in details:
        detail.closed = {**detail.now, "day": detail.now["day"] - 1}
    bulk.update(details, ["closed"])


def _round(source: Source, now: datetime, seed: int) -> dict[str, float]:
    """Seconds of each step, as the worker takes them one after the other."""
    _spool(source, now, seed)
    lake = lakes.current()
    started = time.perf_counter()
    done = drain.drain_all(lake, at=now)
    drained = time.perf_counter()
    rolled(lake, now)
    at_rest = time.perf_counter()
    scored = refresh.step(now)
    ended = time.perf_counter()
    assert done.stored == FRESH and scored > FRESH / 2, (done, scored)
    return {
        "drain": drained - started, "roll": at_rest - drained, "health": ended - at_rest, "all": ended - started,
        "accounts": scored,
    }  # fmt: skip


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
