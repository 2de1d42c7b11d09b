"""Ten minutes of batches over 16 connections with the worker draining beside: latency, refusals, memory, nothing lost.

NENRIN_MINUTES changes the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.battering import Parts, settled
from tests.flows.running import install, send, wait_for

ROOT = Path(__file__).parents[1]
CONNECTIONS, BATCH = 4, 20
AIM_EVENTS, AIM_GROWTH = 1_500, 0.10


def run() -> list[dict[str, Any]]:
    seconds = 60 * float(os.environ.get("NENRIN_MINUTES", "10"))
    with tempfile.TemporaryDirectory() as folder:
        installation = install(Path(folder) / "home")
        parts, key = Parts(installation), installation.keys["write_key"]
        try:
            for name in ("server", "worker"):
                parts.start(name)
            wait_for(lambda: _answers(parts.port, key), 60, "the server")
            first = _load(parts.port, key, seconds / 2)  # until buffers and caches have what they may have
            begun = _memory(parts)
            load = _load(parts.port, key, seconds)
            grown = _memory(parts) / begun - 1
            sent = (first["requests"] + load["requests"]) * BATCH + 1
            law = settled(installation)
        finally:
            parts.end()
    rate = round(load["requests"] * BATCH / load["seconds"])
    refused = sum(count for status, count in load["statuses"].items() if status != "200")
    return [
        _row("door under load: accepted", rate, f"events/s for {seconds:.0f} s", AIM_EVENTS, rate >= AIM_EVENTS),
        _row("door under load: p99", round(load["p99_ms"], 1), "ms", 100, load["p99_ms"] <= 100),
        _row("door under load: refused", refused, "requests", 0, refused == 0),
        _row("door under load: not received", sent - law["received"], f"of {sent} events", 0, sent == law["received"]),
        _row("door under load: memory grown", round(grown, 3), "of server and worker", AIM_GROWTH, grown < AIM_GROWTH),
    ]


def _row(name: str, figure: float, unit: str, aim: float, holds: bool) -> dict[str, Any]:
    return {"name": name, "figure": figure, "unit": unit, "aim": aim, "holds": holds}


def _answers(port: int, key: str) -> bool:
    try:
        return send(f"http://127.0.0.1:{port}", key, "/v1/track", {"userId": "u", "event": "Warm"})[0] == 200
    except OSError:
        return False


def _load(port: int, key: str, seconds: float) -> dict[str, Any]:
    words = [
        sys.executable,
        str(ROOT / "bench" / "_load.py"),
        str(port),
        key,
        str(CONNECTIONS),
        str(seconds),
        str(BATCH),
    ]
    done = subprocess.run(words, check=True, capture_output=True, timeout=seconds + 120)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _memory(parts: Parts) -> int:
    """Resident bytes of both processes and their children."""
    owners = [psutil.Process(process.pid) for process in parts.running.values()]
    return sum(one.memory_info().rss for owner in owners for one in (owner, *owner.children(recursive=True)))
