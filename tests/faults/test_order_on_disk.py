"""What the system calls say: the disk promises before the client is answered, and before the spool forgets."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.faults.battering import Parts
from tests.flows.running import Installation, install, send, wait_for

pytestmark = pytest.mark.faults

ANSWERS = 200
SYNCED = re.compile(r"(?:fsync|fdatasync)\(\d+<([^>]*)>\)\s+= 0|<\.\.\. (?:fsync|fdatasync) resumed>\)\s+= 0")


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("STRACE IS MISSING: the order of system calls was not looked at (Debian package strace)")
    if subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("STRACE MAY NOT TRACE HERE: the order of system calls was not looked at")
    return found


def test_every_answer_comes_after_the_disks_promise(tmp_path: Path, strace: str) -> None:
    installation = install(tmp_path / "home")
    trace = tmp_path / "trace"
    parts = Parts(installation)
    server = subprocess.Popen(
        [
            strace,
            "-f",
            "-y",
            "-o",
            str(trace),
            "-e",
            "trace=fsync,fdatasync,sendto,write,writev",
            sys.executable,
            *parts.words("server"),
        ],
        env=installation.environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(parts.port, installation), 60, "the traced server")
        for number in range(ANSWERS):
            status, _ = send(
                f"http://127.0.0.1:{parts.port}", installation.keys["write_key"], "/v1/track", _event(number)
            )
            assert status == 200
    finally:
        for traced in psutil.Process(server.pid).children():
            traced.terminate()
        try:
            server.wait(60)
        finally:
            server.kill()
    synced, answers = False, 0
    for line in trace.read_text(errors="replace").splitlines():
        # A call that another thread interrupts ends on a line of its own, without the file's name.
        if SYNCED.search(line) and ("spool.sqlite3-wal" in line or "resumed" in line):
            synced = True
        elif "HTTP/1.1 200" in line:
            answers += 1
            assert synced, f"answer {answers} left before the disk had promised: {line}"
            synced = False
    assert answers >= ANSWERS


def _event(number: int) -> dict[str, str]:
    return {"userId": "sato", "event": "Report Opened", "messageId": f"m-{number}"}


def _answers(port: int, installation: Installation) -> bool:
    try:
        return send(f"http://127.0.0.1:{port}", installation.keys["write_key"], "/v1/track", _event(-1))[0] == 200
    except OSError:
        return False


def test_the_spool_forgets_only_what_the_lake_has_promised(tmp_path: Path, strace: str) -> None:
    installation = install(tmp_path / "home")
    with installation.serving() as base:
        for number in range(3):
            send(base, installation.keys["write_key"], "/v1/batch", {"batch": [{**_event(number), "type": "track"}]})
    trace = tmp_path / "trace"
    words = [strace, "-f", "-y", "-o", str(trace), "-e", "trace=fsync,fdatasync,pwrite64,write,unlink,rename"]
    subprocess.run(
        [*words, sys.executable, "-m", "nenrin", "worker", "--once"],
        env=installation.environment,
        check=True,
        timeout=240,
    )
    assert json.loads(installation.run("intake", "--json"))["total"] == {
        "received": 3, "stored": 3, "duplicate": 0, "quarantined": 0, "pending": 0, "limited": 0,
    }  # fmt: skip
    lines = trace.read_text(errors="replace").splitlines()
    forgotten = next(n for n, line in enumerate(lines) if "pwrite64" in line and "spool.sqlite3-wal" in line)
    promised = [line for line in lines[:forgotten] if re.search(r"f(?:data)?sync\(", line) and "/lake/events/" in line]
    assert any(".parquet" in line for line in promised), "the events' file was not synced before"
    assert any("_delta_log" in line and ".json" in line for line in promised), "the log entry was not synced before"
    assert any(re.search(r"/_delta_log>", line) for line in promised), "the log's folder was not synced before"
