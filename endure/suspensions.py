"""Two workers, one of them stopped and woken again at random while four clients send; NENRIN_STOPS changes how often."""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.battering import Client, Parts, endured, some_more
from tests.flows.running import install

WORKERS = ("worker", "worker2")


def run() -> list[dict[str, Any]]:
    stops, rng = int(os.environ.get("NENRIN_STOPS", "200")), random.Random(7)

    def suspend(parts: Parts, clients: list[Client]) -> None:
        parts.start("worker2")
        for _ in range(stops):
            some_more(clients)
            asleep = parts.running[rng.choice(WORKERS)]
            os.killpg(asleep.pid, signal.SIGSTOP)
            time.sleep(rng.uniform(0, 3))
            os.killpg(asleep.pid, signal.SIGCONT)

    with tempfile.TemporaryDirectory() as folder:
        outcome = endured(install(Path(folder) / "home"), suspend)
    wrong = len(outcome.lost) + len(outcome.twice)
    unit = f"events lost or twice, of {outcome.acknowledged}"
    name = f"suspensions: {stops} of two workers"
    return [{"name": name, "figure": wrong, "unit": unit, "aim": 0, "holds": wrong == 0 and outcome.is_whole}]
