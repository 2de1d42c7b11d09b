"""`nenrin worker`: runs the loops until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import UTC, datetime
from types import FrameType

import click
from django.db import Error as DatabaseTrouble

from nenrin.cli.loops import one_round
from nenrin.ingest import drain, lakes

IDLE_SECONDS = 1.0  # a round asks for every right, which writes; an idle machine should be quiet
RETRY_SECONDS = 3.0
log = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Work until nothing is left, then end.")
def command(once: bool) -> None:
    """Run the loops: imports, drain, seal, mirror, daily tick, refresh. Several workers may run at once."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    parent = os.getppid()
    while not stopped.is_set() and not _prepared():
        stopped.wait(RETRY_SECONDS)
    while not stopped.is_set():
        done = sum(one_round(datetime.now(UTC)).values())
        if done:
            continue
        if once or os.getppid() != parent:
            break
        stopped.wait(IDLE_SECONDS)


def _prepared() -> bool:
    """False while the database is away: a worker that starts before it waits."""
    try:
        drain.prepare(lakes.current())
    except DatabaseTrouble:
        log.warning("the database does not answer yet; trying again in %s s", RETRY_SECONDS)
        return False
    return True
