"""The worker's loops, in the order in which a fact travels. Each is safe to repeat and says how much it did."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections

from nenrin.customers import days, routing
from nenrin.foundation import journal, leases, organisation, verification
from nenrin.foundation.mail import deliver as mails
from nenrin.foundation.webhooks import deliver as webhooks
from nenrin.foundation.webhooks import feed
from nenrin.ingest import drain, lakes, mirror
from nenrin.ingest.importing import rounds
from nenrin.insight import refresh, tick
from nenrin.insight.backtests import step as backtests
from nenrin.insight.executive import mails as reports
from nenrin.insight.risk import runs as learning
from nenrin.insight.risk import step as risk
from nenrin.insight.start import baselines as start
from nenrin.playbooks import loops as playbooks
from nenrin.work import (
    attachments,
    following,
    handoff_rounds,
    loss_opening,
    losses,
    notice_mails,
    owner_notices,
    renewal_rounds,
)
from nenrin.work.calendars import subscriptions as calendars
from nenrin.work.journeys import rounds as journey_rounds
from nenrin.work.onboarding import rounds as onboarding_rounds
from nenrin.work.queue import loads as day_loads

log = logging.getLogger(__name__)
HOLDER = f"{socket.gethostname()}:{os.getpid()}"
LEASE_SECONDS = 60
TIDY_SECONDS = 3600
#: Entries sealed in one transaction, how often in a round, and the pause between: on SQLite only one writes at a time, and
#: who waits asks again after a tenth of a second at the latest.
SEALED_AT_ONCE, SEALS_A_ROUND, SEAL_PAUSE_SECONDS = 1000, 5, 0.1


def _seal(at: datetime) -> int:
    """In short transactions with a pause between, so that a long import's entries hold nobody up."""
    done = 0
    for _ in range(SEALS_A_ROUND):
        sealed = journal.seal(SEALED_AT_ONCE)
        done += sealed
        if sealed < SEALED_AT_ONCE:
            break
        time.sleep(SEAL_PAUSE_SECONDS)
    return done


def _drain(at: datetime) -> int:
    """Under the lake's own right, which whoever closes a day, tidies or erases holds too."""
    with leases.held(drain.LEASE, holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
        return drain.drain(lakes.current(), at=at).batches if mine else 0


def _mirror(at: datetime) -> int:
    with leases.held(drain.LEASE, holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
        return mirror.mirror(lakes.current()) if mine else 0


def _tidy(at: datetime) -> int:
    """Once an hour: small files become large ones. The right is left to run out, so that no worker tidies sooner."""
    if not leases.take("tidy", holder=f"{HOLDER}@{at.isoformat()}", seconds=TIDY_SECONDS, at=at):
        return 0
    with leases.held(drain.LEASE, holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
        if mine:
            lakes.current().tidy()
    return 0


def _turn(at: datetime) -> int:
    """A new day passes over the customers: terms roll over, deadlines pass."""
    return days.turn(organisation.today(at), at=at)


def _report(at: datetime) -> int:
    """The month before by mail, to whom it is due."""
    return reports.step(at, losses.told)


@dataclass(frozen=True, slots=True)
class Loop:
    """A named loop: `step(at)` does one bounded round and returns how many rows it moved.

    A shared one claims its rows itself: several workers may go round in it at once.
    """

    name: str
    step: Callable[[datetime], int]
    is_shared: bool = False


#: What facts wait for: each a short step.
PROMPT = (
    Loop("work", rounds.work),
    Loop("turn", _turn),
    Loop("drain", _drain),
    Loop("seal", _seal),
    Loop("mirror", _mirror),
    Loop("tick", tick.step),
    Loop("refresh", refresh.step),
    Loop("route", routing.step),
    Loop("days", day_loads.step),
    Loop("react", playbooks.react),
    Loop("play", playbooks.play),
    Loop("follow", following.step),
    Loop("handoffs", handoff_rounds.step),
    Loop("onboarding", onboarding_rounds.step),
    Loop("journeys", journey_rounds.step),
    Loop("losses", loss_opening.step),
    Loop("renewals", renewal_rounds.step),
    Loop("owners", owner_notices.step),
    Loop("notices", notice_mails.step),
    Loop("tidy", _tidy),
    Loop("verify", verification.step),
)
#: What may take minutes with many accounts. A standing worker goes through them beside the others.
LONG = (
    Loop("risk", risk.step),
    Loop("start", start.step),
    Loop("learn", learning.step),
    Loop("backtest", backtests.step),
    Loop("replay", playbooks.replay),
    Loop("calendars", calendars.step),
    Loop("clear", attachments.step),
    Loop("reports", _report),
)
#: What waits for others' machines. A standing worker goes through each beside the rest.
SENDING = (Loop("deliver", mails.step, is_shared=True),)
TELLING = (Loop("tell", feed.step), Loop("post", webhooks.step, is_shared=True))
#: What SQLite says under the same name of what is wrong with us or with its file.
FAULTS = ("no such ", "syntax error", "too many SQL", "disk I/O", "malformed")
BESIDE = {"long loops": LONG, "sending": SENDING, "telling": TELLING}
LOOPS = PROMPT + LONG + SENDING + TELLING


def one_round(at: datetime, loops: tuple[Loop, ...] = LOOPS) -> Mapping[str, int]:
    """One round of every loop that no other worker holds; a loop that fails is logged and tried again next round.

    Each loop has its own instant: `at`, and what the loops before it took. A right taken at the round's beginning
    would have run out before the last loop's turn.
    """
    begun = time.monotonic()
    return {loop.name: _run(loop, at + timedelta(seconds=time.monotonic() - begun)) for loop in loops}


def _run(loop: Loop, at: datetime) -> int:
    try:
        with leases.held(f"worker.{loop.name}", holder=HOLDER, seconds=LEASE_SECONDS, at=at) as mine:
            if not mine and not loop.is_shared:
                return 0
            begun = time.perf_counter()
            done = loop.step(at)
            if done:
                seconds = round(time.perf_counter() - begun, 3)
                leases.note(f"worker.{loop.name}", {"done": done, "seconds": seconds, "at": at.isoformat()})
            return done
    except (OperationalError, InterfaceError) as trouble:
        if not _is_away(trouble):
            log.exception("the %s loop failed; nothing of its round was kept, trying again", loop.name)
            return 0
        log.warning("the %s loop could not have the database (%s); trying again", loop.name, _in_a_line(trouble))
        close_old_connections()
        return 0
    except Exception:
        log.exception("the %s loop failed; nothing of its round was kept, trying again", loop.name)
        return 0


def _is_away(trouble: Exception) -> bool:
    """The database was locked for too long, full or gone: nobody's fault in a loop."""
    return not any(word in str(trouble) for word in FAULTS)


def _in_a_line(trouble: Exception) -> str:
    return (str(trouble).strip().splitlines() or [type(trouble).__name__])[0]
