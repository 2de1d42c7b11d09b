"""Notices by mail and Slack: at once, or one message in the morning; what was read meanwhile is not sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from nenrin.foundation import bulk, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.mail import outbox, sending
from nenrin.work import notice_letters, notice_slack, quiet_hours
from nenrin.work.models import Notice
from nenrin.work.models.notice import Channel, Way

#: Members in one round, and notices of each: what is more comes in the next round, as a message of its own.
AT_ONCE: Final = 10
MOST: Final = 500
#: More at once for one member than these go in one message: what befell two hundred accounts is not told two hundred times.
MOST_APART: Final = 5
#: Business days after which one is no news: it stays in the app alone. Days on which nobody is written to do not age it.
FRESH: Final = 4


def step(at: datetime) -> int:
    """Hand what is due to the outbox and to Slack; returns how many notices were done or put off, each channel by itself."""
    return sum(_through(channel, at) for channel in Channel)


def _through(channel: Channel, at: datetime) -> int:
    """Message and mark commit together, under the notices' own key, so that killed anywhere none is sent twice.

    Without a mail server, or without a Slack channel, they stay in the app.
    """
    due = Notice.objects.filter(**{f"{channel}_done_at": None, f"{channel}_at__lte": at})
    with transaction.atomic():
        found = _due(due)
        rows = _awake(found, channel, at)
        if not rows:
            return len(found)
        messages = list(_messages([row for row in rows if _is_news(row, at)], channel))
        if channel is Channel.SLACK:
            notice_slack.put(messages, at)
        elif sending.line() is not None:
            outbox.put_many([notice_letters.letter(theirs) for theirs in messages], by=SYSTEM, at=at)
        _rows(rows).update(**{f"{channel}_done_at": at})
    return len(found)


def _due(rows: QuerySet[Notice]) -> list[Notice]:
    members = list(rows.order_by("member_id").values_list("member_id", flat=True).distinct()[:AT_ONCE])
    locked = rows.select_for_update(of=("self",)).select_related("member", "account").order_by("pk")
    return [row for member in members for row in locked.filter(member=member)[:MOST]]


def _rows(found: Sequence[Notice]) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=bulk.among([row.pk for row in found]))


def _awake(rows: Sequence[Notice], channel: Channel, at: datetime) -> list[Notice]:
    """Those whose member may be written to now; the others wait for their morning, however late this runs."""
    zone, kept = organisation.zone(), []
    for _, theirs in groupby(rows, key=lambda row: row.member_id):
        notices = list(theirs)
        opens = quiet_hours.permitted(at, quiet_hours.zone_of(notices[0].member, zone))
        if opens == at:
            kept += notices
        else:
            _rows(notices).update(**{f"{channel}_at": opens})
    return kept


def _is_news(row: Notice, at: datetime) -> bool:
    last = add_business_days(organisation.today(row.created_at), FRESH)
    return row.read_at is None and row.member.is_active and organisation.today(at) <= last


def _messages(rows: Sequence[Notice], channel: Channel) -> Iterator[list[Notice]]:
    """The notices of each message: those at once one by one unless they are many, the others of a member together."""
    for _, theirs in groupby(rows, key=lambda row: row.member_id):
        notices = list(theirs)
        once = [row for row in notices if getattr(row, channel) == Way.ONCE]
        gathered = [row for row in notices if getattr(row, channel) == Way.DIGEST]
        yield from ([once] if len(once) > MOST_APART else ([row] for row in once))
        if gathered:
            yield gathered
