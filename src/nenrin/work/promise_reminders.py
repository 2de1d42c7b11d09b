"""Whoever is to keep a promise hears that its day comes, or has passed."""

from __future__ import annotations

from datetime import date, datetime

from nenrin.foundation.actors import SYSTEM
from nenrin.work import promises
from nenrin.work.handing import telling
from nenrin.work.models import Promise

#: At most so many a day; those due last come first.
MOST = 2000


def remind(today: date, *, at: datetime) -> int:
    """Tell the owners of open promises; returns how many promises. Each is told of once a stage. Safe to repeat."""
    open_ones = Promise.objects.open().filter(owner__is_active=True, account__archived_at__isnull=True)
    found = list(open_ones.filter(due_on__lte=promises.due_soon(today)).order_by("-due_on")[:MOST])
    telling.due(found, today, by=SYSTEM, at=at)
    return len(found)
