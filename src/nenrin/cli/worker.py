"""`nenrin worker`: runs the loops until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType

import click
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections

from nenrin.cli.loops import one_round
from nenrin.cli.stillness import Rest
from nenrin.ingest import drain, lakes

IDLE_SECONDS = 0.5
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
    rest = Rest()
    while not stopped.is_set():
        if not _rests(rest):
            if sum(one_round(datetime.now(UTC)).values()):
                continue
            _begin(rest)
        if once or os.getppid() != parent:
            break
        stopped.wait(IDLE_SECONDS)


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
