"""The worker's loops of playbooks. Each round is bounded, safe to repeat, and says how much it moved."""

from __future__ import annotations

from datetime import datetime

from nenrin.engage.surveys import fates
from nenrin.playbooks import playing, reactions, sweeps
from nenrin.playbooks.effects import plays
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.playbooks.replaying import replays


def react(at: datetime) -> int:
    """What the journal tells, then, when nothing is unread, what has become true."""
    return reactions.react(at) or sweeps.sweep(at)


def play(at: datetime) -> int:
    """Runs whose turn it is; then surveys whose mail found its fate."""
    return playing.play(at) or fates.follow(at)


def replay(at: datetime) -> int:
    """A replay or a rehearsal that waits, else once a day what plays bring: may take long, and runs beside the others."""
    return replays.step(at) or rehearsals.step(at) or plays.step(at)
