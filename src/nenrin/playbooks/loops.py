"""The worker's loops of playbooks. Each round is bounded, safe to repeat, and says how much it moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from nenrin.engage.surveys import fates
from nenrin.playbooks import passing, playing, reactions, sweeps, tallies
from nenrin.playbooks.effects import plays
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.playbooks.replaying import replays


class _Seldom:
    """What need not be asked in each round of this process, several of which may fall into a second."""

    def __init__(self, rest: timedelta) -> None:
        self.rest = rest
        self.last: datetime | None = None

    def is_due(self, at: datetime) -> bool:
        if self.last is not None and timedelta(0) <= at - self.last < self.rest:
            return False
        self.last = at
        return True


_LOST: Final = _Seldom(timedelta(minutes=1))


def react(at: datetime) -> int:
    """What the journal tells, then, when nothing is unread, what has become true."""
    return reactions.react(at) or sweeps.sweep(at)


def play(at: datetime) -> int:
    """Runs whose turn it is; then surveys whose mail found its fate, once a minute also those that were sent before."""
    return playing.play(at) or fates.follow(at, with_lost=_LOST.is_due(at))


def replay(at: datetime) -> int:
    """A replay or a rehearsal that waits; what passed a playbook by; else once a day what is folded and what plays bring.

    May take long, and runs beside the others.
    """
    return replays.step(at) or rehearsals.step(at) or passing.step(at) or tallies.step(at) or plays.step(at)
