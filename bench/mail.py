"""Mails a second by one worker to a local server, every one with its claim, its beginning and its end committed to the
disk and in the journal; beside Django's own backend that sends the same words and keeps nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.flows.running import free_port, wait_for

ROOT = Path(__file__).parents[1]
MAILS, AIM = 2000, 300


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder) / "home", free_port()
        home.mkdir()
        environment = {**os.environ, "NENRIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "nenrin.settings"}
        sink = subprocess.Popen([sys.executable, "-m", "tests.smtp_sink", str(port), str(home / "taken")], cwd=ROOT, env=environment)  # fmt: skip
        try:
            wait_for((home / "taken").exists, 30, "the sink")
            _told(environment, "put", str(MAILS), str(port))
            bare = _told(environment, "bare", str(MAILS // 2), str(port))
            ours = _told(environment, "deliver")
        finally:
            sink.terminate()
            sink.wait(20)
    assert ours["sent"] == MAILS and ours["holds"], ours
    rate, peer = MAILS / ours["seconds"], bare["sent"] / bare["seconds"]
    cpu = 1000 * ours["cpu"] / MAILS
    return [
        {
            "name": "mail: sent with the full state machine, one worker",
            "figure": round(rate),
            "unit": f"mails/s, {cpu:.1f} ms of processor a mail",
            "peer": "Django's backend alone, nothing kept",
            "peer_figure": round(peer),
            "ratio": round(rate / peer, 2),
            "aim": AIM,
            "holds": rate >= AIM,
        }
    ]


def _told(environment: dict[str, str], *words: str) -> dict[str, Any]:
    program = str(Path(__file__).parent / "_mail_work.py")
    done = subprocess.run([sys.executable, program, *words], env=environment, cwd=ROOT, check=True, capture_output=True, timeout=600)  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout or b"{}")
    return found
