"""What loading the analytic core takes: measures, scores and KPIs, each time in a new process (processor time)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

ROUNDS = 7
AIM_SECONDS = 0.5
CORE = "nenrin.analytics.kpis, nenrin.analytics.scores.models, nenrin.analytics.scores.scans, nenrin.analytics.revenue.kpis"
CODE = "import time; begun = time.process_time(); import {modules}; print(time.process_time() - begun)"
#: What it must have anyway: arrays and the query engine.
ALONE = "numpy, pyarrow, duckdb"


def run() -> list[dict[str, Any]]:
    taken, floor = seconds(CORE), seconds(ALONE)
    assert taken is not None
    row = {"name": "analytic core: import of measures, scores, KPIs", "figure": round(taken, 3), "unit": "s"}
    row |= {"peer": ALONE, "peer_figure": floor and round(floor, 3), "ratio": floor and round(taken / floor, 2)}
    return [row | {"aim": f"< {AIM_SECONDS} s", "holds": taken < AIM_SECONDS}]


def seconds(modules: str) -> float | None:
    """The least of some new processes: others on the machine can only add. None where a module is not installed."""
    found = []
    for _ in range(ROUNDS):
        done = subprocess.run([sys.executable, "-c", CODE.format(modules=modules)], capture_output=True, text=True)
        if done.returncode:
            return None
        found.append(float(done.stdout))
    return min(found)
