"""The loop that hands mails over. Two workers may run it at once; killed anywhere, it sends nothing twice.

One commit for each mail: it settles the mail before and begins the next. So of a worker that is killed at most one
mail is unknown.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.core.mail import EmailMessage
from django.db import transaction

from nenrin.foundation import organisation
from nenrin.foundation.mail import (
    claims,
    composing,
    durability,
    gate,
    outcomes,
    retention,
    sending,
    transport,
    unsubscribes,
)
from nenrin.foundation.mail.claims import TERMS, Terms
from nenrin.foundation.mail.sending import Line
from nenrin.foundation.mail.transport import Connection, Outcome
from nenrin.foundation.models import Mail

log = logging.getLogger(__name__)
HOLDER: Final = f"{socket.gethostname()}:{os.getpid()}"
#: How long one round may take before the other loops have their turn.
ROUND_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The instant of the round, and what has passed since by a clock that nobody sets."""

    at: datetime
    begun: float

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.begun)

    def passed(self) -> float:
        return time.monotonic() - self.begun


def step(
    at: datetime, *, holder: str = HOLDER, terms: Terms = TERMS, seconds: float = ROUND_SECONDS,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:  # fmt: skip
    """One round: take in what readers asked for, settle what dead workers left, hand over what is due.

    Returns how many mails it moved. Safe to repeat and to race.
    """
    unsubscribes.collect()
    clock = Clock(at, time.monotonic())
    done = claims.recover(at)
    retention.step(at, holder=holder)
    line = ready(at)
    if line is None or not claims.due(at).exists() or not _may_claim(line, at):
        return done
    gate.mark()
    try:
        with organisation.read_once(), transport.opened(line) as connection:
            while clock.passed() < seconds and not is_stopped():
                moved = _batch(line, connection, clock, holder, terms)
                done += moved
                if not moved:
                    break
    except transport.LineDown as down:
        gate.failed(str(down), clock.now())
    return done


def _may_claim(line: Line, at: datetime) -> bool:
    """Do the limits leave room for one? Looked at before the server is called."""
    with transaction.atomic():
        return gate.granted(line, 1, at) > 0


def ready(at: datetime) -> Line | None:
    """What mails may go out through now; None where they wait."""
    try:
        line = sending.line()
    except sending.SecretLost:
        return None
    return None if gate.closed(line, at) else line


def waits(at: datetime, *, is_marketing: bool = False) -> str:
    """The code of gate.WAITS for which mails wait, or marketing does; empty where they go out."""
    try:
        line = sending.line()
    except sending.SecretLost:
        return "secret"
    code = gate.closed(line, at)
    return code or ("imprint" if is_marketing and composing.lacks(line) else "")


def is_work(at: datetime) -> bool:
    """Is there anything for the loop to do now? Asked by reading alone."""
    if Mail.objects.filter(state="claimed", claimed_until__lte=at).exists():
        return True
    return claims.due(at).exists() and not waits(at)


Handed = tuple[Mail, Outcome]


def _batch(line: Line, connection: Connection, clock: Clock, holder: str, terms: Terms) -> int:
    """Claim and hand over one batch. Raises LineDown; what was claimed and not begun is given back then."""
    claimed = claims.take(line, clock.now(), holder=holder, terms=terms)
    previous: Handed | None = None
    luck = _Luck(gate.row().failures)
    try:
        with durability.relaxed():
            for place, mail in enumerate(claimed.mails):
                begin = partial(claims.begin, mail, terms=terms, needs_consent=claimed.needs_consent)
                previous = _one(mail, begin, previous, line, connection, clock)
                if previous and previous[1].verdict == "line":
                    claims.release(claimed.mails[place + 1 :], clock.now())
                    raise transport.LineDown(previous[1].detail)
                if previous and luck.is_over(previous[1], clock):
                    claims.release(claimed.mails[place + 1 :], clock.now())
                    raise transport.LineDown(previous[1].detail)
    finally:
        _settle(previous, clock)  # waits for the disk, and all before it with it
        luck.settle()
    return len(claimed.mails) + claimed.withheld


@dataclass(slots=True)
class _Luck:
    """How often in a row nobody knew whether the provider took a mail; at gate.FAILURES it is left alone."""

    failures: int
    has_answered: bool = False

    def is_over(self, outcome: Outcome, clock: Clock) -> bool:
        if outcome.verdict != "unknown":
            self.has_answered, self.failures = True, 0
            return False
        self.settle()
        self.failures += 1
        if self.failures >= gate.FAILURES:
            return True  # the last of them is counted by whoever hears that the line is down
        gate.failed(outcome.detail, clock.now())
        return False

    def settle(self) -> None:
        """What went wrong before an answer counts no longer."""
        if self.has_answered:
            gate.worked()
        self.has_answered = False


def _one(
    mail: Mail, begin: Callable[..., bool], previous: Handed | None, line: Line, connection: Connection, clock: Clock
) -> Handed | None:
    """Settle the mail before and begin this one with the same commit, then hand it over."""
    message = _composed(mail, line)
    with transaction.atomic():
        if previous:
            outcomes.settle(*previous, at=clock.now())
        begun = message is not None and begin(at=clock.now())
        if message is None:
            outcomes.settle(mail, Outcome("not_composable"), at=clock.now())
    if message is None or not begun:
        return None
    try:
        return mail, connection.send(message)
    except Exception as problem:  # whatever went wrong, it went wrong after the beginning: nobody knows
        log.exception("handing mail %s over failed", mail.pk)
        return mail, Outcome("unknown", f"{type(problem).__name__}: {problem}"[:300])


def _composed(mail: Mail, line: Line) -> EmailMessage | None:
    try:
        return composing.message(mail, line)
    except composing.NotComposable as problem:
        log.warning("mail %s: %s", mail.pk, problem)
        return None


def _settle(handed: Handed | None, clock: Clock) -> None:
    if handed:
        with transaction.atomic():
            outcomes.settle(*handed, at=clock.now())
