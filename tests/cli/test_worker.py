"""A standing worker: what takes minutes holds up nothing that facts wait for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from nenrin.cli import worker
from nenrin.cli.loops import BESIDE, LONG, LOOPS, PROMPT, Loop
from nenrin.web.data import source_words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def test_the_short_loops_go_on_while_a_long_step_is_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    over, begun, stop, rounds = threading.Event(), threading.Event(), list[Callable[..., Any]](), list[bool]()

    def long(at: datetime) -> int:
        begun.set()
        over.wait(20)
        connection.close()
        return 0

    def short(at: datetime) -> int:
        begun.wait(20)
        rounds.append(over.is_set())
        if len(rounds) == 3:
            over.set()
            stop[0](signal.SIGTERM, None)
        return 1

    monkeypatch.setattr(signal, "signal", lambda number, handler: stop.append(handler))
    monkeypatch.setattr(worker, "BESIDE", {"long": (Loop("long", long),)})
    monkeypatch.setattr(worker, "PROMPT", (Loop("short", short),))
    monkeypatch.setattr(worker, "PARTING_SECONDS", 30.0)
    assert CliRunner().invoke(worker.command).exit_code == 0
    assert rounds == [False] * 3


def test_learning_and_backtests_are_beside_the_others_and_once_does_them_too() -> None:
    assert {loop.name for loop in LONG} >= {"risk", "learn", "backtest", "replay"}
    beside = [loop for loops in BESIDE.values() for loop in loops]
    assert set(LONG) <= set(beside) and set(LOOPS) == {*PROMPT, *beside}
    assert len({loop.name for loop in LOOPS}) == len(LOOPS)


def test_the_data_board_has_a_word_for_each_loop() -> None:
    assert {f"worker.{loop.name}" for loop in LOOPS} == set(source_words.LOOPS)
