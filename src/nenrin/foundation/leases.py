"""Named rights held by one process at a time: the drain, the sealer, the daily tick."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from nenrin.foundation.models import Lease

#: A beat that lies further ahead than this was made before the clock was set back: its holder is not waited for.
#: Hosts that share a database are expected to agree on the time better than this.
AHEAD: Final = timedelta(minutes=5)
#: How often a right is prolonged while its holder works, in parts of its length.
BEATS: Final = 3

log = logging.getLogger(__name__)


@contextmanager
def held(name: str, *, holder: str, seconds: int, at: datetime) -> Iterator[bool]:
    """Hold the right `name` for as long as the block lasts; yields False where another process holds it.

    Prolonged from a thread of its own every third of `seconds`, so that a long step keeps it, and released at the
    end. A holder that is killed loses the right when its time is up.
    """
    with waited(name, holder=holder, seconds=seconds, at=at, patience=0) as mine:
        yield mine


@contextmanager
def waited(name: str, *, holder: str, seconds: int, at: datetime, patience: float) -> Iterator[bool]:
    """The same for a caller that asks again for up to `patience` seconds before it is told False."""
    begun = time.monotonic()
    while not take(name, holder=holder, seconds=seconds, at=at):
        if time.monotonic() - begun >= patience:
            yield False
            return
        time.sleep(0.05)
        at += timedelta(seconds=0.05)
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(over, name, holder, seconds, at), name=f"lease {name}", daemon=True)
    heart.start()
    try:
        yield True
    finally:
        over.set()
        heart.join()
        release(name, holder=holder, at=at)


def take(name: str, *, holder: str, seconds: int, at: datetime) -> bool:
    """Take or prolong the right. Safe to repeat by the same holder."""
    until = at + timedelta(seconds=seconds)
    free = Q(until__lte=at) | Q(holder__in=(holder, "")) | Q(beat_at__gt=at + AHEAD)
    with transaction.atomic():
        if Lease.objects.filter(free, name=name).update(holder=holder, until=until, beat_at=at):
            return True
        fresh = {"holder": holder, "until": until, "beat_at": at}
        return Lease.objects.get_or_create(name=name, defaults=fresh)[1]


def release(name: str, *, holder: str, at: datetime) -> None:
    """Give the right back: free at once, whatever other clocks say. Nothing where another has it by now."""
    Lease.objects.filter(name=name, holder=holder).update(holder="", until=at)


def note(name: str, particulars: dict[str, Any]) -> None:
    """What the holder's last round did, for the data board."""
    Lease.objects.filter(name=name).update(particulars=particulars)


def _beat(over: threading.Event, name: str, holder: str, seconds: int, at: datetime) -> None:
    """Prolong until the work is over. A database that does not answer is asked again at the next beat."""
    begun = time.monotonic()
    while not over.wait(seconds / BEATS):
        now = at + timedelta(seconds=time.monotonic() - begun)
        try:
            kept = Lease.objects.filter(name=name, holder=holder).update(
                until=now + timedelta(seconds=seconds), beat_at=now
            )
        except DatabaseError:
            log.warning("the lease %s could not be prolonged; trying again", name)
            continue
        finally:
            connection.close()
        if not kept:
            log.error("the lease %s went to another process while its work went on", name)
            return
