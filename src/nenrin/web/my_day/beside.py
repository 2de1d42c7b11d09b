"""What stands beside the queue: today's meetings, and drafts that wait for somebody's yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from nenrin.foundation import bulk
from nenrin.foundation.models import Mail, Member
from nenrin.foundation.models.mail import MailState
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.work.models.meeting import Meeting
from nenrin.work.models.task import Task
from nenrin.work.queue.portfolio import Portfolio

#: Drafts that are named, and counted at most.
NAMED, COUNTED = 3, 100
HIDDEN = "●●●"
TAKEN = Text("Busy", "予定あり")


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
class Other:
    task: Task
    title: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """`rows`: subject and account of the newest; `whom` is personal and blank where it may not be read."""

    count: int
    rows: tuple[tuple[str, str], ...]
    url: str


def planned(meetings: Sequence[Meeting], zone: ZoneInfo, whose: Member, viewer: Member) -> list[Planned]:
    """A meeting that the viewer could not open only says that its time is taken; a title is personal."""
    known = _known(meetings, whose, viewer)
    may_read = visible(viewer, FieldClass.PERSONAL)
    return [_known_as(one, zone, may_read) if one.pk in known else _taken(one, zone) for one in meetings]


def _known(meetings: Sequence[Meeting], whose: Member, viewer: Member) -> set[int]:
    """One query where it is a colleague's day."""
    keys = {one.pk for one in meetings}
    if viewer.pk == whose.pk or not keys:
        return keys
    reached = Meeting.objects.for_member(viewer, Permission.MEETINGS_VIEW)
    return set(reached.filter(pk__in=keys).values_list("pk", flat=True))


def _known_as(one: Meeting, zone: ZoneInfo, may_read: bool) -> Planned:
    return Planned(
        one.starts_at, _clock(one, zone), one.minutes, one.title if may_read else HIDDEN,
        one.account.name if one.account else "", _address("meeting", one.pk), one.place if may_read else "",
    )  # fmt: skip


def _taken(one: Meeting, zone: ZoneInfo) -> Planned:
    return Planned(one.starts_at, _clock(one, zone), one.minutes, TAKEN.in_(get_language() or "ja"), "", "", "")


def _clock(one: Meeting, zone: ZoneInfo) -> str:
    return one.starts_at.astimezone(zone).strftime("%H:%M")


def others(held: Portfolio, viewer: Member) -> list[Other]:
    """Tasks due beside the queue, those that the viewer may see; one query more on a colleague's day."""
    rows = [task for task in held.due if task.account_id not in held.standing]
    if rows and viewer.pk != held.member.pk:
        reached = Task.objects.for_member(viewer, Permission.TASKS_VIEW)
        known = set(reached.filter(pk__in=[task.pk for task in rows]).values_list("pk", flat=True))
        rows = [task for task in rows if task.pk in known]
    may_read = visible(viewer, FieldClass.PERSONAL)
    return [Other(task, task.title if may_read else HIDDEN) for task in rows]


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
