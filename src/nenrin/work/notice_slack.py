"""Notices in Slack: to the channel that a member chose, a line each, or one message for a digest.

What stands in a channel is read by more than one: words that may name people go there only where the channel was set
up to take them, and only what the member may read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import WebhookEndpoint
from nenrin.foundation.webhooks import deliveries
from nenrin.work import notice_words
from nenrin.work.models import Notice, NoticeChannel


def put(messages: Sequence[Sequence[Notice]], at: datetime) -> None:
    """Put these in for their members' channels; without one, or where it is stopped, they stay in the app.

    Each under a key of its own, so that it is one row however often this runs.
    """
    channels = _channels({rows[0].member_id for rows in messages})
    for rows in messages:
        endpoint = channels.get(rows[0].member_id)
        if endpoint is not None:
            account = rows[0].account_id if len(rows) == 1 else None
            text = text_of(rows, is_personal=endpoint.is_personal)
            key = notice_words.key_of(rows)
            deliveries.put(endpoint, {"text": text}, key=key, by=SYSTEM, at=at, account_id=account)


def text_of(rows: Sequence[Notice], *, is_personal: bool) -> str:
    """One message in the member's language: as many lines as Slack takes, the others counted."""
    member = rows[0].member
    lines = [notice_words.said(row) if is_personal else notice_words.about(row) for row in rows]
    if len(rows) == 1:
        return f"{member.name}: {lines[0]}\n{notice_words.address(rows[0])}"
    shown = [f"{member.name}: {notice_words.counted(len(rows), member)}"]
    inbox = f"{settings.BASE_URL}/notices"
    for place, (row, line) in enumerate(zip(rows, lines, strict=True)):
        more = f"• {line}\n{notice_words.address(row)}"
        rest = notice_words.rest(len(rows) - place, member)
        if deliveries.slack_length("\n".join([*shown, more, rest, inbox])) > deliveries.MOST_SLACK:
            return "\n".join([*shown, rest, inbox])
        shown.append(more)
    return "\n".join([*shown, inbox])


def _channels(members: set[int]) -> Mapping[int, WebhookEndpoint]:
    chosen = NoticeChannel.objects.filter(member__in=members, endpoint__disabled_at__isnull=True)
    return {channel.member_id: channel.endpoint for channel in chosen.select_related("endpoint")}
