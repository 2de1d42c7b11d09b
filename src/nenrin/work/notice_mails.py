"""Notices by mail and Slack: at once, or one mail in the morning; what was read meanwhile is not sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.conf import settings
from django.db import transaction

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import day_of
from nenrin.foundation.mail import outbox, sending
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.outbox import Letter
from nenrin.foundation.models import Member
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.foundation.webhooks import deliveries
from nenrin.values import Text
from nenrin.work.models import Notice, NoticeChannel
from nenrin.work.models.notice import Way
from nenrin.work.notice_kinds import KINDS, kind_of

AT_ONCE: Final = 500
SHOWN: Final = 30  # of a digest; the rest is counted
#: Older ones are no news: they stay in the app alone.
FRESH: Final = timedelta(days=4)


def step(at: datetime) -> int:
    """Hand what is due to the outbox; returns how many notices were done. Mail and mark commit together, under the
    notice's own key, so that killed anywhere none is sent twice. Without a mail server they stay in the app.
    """
    due = Notice.objects.filter(sent_at__isnull=True, send_at__isnull=False, send_at__lte=at)
    with transaction.atomic():
        rows = list(
            due.select_for_update(of=("self",)).select_related("member", "account").order_by("member", "pk")[:AT_ONCE]
        )
        if not rows:
            return 0
        wanted = [row for row in rows if _is_news(row, at)]
        if sending.line() is not None:
            outbox.put_many(list(_letters(wanted, at)), by=SYSTEM, at=at)
        _to_slack([row for row in wanted if row.way == Way.SLACK], at)
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=at)
    return len(rows)


def _is_news(row: Notice, at: datetime) -> bool:
    return row.read_at is None and row.member.is_active and at - row.created_at < FRESH


def _letters(rows: Sequence[Notice], at: datetime) -> Iterator[Letter]:
    for _, theirs in groupby(rows, key=lambda row: row.member_id):
        notices = list(theirs)
        yield from (_one(row) for row in notices if row.way == Way.MAIL)
        gathered = [row for row in notices if row.way == Way.DIGEST]
        if gathered:
            yield _digest(gathered, at)


def _one(row: Notice) -> Letter:
    member, words = row.member, said(row, row.member)
    text = f"{words}\n\n{settings.BASE_URL}{row.url or '/notices'}\n\n{_foot(member)}"
    return _letter(member, words[:200], text, f"notice:{row.pk}")


def _digest(rows: Sequence[Notice], at: datetime) -> Letter:
    member = rows[0].member
    count = len(rows)
    subject = Text(f"{count} notices from Nenrin", f"Nenrinからのお知らせ {count}件").in_(member.language)
    lines = [f"・{said(row, member)}\n  {settings.BASE_URL}{row.url or '/notices'}" for row in rows[:SHOWN]]
    if count > SHOWN:
        lines.append(Text(f"and {count - SHOWN} more", f"ほか{count - SHOWN}件").in_(member.language))
    body = "\n".join([*lines, "", f"{settings.BASE_URL}/notices", "", _foot(member)])
    day = day_of(at, organisation.zone())
    return _letter(member, subject, body, f"notices:{member.pk}:{day}:{rows[0].pk}")


def _to_slack(rows: Sequence[Notice], at: datetime) -> None:
    """One line each into the channel that the member chose; without one they stay in the app.

    What stands in a channel is read by more than one: words that may name people go there only where the channel was
    set up to take them.
    """
    chosen = NoticeChannel.objects.filter(
        member__in={row.member_id for row in rows}, endpoint__disabled_at__isnull=True
    )
    channels = {channel.member_id: channel.endpoint for channel in chosen.select_related("endpoint")}
    for row in rows:
        endpoint = channels.get(row.member_id)
        if endpoint is not None:
            name = f" ({row.account.name})" if row.account is not None else ""
            about = KINDS[kind_of(row.code)][0].in_(row.member.language) + name
            words = said(row, row.member) if endpoint.is_personal else about
            text = f"{row.member.name}: {words}\n{settings.BASE_URL}{row.url or '/notices'}"
            deliveries.put(
                endpoint, {"text": text}, key=f"notice:{row.pk}", by=SYSTEM, at=at, account_id=row.account_id
            )


def said(row: Notice, member: Member) -> str:
    """The words in the member's language; for whoever may not read personal data the kind alone."""
    text = row.words if visible(member, FieldClass.PERSONAL) else KINDS[kind_of(row.code)][0]
    return text.in_(member.language)


def _letter(member: Member, subject: str, text: str, key: str) -> Letter:
    return Letter(
        to=Address(member.email, member.name), subject=subject.replace("\n", " "), text=text, key=key,
        kind=Kind.TRANSACTIONAL, language=member.language, member_id=member.pk, origin=("notice", key),
    )  # fmt: skip


def _foot(member: Member) -> str:
    url = f"{settings.BASE_URL}/notices/settings"
    return Text(f"How you hear of things: {url}", f"通知の受け取り方: {url}").in_(member.language)
