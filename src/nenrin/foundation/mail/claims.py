"""Claiming mails: a lease on rows, and in the same transaction the last look at who wants none.

From the claim on a mail has three moments, each committed: claimed (nobody has touched it), begun (`attempted_at`: from
here on it may have been handed over), settled. What a dead worker claimed and never began goes back into the queue;
what it had begun is unknown, and is never sent again by itself. (What is trusted of a claim: see durability.)
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from nenrin.foundation import calendar, journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import composing, durability, gate, outbox, rows, sending, suppressions
from nenrin.foundation.mail.sending import Line
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind, MailState

FAR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Terms:
    """How many mails at a time, how long a claim lasts, and how long a hand-over may take before it counts as lost."""

    batch: int = 50
    lease: timedelta = timedelta(seconds=120)
    attempt: timedelta = timedelta(seconds=300)


TERMS: Final = Terms()


@dataclass(frozen=True, slots=True)
class Claimed:
    """Mails that may be handed over, and how many others of the batch were settled because they must not."""

    mails: list[Mail]
    withheld: int
    needs_consent: bool = True


def due(at: datetime) -> QuerySet[Mail]:
    """Mails whose time has come, of the kinds that may go out at this hour; the longest waiting first."""
    return Mail.objects.filter(state=MailState.QUEUED, send_after__lte=at, kind__in=kinds(at)).order_by(
        "send_after", "id"
    )


def kinds(at: datetime) -> list[str]:
    """Notices at any hour; letters to customers within the window of sending; marketing once its footer is complete."""
    if not is_open(at):
        return [Kind.TRANSACTIONAL.value]
    lacking = {Kind.MARKETING} if composing.lacks(sending.current()) else set()
    return [kind.value for kind in Kind if kind not in lacking]


def is_open(at: datetime) -> bool:
    """Is this within the hours and days at which customers get mail?"""
    rules = sending.current()
    if rules is None:
        return True
    here = at.astimezone(organisation.zone())
    if rules.is_workdays_only and not calendar.is_business_day(here.date()):
        return False
    return rules.window_from <= here.hour < rules.window_until


def opens_at(at: datetime) -> datetime:
    """When the window of sending is open next; `at` itself where it is."""
    rules, zone = sending.current(), organisation.zone()
    if rules is None or is_open(at):
        return at
    hour = at.astimezone(zone).replace(hour=rules.window_from, minute=0, second=0, microsecond=0)
    while hour <= at or not is_open(hour):
        hour = _next_morning(hour, zone)
    return hour


def _next_morning(hour: datetime, zone: ZoneInfo) -> datetime:
    """The same hour of the next day by the clock on the wall."""
    return datetime.combine(hour.date() + timedelta(days=1), hour.time(), zone)


def take(line: Line, at: datetime, *, holder: str, terms: Terms = TERMS) -> Claimed:
    """Claim what is due, within the limits; those that must not go out are settled here instead.

    Journal: foundation.mail.suppressed for these.
    """
    token = f"{durability.mark()}|{holder[:50]}#{secrets.token_hex(6)}"
    rules = sending.current()
    needs_consent = rules is None or rules.needs_consent
    with transaction.atomic():
        wanted = 0 if gate.closed(line, at) else gate.granted(line, terms.batch, at)
        found = list(due(at).select_for_update(skip_locked=True)[:wanted]) if wanted else []
        held = withheld(found, at, needs_consent=needs_consent)
        free = [row for row in found if row.pk not in held]
        Mail.objects.filter(pk__in=[row.pk for row in free]).update(
            state=MailState.CLAIMED, claimed_by=token, claimed_until=at + terms.lease, changed_at=at
        )
        _withhold([row for row in found if row.pk in held], held, at)
        if free and (line.per_second is not None or line.per_hour is not None):
            gate.use(len(free), at)
    for row in free:
        row.state, row.claimed_by, row.changed_at = MailState.CLAIMED, token, at
    return Claimed(free, len(held), needs_consent)


def withheld(mails: Sequence[Mail], at: datetime, *, needs_consent: bool) -> dict[int, str]:
    """Why each of these must not go out, by id."""
    found = suppressions.reasons(mails, needs_consent=needs_consent)
    return found | {row.pk: "expired" for row in mails if row.expires_at <= at and row.pk not in found}


def _withhold(mails: Sequence[Mail], held: dict[int, str], at: datetime) -> None:
    for row in mails:
        row.state, row.reason, row.changed_at = MailState.SUPPRESSED, held[row.pk], at
        row.claimed_by, row.claimed_until = "", None
        row.save(update_fields=["state", "reason", "changed_at", "claimed_by", "claimed_until"])
    journal.record_many(outbox.noted(row, "suppressed", SYSTEM, at) for row in mails)


def begin(mail: Mail, at: datetime, *, terms: Terms = TERMS, needs_consent: bool = True) -> bool:
    """From now on it may have been handed over. False where the claim is gone, or the reader has refused since.

    Called in a transaction; the caller hands the mail over only after its commit.
    """
    if suppressions.is_refused(mail):  # nearly never: why, and whether, is looked at with care
        held = withheld([mail], at, needs_consent=needs_consent)
        if held:
            if rows.change(mail, {"changed_at": at}, states=(MailState.CLAIMED,)):
                _withhold([mail], held, at)
            return False
    now = {"attempted_at": at, "claimed_until": at + terms.attempt, "attempts": mail.attempts + 1, "changed_at": at}
    begun = rows.change(mail, now, states=(MailState.CLAIMED,), is_untouched=True)
    if begun:
        mail.attempts, mail.attempted_at = mail.attempts + 1, at
    return begun


def release(mails: Sequence[Mail], at: datetime) -> int:
    """Give back what was claimed and never begun."""
    if not mails:
        return 0
    return Mail.objects.filter(
        pk__in=[mail.pk for mail in mails], state=MailState.CLAIMED, claimed_by=mails[0].claimed_by,
        attempted_at__isnull=True,
    ).update(state=MailState.QUEUED, claimed_by="", claimed_until=None, changed_at=at)  # fmt: skip


def recover(at: datetime, *, limit: int = 500) -> int:
    """Settle the claims of workers that are gone; returns how many. Journal: foundation.mail.unknown for those begun.

    A lease that lies a year ahead was written by a clock that ran wild, and counts as over.
    """
    over = Q(claimed_until__lte=at) | Q(claimed_until__gt=at + FAR)
    left = Mail.objects.filter(over, state=MailState.CLAIMED)
    if not left.exists():
        return 0
    with transaction.atomic():
        found = list(left.select_for_update(skip_locked=True).order_by("id")[:limit])
        untouched = {row.pk for row in found if row.attempted_at is None and durability.is_trusted(row.claimed_by)}
        Mail.objects.filter(pk__in=untouched).update(
            state=MailState.QUEUED, claimed_by="", claimed_until=None, changed_at=at
        )
        begun = [row for row in found if row.pk not in untouched]
        for row in begun:  # claimed_by stays: a worker that only slept still knows how its hand-over ended
            row.state, row.reason, row.claimed_until, row.changed_at = MailState.UNKNOWN, "worker_lost", None, at
            row.save(update_fields=["state", "reason", "claimed_until", "changed_at"])
        journal.record_many(outbox.noted(row, "unknown", SYSTEM, at) for row in begun)
    return len(found)
