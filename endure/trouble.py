"""Full disks, two workers at once and a clock set back, again and again; NENRIN_ROUNDS changes how often.

The suite does each of these once (tests/faults/test_trouble.py).
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults import clocks
from tests.faults.battering import Client, Outcome, Parts, endured, some_more
from tests.faults.small_disk import filled, small_disk
from tests.flows.running import install

#: How far a clock is set back, and how many batches are sent before it is set right again.
FURTHEST_MINUTES, BATCHES = 30, 20


def run() -> list[dict[str, Any]]:
    rounds = int(os.environ.get("NENRIN_ROUNDS", "20"))
    parts: dict[str, Callable[[Path, int], tuple[int, str]]] = {
        "full disks": _full_disks,
        "two workers": _two_workers,
        "clocks set back": _clocks_set_back,
    }
    return [_tried(name, part, rounds) for name, part in parts.items()]


def _tried(name: str, part: Callable[[Path, int], tuple[int, str]], rounds: int) -> dict[str, Any]:
    """A row; where the machine lacks what is needed it says so, and neither holds nor fails."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            wrong, told = part(Path(folder), rounds)
        except pytest.skip.Exception as skipped:
            return {"name": f"trouble: {name}", "figure": None, "unit": str(skipped), "aim": 0, "holds": None}
    return {"name": f"trouble: {name}", "figure": wrong, "unit": told, "aim": 0, "holds": wrong == 0}


def _full_disks(folder: Path, rounds: int) -> tuple[int, str]:
    with small_disk(folder) as disk:
        outcome = filled(disk, rounds)
    wrong = len(outcome.lost) + len(outcome.twice) + len(outcome.faults) + (not outcome.is_whole)
    told = f"wrong, of {outcome.acknowledged} events acknowledged and {outcome.refusals} asked to come again; {rounds} times"
    return wrong + (not outcome.refusals), told


def _two_workers(folder: Path, rounds: int) -> tuple[int, str]:
    def a_second_worker(parts: Parts, clients: list[Client]) -> None:
        for _ in range(rounds):
            parts.start("worker2")
            some_more(clients, 100)
            parts.kill("worker2")

    return _wrong(endured(install(folder / "home"), a_second_worker), f"a second worker {rounds} times")


def _clocks_set_back(folder: Path, rounds: int) -> tuple[int, str]:
    installation, rng = clocks.installed(folder / "home"), random.Random(11)

    def set_back_and_right(parts: Parts, clients: list[Client]) -> None:
        for _ in range(rounds):
            installation.set_clock(-rng.randint(1, FURTHEST_MINUTES))
            time.sleep(1.5)  # until every process has seen it
            some_more(clients, BATCHES)
            installation.set_clock(0)
            time.sleep(1.5)
            some_more(clients, BATCHES)

    told = f"set back {rounds} times by up to {FURTHEST_MINUTES} minutes"
    return _wrong(endured(installation, set_back_and_right), told)


def _wrong(outcome: Outcome, told: str) -> tuple[int, str]:
    wrong = len(outcome.lost) + len(outcome.twice) + (not outcome.is_whole)
    return wrong, f"events lost or twice, of {outcome.acknowledged}; {told}"
