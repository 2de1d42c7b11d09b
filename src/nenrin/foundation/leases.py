"""Named rights held by one process at a time: the drain, the sealer, the daily tick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from nenrin.foundation.models import Lease


@contextmanager
def held(name: str, *, holder: str, seconds: int, at: datetime) -> Iterator[bool]:
    """Hold the right `name` for at most `seconds`; yields False where another process holds it.

    Released at the end. A holder that is killed loses the right when its time is up.
    """
    if not take(name, holder=holder, seconds=seconds, at=at):
        yield False
        return
    try:
        yield True
    finally:
        release(name, holder=holder, at=at)


def take(name: str, *, holder: str, seconds: int, at: datetime) -> bool:
    """Take or prolong the right. Safe to repeat by the same holder."""
    until = at + timedelta(seconds=seconds)
    with transaction.atomic():
        free = Lease.objects.filter(Q(until__lte=at) | Q(holder=holder), name=name)
        if free.update(holder=holder, until=until, beat_at=at):
            return True
        fresh = {"holder": holder, "until": until, "beat_at": at}
        return Lease.objects.get_or_create(name=name, defaults=fresh)[1]


def release(name: str, *, holder: str, at: datetime) -> None:
    Lease.objects.filter(name=name, holder=holder).update(until=at)


def note(name: str, particulars: dict[str, Any]) -> None:
    """What the holder's last round did, for the data board."""
    Lease.objects.filter(name=name).update(particulars=particulars)
