"""`nenrin serve` outlives the shell that started it, and killed with -9 it leaves nobody behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.faults.battering import Parts, lives
from tests.flows.running import Installation, install, wait_for

pytestmark = pytest.mark.faults
#: A shell that starts what its words say in the background and lives until its input ends.
SHELL = 'for words in "$@"; do "$PYTHON" -m nenrin $words >&2 & echo $!; done; read -r line'


@contextmanager
def started_by_a_shell(installation: Installation, *commands: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """The shell, and the processes that it started in the background; all are ended after the block."""
    log = (installation.home / "shell.log").open("ab")
    shell = subprocess.Popen(
        ["bash", "-c", SHELL, "shell", *commands],
        env=installation.environment | {"PYTHON": sys.executable},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    assert shell.stdout is not None
    started = [int(shell.stdout.readline()) for _ in commands]
    try:
        yield shell, started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()
        log.close()


def test_server_and_worker_go_on_when_the_shell_that_started_them_ends(tmp_path: Path) -> None:
    installation = install(tmp_path / "home")
    port = Parts(installation).port
    with started_by_a_shell(installation, f"serve --port {port}", "worker") as (shell, started):
        wait_for(lambda: _is_healthy(port), 60, "the server")
        wait_for(lambda: _works(installation.home), 60, "the worker")
        assert shell.stdin is not None
        shell.stdin.close()
        shell.wait(10)
        time.sleep(3)
        assert all(lives(psutil.Process(one)) for one in started), (installation.home / "shell.log").read_text()
        assert _is_healthy(port)


def test_serve_killed_leaves_nobody_behind_and_starts_again_at_once_on_its_port(tmp_path: Path) -> None:
    parts = Parts(install(tmp_path / "home"))
    try:
        for _ in range(2):
            parts.start("serve")
            wait_for(lambda: _is_healthy(parts.port), 60, f"the server; see {parts.installation.home / 'serve.log'}")
            wait_for(lambda: _works(parts.installation.home), 60, "the worker")
            parts.kill("serve")
        log = (parts.installation.home / "serve.log").read_text()
        assert "starting it again" not in log and "in use" not in log
    finally:
        parts.end()


def test_granian_killed_alone_takes_its_own_worker_along_and_is_replaced(tmp_path: Path) -> None:
    parts = Parts(install(tmp_path / "home"))
    try:
        parts.start("serve")
        wait_for(lambda: _is_healthy(parts.port), 60, "the server")
        (granian,) = [
            one for one in psutil.Process(parts.running["serve"].pid).children() if "granian" in one.cmdline()
        ]
        (its_worker,) = granian.children()
        granian.kill()
        wait_for(lambda: not lives(its_worker), 10, "granian's worker to end")
        wait_for(lambda: _is_healthy(parts.port), 60, "another server")
    finally:
        parts.end()


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _works(home: Path) -> bool:
    """A worker has gone round: it has held a right."""
    with sqlite3.connect(f"file:{home / 'nenrin.sqlite3'}?mode=ro", uri=True, timeout=30) as db:
        return bool(db.execute("select count(*) from foundation_lease where name like 'worker.%'").fetchone()[0])
