"""Replay identity over 2,000 random histories: every past day, recomputed as known then, equals what was stored.

Histories are lived through the product's verbs with their own clocks, a tick at each midnight, a hundred to a home;
then all days of a home are computed again on one grid. Aim: 0 differences.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOMES, HISTORIES, DAYS = 20, 100, 16
SEED = 4_000


def run() -> list[dict[str, Any]]:
    homes = int(os.environ.get("NENRIN_PROVE_HOMES", HOMES))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(_home, range(SEED, SEED + homes)))
    compared, differing = sum(one["compared"] for one in found), [d for one in found for d in one["differences"]]
    for difference in differing[:10]:
        print(difference)
    name = f"replay identity, {homes * HISTORIES} random histories, {compared} account-days"
    return [{"name": name, "figure": len(differing), "unit": "differences", "aim": 0, "holds": not differing}]


def _home(seed: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "tests.insight.histories", str(seed), str(HISTORIES), str(DAYS)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode:
        raise RuntimeError(f"seed {seed}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"seed {seed}: {found['compared']} account-days, {len(found['differences'])} differences")
    return found
