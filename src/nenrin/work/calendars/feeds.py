"""A member's tasks and meetings as a calendar under a secret address, which can be revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from icalendar import Calendar, Event, vCalAddress

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.work.models import CalendarFeed, Meeting, Task
from nenrin.work.models.meeting import State

BEHIND: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=180)
MOST: Final = 1000
SEEN_EVERY: Final = timedelta(minutes=10)
HIDDEN: Final = "●●●"


def open(member: Member, *, by: Actor, at: datetime) -> str:
    """A new address's secret, shown this once; the one before ends. Journal: work.feed.opened."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarFeed.objects.filter(member=member, revoked_at__isnull=True).update(revoked_at=at)
        row = CalendarFeed.objects.create(member=member, digest=_digest(secret), created_at=at)
        journal.record("work.feed.opened", actor=by, at=at, subject=("feed", row.pk))
    return secret


def revoke(member: Member, *, by: Actor, at: datetime) -> None:
    """The address answers no more. Safe to repeat. Journal: work.feed.revoked."""
    with transaction.atomic():
        for row in CalendarFeed.objects.select_for_update().filter(member=member, revoked_at__isnull=True):
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            journal.record("work.feed.revoked", actor=by, at=at, subject=("feed", row.pk))


def find(secret: str, *, at: datetime) -> Member | None:
    """Whose calendar this secret opens; None for a wrong or revoked one, or somebody who has left."""
    row = (
        CalendarFeed.objects.select_related("member")
        .filter(digest=_digest(secret), revoked_at__isnull=True, member__is_active=True)
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or at - row.last_used_at > SEEN_EVERY:
        CalendarFeed.objects.filter(pk=row.pk).update(last_used_at=at)
    return row.member


def rendered(member: Member, *, at: datetime) -> bytes:
    """Meetings from a month back to half a year ahead, and open tasks with a day, as iCalendar (RFC 5545).

    Meetings that came from a calendar of the member's are left out: they are there already.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Nenrin//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Nenrin: {member.name}")
    calendar.add("x-wr-timezone", member.zone or organisation.zone().key)
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    may_read, instance = visible(member, FieldClass.PERSONAL), str(organisation.current().instance)
    meetings = Meeting.objects.of(member).filter(
        calendar__isnull=True, starts_at__gte=at - BEHIND, starts_at__lt=at + AHEAD
    )
    for meeting in meetings.select_related("account").prefetch_related("attendees__contact", "attendees__member")[
        :MOST
    ]:
        calendar.add_component(_meeting(meeting, instance, may_read))
    tasks = Task.objects.open().filter(assignee=member, due_on__isnull=False, due_on__lt=(at + AHEAD).date())
    for task in tasks.select_related("account")[:MOST]:
        calendar.add_component(_task(task, instance, may_read))
    return bytes(calendar.to_ical())


def _meeting(meeting: Meeting, instance: str, may_read: bool) -> Event:
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{instance}")
    event.add("sequence", meeting.version)
    event.add("dtstamp", meeting.changed_at.astimezone(UTC))
    event.add(
        "summary", _titled(meeting.title if may_read else HIDDEN, meeting.account.name if meeting.account else "")
    )
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("status", "CANCELLED" if meeting.state == State.CANCELLED else "CONFIRMED")
    event.add("url", f"{settings.BASE_URL}/meetings/{meeting.pk}")
    if may_read:
        event.add("location", meeting.link or meeting.place)
        event.add("description", meeting.agenda)
        for each in meeting.attendees.all():
            address = each.member.email if each.member else each.address
            if address:
                person = vCalAddress(f"mailto:{address}")
                person.params["CN"] = each.shown
                event.add("attendee", person)
    return event


def _task(task: Task, instance: str, may_read: bool) -> Event:
    """As a day's event: most calendars show no VTODO that they subscribe to."""
    event = Event()
    event.add("uid", f"task-{task.pk}@{instance}")
    event.add("sequence", task.version)
    event.add("dtstamp", task.changed_at.astimezone(UTC))
    event.add("summary", "✓ " + _titled(task.title if may_read else HIDDEN, task.account.name if task.account else ""))
    if task.due_on:
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{settings.BASE_URL}/tasks/{task.pk}")
    if may_read and task.body:
        event.add("description", task.body)
    return event


def _titled(title: str, account: str) -> str:
    return f"{title} ({account})" if account else title


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
