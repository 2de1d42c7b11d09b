"""Versions of what is settled for everyone (tiers, touch models, routing, attributes): the journal's last entry about it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Max

from nenrin.customers.errors import Conflict
from nenrin.foundation.models import Reference


def version(kind: str, key: str) -> int:
    """The number of the entry that last changed it; 0 where nothing has."""
    found: int | None = Reference.objects.filter(kind=kind, key=key).aggregate(last=Max("entry"))["last"]
    return found or 0


def stand_at(
    kind: str, key: str, asked: int | None, *, mine: Mapping[str, object], theirs: Mapping[str, object]
) -> None:
    """Raises Conflict where somebody has changed it since `asked`; None takes whatever stands. Within a lock on it."""
    stands = version(kind, key) if asked is not None else None
    if asked is not None and stands is not None and asked != stands:
        raise Conflict(f"{kind}-{key}", asked=asked, stands=stands, mine=mine, theirs=theirs)
