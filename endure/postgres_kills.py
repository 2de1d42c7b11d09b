"""Three hundred kills with -9 on PostgreSQL, and its stop and start under load; NENRIN_KILLS changes the number."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults import postgres
from tests.faults.battering import Client, Outcome, Parts, batter, endured, some_more

STOPS = 20


def run() -> list[dict[str, Any]]:
    kills = int(os.environ.get("NENRIN_KILLS", "300"))
    with tempfile.TemporaryDirectory() as folder, postgres.cluster() as cluster:
        installation = postgres.installed(Path(folder) / "home", cluster.url)
        return [
            _row(f"postgres: {kills} kills", batter(installation, kills)),
            _row(f"postgres: {STOPS} stops", _stops(installation, cluster)),
        ]


def _stops(installation: postgres.OnPostgres, cluster: postgres.Cluster) -> Outcome:
    def stop_and_start(parts: Parts, clients: list[Client]) -> None:
        for _ in range(STOPS):
            some_more(clients, 20)
            cluster.stop()
            time.sleep(1)
            cluster.start()
        some_more(clients, 20)

    return endured(installation, stop_and_start)


def _row(name: str, outcome: Outcome) -> dict[str, Any]:
    wrong = len(outcome.lost) + len(outcome.twice)
    unit = f"events lost or twice, of {outcome.acknowledged}"
    return {"name": name, "figure": wrong, "unit": unit, "aim": 0, "holds": wrong == 0 and outcome.is_whole}
