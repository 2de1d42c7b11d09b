"""The worker's two loops of playbooks. Each round is bounded, safe to repeat, and says how much it moved."""

from __future__ import annotations

from datetime import datetime

from nenrin.playbooks import playing, reactions, sweeps


def react(at: datetime) -> int:
    """What the journal tells, then, when nothing is unread, what has become true."""
    return reactions.react(at) or sweeps.sweep(at)


def play(at: datetime) -> int:
    """Runs whose turn it is."""
    return playing.play(at)
