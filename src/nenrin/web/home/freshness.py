"""How fresh each source is: when it last sent anything, and whether that is longer ago than it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nenrin.ingest import spool
from nenrin.ingest.models import Source


@dataclass(frozen=True, slots=True)
class Freshness:
    source: Source
    last_at: datetime | None
    seconds: float | None
    is_stale: bool


def sources(at: datetime, known: Iterable[Source] | None = None) -> list[Freshness]:
    """Every active source, the longest silent first; one that never sent is stale. `known`: all of them, if read."""
    latest = spool.latest()
    active = Source.objects.filter(is_active=True) if known is None else [row for row in known if row.is_active]
    rows = [_freshness(source, latest.get(source.pk), at) for source in active]
    return sorted(rows, key=lambda row: (not row.is_stale, -(row.seconds or float("inf"))))


def _freshness(source: Source, last: datetime | None, at: datetime) -> Freshness:
    silent = (at - last).total_seconds() if last else None
    return Freshness(source, last, silent, silent is None or silent > source.quiet_hours * 3600)
