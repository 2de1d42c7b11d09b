"""A message to oneself by every channel that is set up, and how the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from nenrin.foundation import journal
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


@dataclass(frozen=True, slots=True)
class Sent:
    """By which channels a test was put in now, and by which one of this minute is on its way already."""

    now: list[Channel] = field(default_factory=list)
    before: list[Channel] = field(default_factory=list)


def send(member: Member, *, by: Actor, at: datetime) -> Sent:
    """One message by mail and one by Slack, as far as they are set up. One a minute.

    In quiet hours too: whoever asks is awake. Journal: foundation.mail.queued; work.notice.tried by Slack.
    """
    key, words, sent = f"{_key(member)}{at:%Y%m%d%H%M}", WORDS.in_(member.language), Sent()
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)
        if sending.line() is not None:
            if Mail.objects.filter(key=key).exists():
                sent.before.append(Channel.MAIL)
            else:
                outbox.put_many([notice_letters.to(member, words, words, key)], by=by, at=at)
                sent.now.append(Channel.MAIL)
        chosen = NoticeChannel.objects.filter(member=member, endpoint__disabled_at=None).select_related("endpoint")
        if (channel := chosen.first()) is not None:
            if WebhookDelivery.objects.filter(key=key).exists():
                sent.before.append(Channel.SLACK)
            else:
                deliveries.put(channel.endpoint, {"text": f"{member.name}: {words}"}, key=key, by=by, at=at)
                told = {"name": channel.endpoint.name, "endpoint": channel.endpoint_id}
                journal.record("work.notice.tried", actor=by, at=at, subject=("member", member.pk), particulars=told)
                sent.now.append(Channel.SLACK)
    return sent


def last(member: Member) -> Sequence[Trial]:
    """The last test by each channel that had one: two queries."""
    found = []
    if (mail := Mail.objects.filter(**_keys(member)).order_by("-key").first()) is not None:
        state, why = STATES[MailState(mail.state)], reasons.of(mail.reason)
        found.append(Trial(CHANNELS[Channel.MAIL], state, why, mail.created_at))
    told = WebhookDelivery.objects.filter(**_keys(member)).order_by("-key").first()
    if told is not None:
        word = DELIVERIES[DeliveryState(told.state)]
        found.append(Trial(CHANNELS[Channel.SLACK], word, details.of(told.detail), told.created_at))
    return found


def _keys(member: Member) -> dict[str, str]:
    """Keys that begin so and go on with a moment in figures: as a span, which every database finds by its index."""
    key = _key(member)
    return {"key__gte": key, "key__lt": f"{key}A", "key__startswith": key}


def _key(member: Member) -> str:
    return f"notice-test:{member.pk}:"
