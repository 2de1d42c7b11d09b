"""A reason: why an account asks for somebody now, on which facts, and what could be done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nenrin.values import Text

#: Of what the money at stake is told: what may be lost, or what may be won.
Stake = Literal["loss", "growth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What could be done: minutes it takes, the day until which it should be, and the share of the money at stake that
    it may move (0 to 1). `measured`: how often it worked, with its interval; None: not measured yet. `moves` is an
    estimate unless that is certain."""

    code: str
    title: Text
    minutes: int
    moves: float
    due_on: date
    measured: Text | None = None
    brief: Text | None = None  # the same in a few words
    is_certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why now, for one account.

    - `code` and `subject` name it: an answer to it holds until `facts` are others. Facts are coarse (a band, a key, a
      threshold passed), so that a figure that creeps from day to day is no new reason.
    - `headline` is one sentence without a full stop; `evidence` up to three sentences, figures with their day.
    - `is_promised`: due today or earlier; it never falls off the day for want of minutes.
    - `task`: it is a task already, which its answers then act upon. `url`: where to do it, of this installation.
    """

    account: int
    code: str
    headline: Text
    play: Play
    subject: str = ""
    evidence: tuple[Text, ...] = ()
    facts: tuple[object, ...] = ()
    stake: Stake = "loss"
    is_promised: bool = False
    task: int | None = None
    url: str = ""

    @property
    def key(self) -> str:
        """Its name within the account.

        >>> from datetime import date
        >>> play = Play(code="call", title=Text("", ""), minutes=5, moves=0.1, due_on=date(2026, 11, 24))
        >>> Reason(account=1, code="ticket", subject="7", headline=Text("", ""), play=play).key
        'ticket:7'
        """
        return f"{self.code}:{self.subject}" if self.subject else self.code

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr(self.facts).encode()).hexdigest()[:32]
