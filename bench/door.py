"""The tracking door: batches of 100 events over 16 connections, every answer after fsync, beside the same server
that validates and stores nothing."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.flows.running import Installation, free_port, install, send, wait_for

ROOT = Path(__file__).parents[1]
CONNECTIONS, BATCH, SECONDS = 16, 100, 6
ROUNDS = 3
AIM_RATIO, AIM_P99_MS = 0.55, 100


def run() -> list[dict[str, Any]]:
    """Alternating rounds, the median of each: this machine may have other things to do."""
    with tempfile.TemporaryDirectory() as folder:
        installation = install(Path(folder) / "home")
        pairs = [(_round(installation, "nenrin.rsgi"), _round(installation, "_dry")) for _ in range(ROUNDS)]
        sent = sum(stored["events"] for stored, _ in pairs)
        law = installation.json("intake", "--json")["total"]
        fsync = _fsync_milliseconds(Path(folder))
    stored, dry = (statistics.median(one[key]["rate"] for one in pairs) for key in (0, 1))
    p99 = statistics.median(one["p99_ms"] for one, _ in pairs)
    floor = f"fsync {fsync:.2f} ms"
    return [
        _row("door: accepted and fsynced", round(stored), f"events/s, {floor}", AIM_RATIO, peer=round(dry)),
        _row("door: p99 of an answer", round(p99, 1), f"ms, {floor}", AIM_P99_MS),
        _row("door: acknowledged events not received", sent - law["received"], f"of {sent} events", 0),
    ]


def _row(name: str, figure: float, unit: str, aim: float, peer: float | None = None) -> dict[str, Any]:
    ratio = round(figure / peer, 2) if peer else None
    return {
        "name": name,
        "figure": figure,
        "unit": unit,
        "peer": "the same server, validating without storing" if peer else None,
        "peer_figure": peer,
        "ratio": ratio,
        "aim": aim,
        "holds": ratio >= aim if ratio is not None else figure <= aim,
    }


def _round(installation: Installation, module: str) -> dict[str, float]:
    """One server, warmed up, under load from a process of its own; events a second, ms, events acknowledged."""
    port, key = free_port(), installation.keys["write_key"]
    options = ["--interface", "rsgi", "--port", str(port), "--workers", "1", "--no-ws", "--log-level", "error"]
    environment = {**installation.environment, "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"}
    words = [sys.executable, "-m", "granian", *options, "--backpressure", "1024", f"{module}:application"]
    server = subprocess.Popen(words, env=environment, start_new_session=True)
    try:
        wait_for(lambda: _answers(port, key), 60, "the server")
        warm = _load(port, key, 1.5)
        load = _load(port, key, SECONDS)
    finally:
        server.terminate()
        server.wait(20)
    assert load["statuses"].keys() == {"200"}, load["statuses"]
    taken = (load["requests"] + warm["requests"]) * BATCH + 1
    return {"rate": load["requests"] * BATCH / load["seconds"], "p99_ms": load["p99_ms"], "events": taken}


def _answers(port: int, key: str) -> bool:
    try:
        return send(f"http://127.0.0.1:{port}", key, "/v1/track", {"userId": "u", "event": "Warm"})[0] == 200
    except OSError:
        return False


def _load(port: int, key: str, seconds: float) -> dict[str, Any]:
    words = [
        sys.executable,
        str(Path(__file__).parent / "_load.py"),
        str(port),
        key,
        str(CONNECTIONS),
        str(seconds),
        str(BATCH),
    ]
    found: dict[str, Any] = json.loads(subprocess.run(words, check=True, capture_output=True, timeout=120).stdout)
    return found


def _fsync_milliseconds(folder: Path, rounds: int = 50) -> float:
    with (folder / "probe").open("wb", buffering=0) as probe:
        begun = time.perf_counter()
        for _ in range(rounds):
            probe.write(b"x" * 4096)
            os.fsync(probe.fileno())
        return 1000 * (time.perf_counter() - begun) / rounds
