"""Is there anything for a worker to do? Asked by reading alone, so that an idle installation writes nothing.

Every round asks for rights, which writes and syncs. While nothing has come in and nothing was said, a worker rests,
and does one full round a minute, which shows that it is there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Max

from nenrin.foundation import organisation
from nenrin.foundation.mail import deliver as mails
from nenrin.foundation.models import Entry
from nenrin.foundation.webhooks import deliver as webhooks
from nenrin.ingest import conservation, spool
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import AT_WORK
from nenrin.playbooks import sweeps

BEAT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """What moves whenever anything happens: the organisation's day and the journal's last entry."""

    day: date
    entry: int


def pulse(at: datetime) -> Pulse | None:
    """The pulse of an installation where nothing waits; None where something does."""
    return None if sweeps.is_owed(at) else _still(at)


def _still(at: datetime) -> Pulse | None:
    """The same, whether or not a look at conditions is owed."""
    if spool.read(conservation.through(), 1):
        return None
    if Entry.objects.filter(sequence__isnull=True).exists() or Import.objects.filter(state__in=AT_WORK).exists():
        return None
    if mails.is_work(at) or webhooks.is_work(at):
        return None
    return Pulse(organisation.today(at), Entry.objects.aggregate(last=Max("id"))["last"] or 0)


class Rest:
    """One worker's knowledge of its last round in which there was nothing to do.

    A look that is owed ends the rest, unless a round went by in which nothing moved and it is owed still: one that fails
    each time, or is another worker's, is tried again with the next beat or when anything else happens.
    """

    def __init__(self) -> None:
        self._found: Pulse | None = None
        self._owed: Pulse | None = None  # the pulse with which a look was owed after the last round
        self._in_vain = False
        self._since = 0.0

    def begin(self, at: datetime) -> None:
        """A round has found nothing to do."""
        still, is_owed = _still(at), sweeps.is_owed(at)
        self._in_vain = is_owed and still is not None and still == self._owed
        self._owed = still if is_owed else None
        self._found = still if self._in_vain or not is_owed else None
        self._since = time.monotonic()

    def goes_on(self, at: datetime) -> bool:
        """Nothing has happened since, and it is not yet time to show that the worker is there."""
        if self._found is None or time.monotonic() - self._since > BEAT_SECONDS or _still(at) != self._found:
            return False
        is_owed = sweeps.is_owed(at)
        self._in_vain = self._in_vain and is_owed
        return self._in_vain or not is_owed
