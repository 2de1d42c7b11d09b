"""Mails of the outbox as contacts: what a person wrote to a customer, or read and approved, and what went out."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind, MailState

#: It found a mailbox, whatever became of it there.
ARRIVED = (MailState.HANDED_OVER, MailState.DELIVERED, MailState.COMPLAINED)


def by_people() -> QuerySet[Mail]:
    """As much a contact as a mail that was written down by hand; what a playbook sends by itself is none."""
    someone = Q(by_kind="member") | ~Q(approved_by="")
    return Mail.objects.filter(someone, kind=Kind.ACCOUNT, state__in=ARRIVED, handed_over_at__isnull=False)
