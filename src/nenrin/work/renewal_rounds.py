"""What goes on with renewals by itself: outlooks, checkpoints, outcomes, the weekly snapshot."""

from __future__ import annotations

from datetime import datetime

from nenrin.work import renewal_checkpoints, renewal_outcomes, renewal_outlooks, renewal_snapshots


def step(at: datetime) -> int:
    """One bounded round; returns how many rows it moved. Safe to repeat. A snapshot waits until all outlooks are new."""
    moved = renewal_outlooks.step(at)
    if not moved:
        moved += renewal_snapshots.step(at)
    return moved + renewal_checkpoints.step(at) + renewal_outcomes.step(at)
