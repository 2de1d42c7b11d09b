"""What stands beside the queue: today's meetings, and drafts that wait for somebody's yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse

from nenrin.foundation import bulk
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import MailState
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.work.models.meeting import Meeting
from nenrin.work.queue.portfolio import Portfolio

#: Drafts that are named, and counted at most.
NAMED, COUNTED = 3, 100


@dataclass(frozen=True, slots=True)
class Planned:
    starts_at: datetime
    clock: str
    minutes: int
    title: str
    account: str
    url: str
    place: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """`rows`: subject and account of the newest; `whom` is personal and blank where it may not be read."""

    count: int
    rows: tuple[tuple[str, str], ...]
    url: str


def planned(meetings: Iterable[Meeting], zone: ZoneInfo) -> list[Planned]:
    return [
        Planned(
            one.starts_at, one.starts_at.astimezone(zone).strftime("%H:%M"), one.minutes, one.title,
            one.account.name if one.account else "", _address("meeting", one.pk), one.place,
        )
        for one in meetings
    ]  # fmt: skip


def drafts(held: Portfolio) -> Waiting | None:
    """Of the member's accounts; None for whoever may not approve any. One query."""
    url = _address("drafts")
    if allowed(held.member, Permission.MAIL_APPROVE) is None or not url:
        return None
    rows = Mail.objects.filter(state=MailState.DRAFT, account__in=bulk.among(list(held))).order_by("-created_at")
    found = list(rows.values_list("subject", "account")[:COUNTED])
    may_read = visible(held.member, FieldClass.PERSONAL)
    named = tuple(
        (subject if may_read else "—", held.standing[account].account.name)
        for subject, account in found[:NAMED]
        if account
    )
    return Waiting(len(found), named, url)


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
