"""bench.health, in its own process. The lake is that of bench.measures; accounts stand in the database too."""

from __future__ import annotations

import json
import os
import statistics
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

django.setup()

from bench._apart import fsync_ms  # noqa: E402
from bench._measures import LAST, fill, timed  # noqa: E402

from nenrin.analytics import kpis  # noqa: E402
from nenrin.customers.models import Account  # noqa: E402
from nenrin.foundation import organisation  # noqa: E402
from nenrin.foundation.calendar import start_of  # noqa: E402
from nenrin.ingest import lakes  # noqa: E402
from nenrin.insight import health_models, refresh, tick  # noqa: E402
from nenrin.insight.modelling import configuration  # noqa: E402
from nenrin.insight.models import Health, Progress  # noqa: E402
from nenrin.insight.previewing import preview  # noqa: E402
from nenrin.insight.refreshing import evaluation  # noqa: E402


def main(accounts: int) -> list[dict[str, Any]]:
    at = start_of(LAST, ZoneInfo("Asia/Tokyo")) + timedelta(hours=12)
    organisation.found("Bench", at=at)
    health_models.install(at=at)
    lake = lakes.current()
    fill(lake, accounts, 20)
    rows = [
        Account(pk=n, name=f"Account {n}", status="customer", created_at=at, changed_at=at)
        for n in range(1, accounts + 1)
    ]
    Account.objects.bulk_create(rows, batch_size=500)
    refresh.here()
    Progress.objects.update(scored_through=LAST - timedelta(1))
    live = configuration.between(LAST, LAST)
    refresh.run(LAST, at=at, accounts=[1])  # the links are resolved once and kept
    measured = timed(lambda: kpis.evaluate(lake, kpis.find(), kpis.Grid.on(LAST)))
    scored = timed(lambda: refresh.next_day(lake, LAST, live, []))
    first = timed(lambda: refresh.run(LAST, at=at))
    again = timed(lambda: refresh.run(LAST, at=at))
    one = statistics.median(timed(lambda a=a: refresh.run(LAST, at=at, accounts=[a])) for a in (7, 77, 777, 3, 33))
    assert Health.objects.count() == accounts
    assert evaluation.JUDGED
    seen = timed(lambda: preview.of(health_models.model_of(health_models.listed()[-1].live), at=at))
    closed = timed(lambda: tick.close_day(start_of(LAST + timedelta(1), ZoneInfo("Asia/Tokyo"))))
    disk = fsync_ms(Path(os.environ["NENRIN_HOME"]))
    return [
        row(f"measures and scores of {accounts:,} accounts", scored, 5, ("measures alone", measured)),
        row(f"{accounts:,} accounts, stored for the first time (fsync {disk:.1f} ms)", first, None, None),
        row(f"{accounts:,} accounts, stored again", again, None, None),
        row("one account, stored", one, 0.2, None),
        row(f"preview of a model over {accounts:,} accounts", seen, None, None),
        row(f"a day of {accounts:,} accounts closed, with history", closed, None, None),
    ]


def row(name: str, seconds: float, aim: float | None, peer: tuple[str, float] | None) -> dict[str, Any]:
    return {
        "name": f"health: {name}", "figure": round(seconds, 3), "unit": "s",
        "peer": peer[0] if peer else None, "peer_figure": round(peer[1], 3) if peer else None,
        "ratio": round(seconds / peer[1], 2) if peer else None, "aim": None if aim is None else f"<= {aim}",
        "holds": None if aim is None else seconds <= aim,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
