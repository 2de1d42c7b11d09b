"""How a hand-over ended, written on the row: by whoever holds the claim, and by nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.calendar import day_of
from nenrin.foundation.mail import gate, outbox, rows, suppressions
from nenrin.foundation.mail.transport import Outcome, Verdict
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind, MailState
from nenrin.foundation.models.mail_rules import SuppressionReason

#: How long a mail waits after its first, second, ... refusal for the moment; after the last it has failed.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
#: How long after a trouble of the provider, which is nobody's attempt.
LINE_PAUSE: Final = timedelta(minutes=1)
#: Verdict -> state, reason, verb of the journal.
_ENDS: Final[Mapping[Verdict, tuple[MailState, str, str]]] = {
    "taken": (MailState.HANDED_OVER, "", "sent"),
    "permanent": (MailState.FAILED, "refused", "failed"),
    "no_mailbox": (MailState.BOUNCED, "hard_bounce", "bounced"),
    "unknown": (MailState.UNKNOWN, "line_lost", "unknown"),
    "not_composable": (MailState.FAILED, "not_composable", "failed"),
}


def settle(mail: Mail, outcome: Outcome, *, at: datetime) -> bool:
    """Write how it ended; False where the claim went to somebody else meanwhile. Called in a transaction.

    Journal: foundation.mail.sent, .failed, .bounced or .unknown; nothing where it is tried again. A mail that counted
    as unknown because its worker slept too long is told by that very worker how it ended.
    """
    now = _columns(mail, outcome, at)
    if not rows.change(mail, {**now, "claimed_until": None, "changed_at": at}):
        return False
    for name, value in now.items():
        setattr(mail, name, value)
    if mail.state == MailState.QUEUED:
        return True
    verb = "failed" if mail.reason == "exhausted" else _ENDS[outcome.verdict][2]
    journal.record_many([sent(mail, at) if verb == "sent" else outbox.noted(mail, verb, SYSTEM, at)])
    if mail.state == MailState.BOUNCED:
        _bounced(mail, at)
    return True


def _columns(mail: Mail, outcome: Outcome, at: datetime) -> dict[str, Any]:
    if outcome.verdict in ("temporary", "line"):
        return _again(mail, outcome, at)
    state, reason, _ = _ENDS[outcome.verdict]
    columns: dict[str, Any] = {"state": state.value, "reason": reason, "detail": outcome.detail}
    if state in (MailState.HANDED_OVER, MailState.BOUNCED):
        columns |= {"handed_over_at": at, "provider_id": outcome.provider_id}
    return columns


def _again(mail: Mail, outcome: Outcome, at: datetime) -> dict[str, Any]:
    queued = {"state": MailState.QUEUED.value, "detail": outcome.detail, "claimed_by": "", "attempted_at": None}
    if outcome.verdict == "line":
        return queued | {"reason": "line", "send_after": at + LINE_PAUSE, "attempts": max(0, mail.attempts - 1)}
    if mail.attempts > len(PAUSES):
        return {"state": MailState.FAILED.value, "reason": "exhausted", "detail": outcome.detail}
    return queued | {"reason": "temporary", "send_after": at + PAUSES[mail.attempts - 1]}


def sent(mail: Mail, at: datetime, *, by: Actor = SYSTEM) -> journal.Draft:
    """The entry that a mail went out, by whoever came to know of it first: the worker, the provider, a person."""
    return outbox.noted(mail, "sent", by, at, **_fact(mail, at))


def _fact(mail: Mail, at: datetime) -> dict[str, Any]:
    """A letter to a customer is a touch, unless it found no mailbox; a person's where a person wrote or approved it."""
    if mail.state == MailState.BOUNCED or mail.kind != Kind.ACCOUNT or mail.account is None:
        return {}
    is_human = mail.by_kind == "member" or bool(mail.approved_by)
    on = day_of(at, organisation.zone())
    body = {"channel": "mail", "direction": "out", "human": is_human, "on": on, "minutes": None}
    return {"fact": {"kind": "touch", "key": f"mail:{mail.pk}", "body": body}}


def _bounced(mail: Mail, at: datetime) -> None:
    suppressions.add_key(
        mail.address_key, mail.to_address, SuppressionReason.HARD_BOUNCE, by=SYSTEM, at=at, note=mail.detail
    )
    gate.judge(at)
