"""What people do with mails: change a draft, approve it, stop one that waits, settle one whose fate is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses, outbox, outcomes
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.mail.outbox import STOPPABLE, one_line
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import MailState
from nenrin.values import Text

CHANGEABLE: Final = ("to_address", "subject", "text")


def edit(mail: Mail, *, by: Actor, at: datetime, version: int | None = None, **told: str) -> Mail:
    """Change a draft's address, subject or text. Its markup goes: what is approved is what was read.

    Safe to repeat. Raises Refused, Conflict. Journal: foundation.mail.edited.
    """
    with transaction.atomic():
        row = _standing(mail.pk, (MailState.DRAFT,))
        if version is not None and row.version != version:
            raise Conflict(f"this draft is at version {row.version}, not {version}: look at what stands now")
        wanted = {name: told.get(name, getattr(row, name)) for name in CHANGEABLE}
        wanted["subject"], wanted["to_address"] = one_line(wanted["subject"]), addresses.normal(wanted["to_address"])
        wanted["text"] = wanted["text"].replace("\r\n", "\n").strip()
        outbox.check(wanted["to_address"], wanted["subject"], wanted["text"])
        changed = sorted(name for name, value in wanted.items() if getattr(row, name) != value)
        if not changed:
            return row
        row.html = "" if "text" in changed else row.html
        row.address_key = addresses.key(wanted["to_address"])
        _save(row, at, **wanted)
        journal.record_many([outbox.noted(row, "edited", by, at, changed=changed)])
    return row


def approve(mails: Iterable[int], *, by: Actor, at: datetime) -> list[Mail]:
    """Let these drafts go out, now or when they are due. Those that are no drafts any more are left out.

    However long one has waited, from now on it has as long to go out as any other mail. Safe to repeat. Journal: foundation.mail.approved, one each.
    """
    return _each(
        mails, (MailState.DRAFT,), "approved", by, at, state=MailState.QUEUED, approved_by=by.name, approved_at=at,
        expires_at=lambda row: max(row.expires_at, row.send_after + outbox.LASTS, at + outbox.LASTS),
    )  # fmt: skip


def reject(mails: Iterable[int], *, why: str, by: Actor, at: datetime) -> list[Mail]:
    """Let these drafts never go out, and say why. Safe to repeat. Raises Refused without a reason.

    Journal: foundation.mail.cancelled, one each.
    """
    if not why.strip():
        raise Refused({"why": Text("why it does not go out", "却下の理由")})
    told: dict[str, Any] = {"state": MailState.CANCELLED, "reason": "rejected", "detail": why.strip()[:300]}
    return _each(mails, (MailState.DRAFT,), "cancelled", by, at, **told)


def stop(mails: Iterable[int], *, by: Actor, at: datetime, reason: str = "stopped") -> list[Mail]:
    """Take mails back that nobody has begun to hand over. Safe to repeat. Journal: foundation.mail.cancelled."""
    return _each(mails, STOPPABLE, "cancelled", by, at, state=MailState.CANCELLED, reason=reason)


def hurry(mails: Iterable[int], *, by: Actor, at: datetime) -> list[Mail]:
    """Send what waits for its time or for its next attempt at once. Safe to repeat.

    Journal: foundation.mail.hurried, one each.
    """
    return _each(mails, (MailState.QUEUED,), "hurried", by, at, where=Q(send_after__gt=at), send_after=at)


def arrived(mails: Iterable[int], *, by: Actor, at: datetime) -> list[Mail]:
    """Unknown ones that somebody found to have arrived. Journal: foundation.mail.settled, and .sent for each."""
    found: list[Mail] = []
    wanted = list(mails)
    for start in range(0, len(wanted), 500):
        with transaction.atomic():
            chunk = _settled(
                wanted[start : start + 500], "arrived", by, at, state=MailState.DELIVERED, handed_over_at=at,
                reason="arrived",
            )  # fmt: skip
            journal.record_many(outcomes.sent(row, at, by=by) for row in chunk)
            found += chunk
    return found


def send_again(mails: Iterable[int], *, by: Actor, at: datetime) -> list[Mail]:
    """Unknown ones that somebody wants sent again, knowing that they may arrive twice, under the same Message-ID.

    Journal: foundation.mail.settled.
    """
    again: dict[str, Any] = {"state": MailState.QUEUED, "reason": "", "send_after": at, "expires_at": at + outbox.LASTS}
    return _settled(mails, "sent again", by, at, **again, claimed_by="", attempted_at=None)


def give_up(mails: Iterable[int], *, by: Actor, at: datetime) -> list[Mail]:
    """Unknown ones that nobody pursues. Journal: foundation.mail.settled."""
    return _settled(mails, "given up", by, at, state=MailState.FAILED, reason="given_up")


def _settled(mails: Iterable[int], outcome: str, by: Actor, at: datetime, **told: Any) -> list[Mail]:
    return _each(mails, (MailState.UNKNOWN,), "settled", by, at, outcome=outcome, **told)


def _each(
    mails: Iterable[int],
    states: Sequence[MailState],
    verb: str,
    by: Actor,
    at: datetime,
    *,
    outcome: str = "",
    where: Q | None = None,
    **told: Any,
) -> list[Mail]:
    """The same change on every one of these mails that is in such a state, 500 in a transaction, an entry each.

    A value may be told as a function of the mail.
    """
    wanted, done = list(mails), []
    said = {"outcome": outcome} if outcome else {}
    for start in range(0, len(wanted), 500):
        with transaction.atomic():
            rows = Mail.objects.select_for_update().filter(pk__in=wanted[start : start + 500], state__in=states)
            rows = rows if where is None else rows.filter(where)
            changed = list(rows.order_by("id"))
            for row in changed:
                _save(row, at, **told)
            journal.record_many(outbox.noted(row, verb, by, at, **said) for row in changed)
            done += changed
    return done


def _save(row: Mail, at: datetime, **told: Any) -> None:
    for name, value in told.items():
        setattr(row, name, value(row) if callable(value) else value)
    row.version, row.changed_at = row.version + 1, at
    row.save()


def _standing(pk: int, states: Sequence[MailState]) -> Mail:
    row = Mail.objects.select_for_update().get(pk=pk)
    if row.state not in states:
        raise Conflict(f"mail {pk} is {row.state} by now: nothing was changed")
    return row
