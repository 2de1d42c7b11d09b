"""`nenrin serve` keeps its parts alive, and waits a moment for a port that is being left."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

from nenrin.cli.serve import FALLS, Part, ask_for, keep
from tests.flows.running import free_port

TOLD = "import pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write('x')\n"


def part(tmp_path: Path, end: str) -> tuple[Part, Path]:
    """A part that leaves a letter in a file each time it starts, then ends so."""
    starts = tmp_path / "starts"
    starts.touch()
    return Part("part", ["-c", TOLD + end, str(starts)]), starts


def test_a_part_that_is_killed_again_and_again_is_started_again_and_again(tmp_path: Path) -> None:
    killed, starts = part(tmp_path, "import os; os.kill(os.getpid(), 9)")
    often = FALLS + 2
    assert keep([killed], lambda: starts.stat().st_size >= often) == 0
    assert starts.stat().st_size >= often


def test_a_part_that_falls_by_itself_again_and_again_ends_the_serving_with_status_1(tmp_path: Path) -> None:
    falling, starts = part(tmp_path, "raise SystemExit(3)")
    assert keep([falling], lambda: False) == 1
    assert starts.stat().st_size >= FALLS


def test_the_parts_end_with_the_serving(tmp_path: Path) -> None:
    lasting, starts = part(tmp_path, "import time; time.sleep(600)")
    assert keep([lasting], lambda: starts.stat().st_size > 0) == 0
    assert lasting.process.poll() is not None


def test_a_port_that_is_being_left_is_waited_for() -> None:
    port = free_port()
    leaving = socket.create_server(("127.0.0.1", port))
    threading.Timer(0.5, leaving.close).start()
    begun = time.monotonic()
    ask_for("127.0.0.1", port)
    assert time.monotonic() - begun >= 0.4
