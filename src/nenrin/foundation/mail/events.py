"""What the provider reports of mails it took: delivered, bounced, complained of, unsubscribed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.db import transaction
from django.db.models import Q

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import gate, outbox, outcomes, suppressions, unsubscribes
from nenrin.foundation.mail.unsubscribes import Ticket
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind, MailState
from nenrin.foundation.models.mail_rules import SuppressionReason

What = Literal["delivered", "bounced", "complained", "unsubscribed", "failed", "put_off"]
PROVIDER: Final = Actor("source", "mail provider", "")
#: What a report changes, and from which states; a later word never turns a worse one back.
_FROM: Final[dict[str, tuple[MailState, ...]]] = {
    "delivered": (MailState.HANDED_OVER, MailState.UNKNOWN, MailState.CLAIMED),
    "bounced": (MailState.HANDED_OVER, MailState.UNKNOWN, MailState.CLAIMED, MailState.DELIVERED),
    "failed": (MailState.HANDED_OVER, MailState.UNKNOWN, MailState.CLAIMED),
    "complained": (
        *(MailState.HANDED_OVER, MailState.UNKNOWN, MailState.CLAIMED),
        *(MailState.DELIVERED, MailState.BOUNCED),
    ),
}
_REASONS: Final = {"bounced": "hard_bounce", "complained": "complaint", "failed": "provider"}


@dataclass(frozen=True, slots=True)
class Report:
    """`message_id` is ours (it travels with the mail), `provider_id` theirs; one of them finds the row."""

    what: What
    provider_id: str = ""
    message_id: str = ""
    recipient: str = ""
    detail: str = ""


def take(report: Report, *, at: datetime) -> bool:
    """Write on the mail's row what the provider says; False where it says nothing new, or of no mail of ours.

    Safe to repeat, in any order. An unknown mail is settled by it. Journal: foundation.mail.delivered, .bounced, ...
    """
    with transaction.atomic():
        mail = _found(report)
        if mail is None:
            return False
        if report.what == "unsubscribed":
            return _unsubscribed(mail, at)
        if report.what == "put_off":
            return _put_off(mail, report, at)
        if mail.state not in _FROM[report.what] or (mail.state == MailState.CLAIMED and mail.attempted_at is None):
            return False
        is_first = mail.handed_over_at is None and report.what != "failed"
        _write(mail, report, at)
        sent = [outcomes.sent(mail, at, by=PROVIDER)] if is_first else []
        journal.record_many([*sent, outbox.noted(mail, report.what, PROVIDER, at)])
        _consequences(mail, report, at)
    return True


def _found(report: Report) -> Mail | None:
    wanted = Q(pk__in=[])
    if report.message_id:
        wanted |= Q(message_id=report.message_id.strip("<> "))
    if report.provider_id:
        wanted |= Q(provider_id=report.provider_id)
    return Mail.objects.select_for_update().filter(wanted).first()


def _write(mail: Mail, report: Report, at: datetime) -> None:
    mail.state, mail.reason = MailState(report.what).value, _REASONS.get(report.what, "")
    mail.detail = report.detail[:300]
    mail.provider_id = mail.provider_id or report.provider_id[:200]
    mail.handed_over_at = mail.handed_over_at or at
    mail.claimed_by, mail.claimed_until, mail.changed_at = "", None, at
    mail.save()


def _put_off(mail: Mail, report: Report, at: datetime) -> bool:
    """For the moment only: noted on a mail that is on its way, and held against nobody."""
    if mail.state not in _FROM["delivered"] or (mail.attempted_at is None and mail.handed_over_at is None):
        return False
    mail.reason, mail.detail, mail.changed_at = "soft_bounce", report.detail[:300], at
    mail.save(update_fields=["reason", "detail", "changed_at"])
    return True


def _consequences(mail: Mail, report: Report, at: datetime) -> None:
    """Who has no mailbox, or felt molested, gets nothing more; too many of them stop everything."""
    reason = {"bounced": SuppressionReason.HARD_BOUNCE, "complained": SuppressionReason.COMPLAINT}.get(report.what)
    if reason is not None:
        suppressions.add_key(mail.address_key, mail.to_address, reason, by=PROVIDER, at=at, note=report.detail[:300])
        gate.judge(at)


def _unsubscribed(mail: Mail, at: datetime) -> bool:
    if mail.kind == Kind.TRANSACTIONAL:
        return False
    unsubscribes.stop(Ticket(mail.address_key, Kind(mail.kind)), at=at)
    return True
