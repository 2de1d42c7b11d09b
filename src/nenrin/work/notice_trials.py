"""A message to oneself by every channel that is set up, and how the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import outbox, reasons, sending
from nenrin.foundation.models import Mail, Member, WebhookDelivery
from nenrin.foundation.models.mail import STATES, MailState
from nenrin.foundation.models.webhook import DELIVERIES, DeliveryState
from nenrin.foundation.webhooks import deliveries, details
from nenrin.values import Text
from nenrin.work import notice_letters
from nenrin.work.models import NoticeChannel
from nenrin.work.models.notice import CHANNELS, Channel

WORDS: Final = Text(
    "Test message from Nenrin: notices reach you here.", "Nenrinからのテスト送信です。通知はここに届きます。"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """The last test by one channel: where it stands, and why or what the other side said."""

    channel: Text
    state: Text
    detail: Text
    at: datetime


def send(member: Member, *, by: Actor, at: datetime) -> list[Channel]:
    """One message by mail and one by Slack, as far as they are set up; returns by which. One a minute.

    In quiet hours too: whoever asks is awake. Journal: foundation.mail.queued.
    """
    key, words, sent = f"{_key(member)}{at:%Y%m%d%H%M}", WORDS.in_(member.language), []
    with transaction.atomic():
        if sending.line() is not None:
            outbox.put_many([notice_letters.to(member, words, words, key)], by=by, at=at)
            sent.append(Channel.MAIL)
        chosen = NoticeChannel.objects.filter(member=member, endpoint__disabled_at=None).select_related("endpoint")
        if (channel := chosen.first()) is not None:
            deliveries.put(channel.endpoint, {"text": f"{member.name}: {words}"}, key=key, by=by, at=at)
            sent.append(Channel.SLACK)
    return sent


def last(member: Member) -> Sequence[Trial]:
    """The last test by each channel that had one: two queries."""
    found = []
    if (mail := Mail.objects.filter(key__startswith=_key(member)).order_by("-pk").first()) is not None:
        state, why = STATES[MailState(mail.state)], reasons.of(mail.reason)
        found.append(Trial(CHANNELS[Channel.MAIL], state, why, mail.created_at))
    told = WebhookDelivery.objects.filter(key__startswith=_key(member)).order_by("-pk").first()
    if told is not None:
        word = DELIVERIES[DeliveryState(told.state)]
        found.append(Trial(CHANNELS[Channel.SLACK], word, details.of(told.detail), told.created_at))
    return found


def _key(member: Member) -> str:
    return f"notice-test:{member.pk}:"
