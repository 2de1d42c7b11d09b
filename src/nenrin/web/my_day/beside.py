"""What stands beside the queue: today's meetings, other tasks and handoffs, drafts that wait for somebody's yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import bulk, prepared
from nenrin.foundation.models import Mail, Member
from nenrin.foundation.models.mail import MailState
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.prepared import Numbers, Written
from nenrin.values import Text
from nenrin.work.models.meeting import Meeting
from nenrin.work.models.task import Task
from nenrin.work.queue.portfolio import Portfolio
from nenrin.work.queue.sources import handoffs

#: Drafts that are named, and counted at most.
NAMED, COUNTED = 3, 100
HIDDEN = "●●●"
TAKEN, WHOLE_DAY = Text("Busy", "予定あり"), Text("All day", "終日")


@dataclass(frozen=True, slots=True)
class Planned:
    """`minutes`: none of a whole day. `brief`: the address of the page to read before, where it is with an account."""

    starts_at: datetime
    clock: str
    minutes: int
    title: str
    account: str
    url: str
    place: str
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """`away`: whose it is, where the member only stands in."""

    task: Task
    title: str
    away: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """A handoff that waits for the member, of an account that is not on their day yet."""

    name: str
    told: Text
    url: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """`rows`: subject, account and whom the member stands in for, of the newest. A subject is personal."""

    count: int
    rows: tuple[tuple[str, str, str], ...]
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
        one.starts_at, _clock(one, zone), _minutes(one), one.title if may_read else HIDDEN,
        one.account.name if one.account else "", _address("meeting", one.pk), one.place if may_read else "",
        _address("meeting-brief", one.pk) if one.account_id else "",
    )  # fmt: skip


def _taken(one: Meeting, zone: ZoneInfo) -> Planned:
    return Planned(one.starts_at, _clock(one, zone), _minutes(one), TAKEN.in_(get_language() or "ja"), "", "", "")


def _clock(one: Meeting, zone: ZoneInfo) -> str:
    return WHOLE_DAY.in_(get_language() or "ja") if one.is_all_day else one.starts_at.astimezone(zone).strftime("%H:%M")


def _minutes(one: Meeting) -> int:
    return 0 if one.is_all_day else one.minutes


def others(held: Portfolio, viewer: Member) -> list[Other]:
    """Tasks due beside the queue, those that the viewer may see; one query more where they are others' too."""
    rows = [task for task in held.tasks if task.account_id not in held.standing]
    if rows and (viewer.pk != held.member.pk or any(task.assignee_id != viewer.pk for task in rows)):
        reached = Task.objects.for_member(viewer, Permission.TASKS_VIEW)
        known = set(reached.filter(pk__in=[task.pk for task in rows]).values_list("pk", flat=True))
        rows = [task for task in rows if task.pk in known]
    may_read = visible(viewer, FieldClass.PERSONAL)
    return [Other(task, task.title if may_read else HIDDEN, _away(task, held)) for task in rows]


def _away(task: Task, held: Portfolio) -> str:
    return task.assignee.name if task.assignee is not None and task.assignee_id != held.member.pk else ""


def handed(held: Portfolio, viewer: Member) -> list[Handed]:
    """Handoffs that wait for the member beside the queue, to whoever may look at handoffs."""
    if viewer.pk != held.member.pk or allowed(viewer, Permission.HANDOFFS_VIEW) is None:
        return []
    rows = [one for one in handoffs.waiting(held) if one.account not in held.standing]
    return [Handed(one.name, handoffs.headline(one, held.on), _address("handoff", one.key)) for one in rows]


def drafts(held: Portfolio) -> Waiting | None:
    """Of the accounts that the member looks after, customers or not (who left is written to as well); None for whoever
    may not approve any. One query."""
    url = _address("drafts")
    if allowed(held.member, Permission.MAIL_APPROVE) is None or not url:
        return None
    found = _drafts(connection.vendor).rows({"accounts": held.reached})
    may_read = visible(held.member, FieldClass.PERSONAL)
    named = tuple(
        (subject if may_read else HIDDEN, whom or "", _stands_in(held, account))
        for subject, whom, account in found[:NAMED]
    )
    return Waiting(len(found), named, url)


@cache
def _drafts(vendor: str) -> Written:
    """The newest first: subject, the account's name and id."""
    name = Account.objects.filter(pk=OuterRef("account")).values("name")
    rows = Mail.objects.filter(state=MailState.DRAFT, account__in=bulk.among(Numbers("accounts")))
    told = rows.annotate(whom=Subquery(name)).order_by("-created_at", "-pk")
    return prepared.written(told.values_list("subject", "whom", "account")[:COUNTED])


def _stands_in(held: Portfolio, account: int | None) -> str:
    row = held.standing.get(account or 0)
    return row.stands_in_for if row else ""


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
