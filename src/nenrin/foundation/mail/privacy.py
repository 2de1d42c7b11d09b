"""What mails hold of a person, to hand over and to forget. Of a suppression the hash stays, so that it still holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from nenrin.foundation.mail import addresses, outbox
from nenrin.foundation.models import Mail, MailConsent, PersonalPart, Suppression
from nenrin.foundation.models.mail import MailState

#: The models with personal data that this exporter and this eraser answer for.
COVERS: Final = ("Mail", "Suppression", "MailConsent")
ERASED: Final = "—"


def exported(emails: Sequence[str], *, contact: int | None = None) -> dict[str, list[Any]]:  # Any: plain rows
    """Every mail to these addresses, or to this contact, what they refused and what they agreed to."""
    keys = _keys(emails)
    return {
        "mails": list(
            _mails(emails, contact)
            .order_by("id")
            .values("to_address", "to_name", "subject", "text", "state", "created_at", "handed_over_at")
        ),
        "suppressions": list(
            Suppression.objects.filter(address_key__in=keys).values("address", "kind", "reason", "note", "created_at")
        ),
        "consents": list(
            MailConsent.objects.filter(address_key__in=keys).values("address", "basis", "words", "place", "given_at")
        ),
    }


def erase(emails: Sequence[str], *, at: datetime, contact: int | None = None) -> int:
    """Forget these addresses: what waits is cancelled, what was sent loses address, subject and words.

    Returns how many mails it touched. Safe to repeat. What is being handed over this moment is cancelled where nobody
    has begun it.
    """
    keys = _keys(emails)
    with transaction.atomic():
        rows = _mails(emails, contact).select_for_update()
        touched = list(rows.values_list("pk", flat=True))
        waiting = Q(state__in=outbox.STOPPABLE) | Q(state=MailState.CLAIMED, attempted_at__isnull=True)
        Mail.objects.filter(waiting, pk__in=touched).update(state=MailState.CANCELLED, reason="erased", claimed_by="")
        blank = {"to_address": "", "to_name": "", "subject": ERASED, "text": "", "html": "", "reply_to": "", "why": {}}
        Mail.objects.filter(pk__in=touched).update(**blank, detail="", changed_at=at)
        Suppression.objects.filter(address_key__in=keys).update(address="", note="")
        MailConsent.objects.filter(address_key__in=keys).update(address="", place="")
        _forget(touched, keys, at)
    return len(touched)


def _forget(mails: Sequence[int], keys: Sequence[str], at: datetime) -> None:
    """The journal's personal parts about these mails and addresses."""
    of_mails = Q(entry__references__kind="mail", entry__references__key__in=[str(pk) for pk in mails])
    of_addresses = Q(entry__action__startswith="foundation.suppression.", entry__particulars__address_key__in=keys)
    parts = PersonalPart.objects.filter(of_mails | of_addresses).values_list("pk", flat=True)
    found = list(parts)
    for start in range(0, len(found), 500):
        PersonalPart.objects.filter(pk__in=found[start : start + 500]).update(payload={}, erased_at=at)


def _mails(emails: Sequence[str], contact: int | None) -> QuerySet[Mail]:
    wanted = Q(address_key__in=_keys(emails))
    return Mail.objects.filter(wanted | Q(contact=contact) if contact is not None else wanted)


def _keys(emails: Sequence[str]) -> list[str]:
    return [addresses.key(email) for email in emails if email]
