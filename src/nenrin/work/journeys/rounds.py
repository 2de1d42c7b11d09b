"""The worker's round: stages changed elsewhere come into the history; now and then the criteria are asked again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from nenrin.foundation import leases
from nenrin.work.journeys import checks, following

CHECK_SECONDS: Final = 600


def step(at: datetime) -> int:
    """One bounded round; returns how many rows it moved. Safe to repeat."""
    followed = following.step(at)
    if not leases.take("journeys.check", holder=f"journeys@{at.isoformat()}", seconds=CHECK_SECONDS, at=at):
        return followed
    return followed + checks.refresh(at)
