"""`nenrin worker`: runs the loops until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType

import click
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections

from nenrin import tied
from nenrin.cli.loops import BESIDE, LOOPS, PROMPT, Loop, one_round
from nenrin.cli.stillness import Rest
from nenrin.ingest import drain, lakes

IDLE_SECONDS = 0.5
RETRY_SECONDS = 3.0
PARTING_SECONDS = 3.0
log = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Work until nothing is left, then end.")
def command(once: bool) -> None:
    """Run the loops: imports, drain, seal, mirror, daily tick, refresh, mails. Several workers may run at once.

    Learning and backtests, which take long, and sending, which waits for others' machines, go on beside the rest and
    hold none of it up.
    """
    tied.tie_where_told()
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while not stopped.is_set() and not _prepared():
        stopped.wait(RETRY_SECONDS)
    if once:
        work(LOOPS, stopped.is_set, lambda: True)
        return
    beside = [
        threading.Thread(
            target=work, args=(loops, stopped.is_set, lambda: stopped.wait(IDLE_SECONDS)), name=name, daemon=True
        )
        for name, loops in BESIDE.items()
    ]
    for thread in beside:
        thread.start()
    work(PROMPT, stopped.is_set, lambda: stopped.wait(IDLE_SECONDS))
    stopped.set()
    _leave(beside)


def work(loops: tuple[Loop, ...], is_stopped: Callable[[], bool], idle: Callable[[], bool]) -> None:
    """Rounds of these loops until the worker is stopped or `idle`, which waits a little, says that it is over."""
    rest = Rest()
    while not is_stopped():
        if not _rests(rest):
            if sum(one_round(datetime.now(UTC), loops).values()):
                continue
            _begin(rest)
        if idle():
            return


def _leave(beside: list[threading.Thread]) -> None:
    """A long step may be in the middle: what it has not committed is taken up again, so nobody waits for its end."""
    until = time.monotonic() + PARTING_SECONDS
    for thread in beside:
        thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread in beside):
        logging.shutdown()
        os._exit(0)


def _rests(rest: Rest) -> bool:
    try:
        return rest.goes_on(datetime.now(UTC))
    except DatabaseTrouble:
        close_old_connections()
        return False


def _begin(rest: Rest) -> None:
    with suppress(DatabaseTrouble):
        rest.begin(datetime.now(UTC))


def _prepared() -> bool:
    """False while the database is away: a worker that starts before it waits."""
    try:
        drain.prepare(lakes.current())
    except DatabaseTrouble:
        log.warning("the database does not answer yet; trying again in %s s", RETRY_SECONDS)
        return False
    return True
