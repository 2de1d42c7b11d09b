"""The closing of a day: from then on nothing becomes known on it, whoever was in the middle of writing.

Writers hold a right while they work; a process that was stopped for longer than its right wakes up without it, and is
kept out by the fence that the closing puts up in the lake.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q

from nenrin.foundation import leases, organisation
from nenrin.foundation.models import Organisation
from nenrin.ingest import drain, lakes, mirror

LEASE_SECONDS: Final = 600
#: Whoever writes facts with a day of knowledge: none may be in the middle of it while a day is closed.
WRITERS: Final = ("drain", "mirror", "worker.drain", "worker.mirror")
#: How long a caller that cannot come again later waits for writers to finish their round.
PATIENCE_SECONDS: Final = 120.0


class WritersAtWork(RuntimeError):
    """A drain or mirror has been at work for minutes: the day was not closed; try again later."""


def shut(day: date, at: datetime) -> bool:
    """Nothing becomes known up to the day from here on. False while a writer is at work. Safe to repeat.

    A later day that is shut already stays so.
    """
    if (organisation.current().closed_through or date.min) >= day:
        lakes.current().fence(_apps())
        return True
    with _quiet(at) as quiet:
        if quiet:
            later = Q(closed_through__isnull=True) | Q(closed_through__lt=day)
            Organisation.objects.filter(later, pk=1).update(closed_through=day)
            lakes.current().fence(_apps())
        return quiet


def shut_waiting(day: date, at: datetime) -> None:
    """The same for a caller that waits for the writers. Raises WritersAtWork."""
    begun = time.monotonic()
    while not shut(day, at + timedelta(seconds=time.monotonic() - begun)):
        if time.monotonic() - begun > PATIENCE_SECONDS:
            raise WritersAtWork(WritersAtWork.__doc__)
        time.sleep(0.1)


def _apps() -> tuple[str, str]:
    return drain.APP, mirror.READER


@contextmanager
def _quiet(at: datetime) -> Iterator[bool]:
    holder = f"closing:{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    taken = [name for name in WRITERS if leases.take(name, holder=holder, seconds=LEASE_SECONDS, at=at)]
    try:
        yield len(taken) == len(WRITERS)
    finally:
        for name in taken:
            leases.release(name, holder=holder, at=at)
