"""Words are kept as long as they are of use: a year for mails, a month for what was told by webhook. The rows stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from nenrin.foundation import leases
from nenrin.foundation.models import Lease, Mail, WebhookDelivery
from nenrin.foundation.models.mail import PARTS
from nenrin.foundation.models.webhook import DeliveryState

NAME: Final = "mail.retention"
WORDS: Final = timedelta(days=365)
MESSAGES: Final = timedelta(days=30)
EVERY_SECONDS: Final = 24 * 3600
MOST: Final = 2000
_ENDED: Final = [state for part in ("sent", "suppressed", "failed") for state in PARTS[part]]
_TOLD: Final = (DeliveryState.DELIVERED, DeliveryState.CANCELLED)


def step(at: datetime, *, holder: str) -> int:
    """Once a day, and at once again while there was a full batch; returns how many rows lost their words.

    Safe to repeat.
    """
    if Lease.objects.filter(name=NAME, until__gt=at).exists():
        return 0
    mine = f"{holder}@{at.isoformat()}"
    if not leases.take(NAME, holder=mine, seconds=EVERY_SECONDS, at=at):
        return 0
    mails, messages = _mails(at), _messages(at)
    if max(mails, messages) >= MOST:
        leases.release(NAME, holder=mine, at=at)
    return mails + messages


def _mails(at: datetime) -> int:
    old = Mail.objects.filter(state__in=_ENDED, changed_at__lt=at - WORDS).exclude(text="")
    return Mail.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MOST])).update(text="", html="", why={})


def _messages(at: datetime) -> int:
    told = WebhookDelivery.objects.filter(state__in=_TOLD, created_at__lt=at - MESSAGES)
    gone, _ = WebhookDelivery.objects.filter(pk__in=list(told.values_list("pk", flat=True)[:MOST])).delete()
    return gone
