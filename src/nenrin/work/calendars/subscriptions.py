"""Calendars of members: added, read again and again, taken off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from nenrin.customers.errors import Refused
from nenrin.foundation import journal, organisation, sealed
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import ONE_DAY, day_of, start_of
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.calendars import applying, fetching, reading
from nenrin.work.calendars.fetching import Page
from nenrin.work.models import CalendarSubscription, Meeting
from nenrin.work.models.meeting import State

EVERY: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)  # between two tries of one that does not answer
MOST: Final = 10  # of one member
AT_ONCE: Final = 5
Fetch = Callable[[str, str], Page]


def subscribe(member: Member, name: str, url: str, *, by: Actor, at: datetime) -> CalendarSubscription:
    """Read the calendar at this address from now on; the address is kept sealed. Raises Refused. Journal: work.calendar.added."""
    wrong = fetching.fault(url.strip())
    if wrong is not None:
        raise Refused.one("url", wrong)
    return _added(member, name, by, at, sealed_url=sealed.seal(url.strip()), next_at=at)


def upload(member: Member, name: str, content: bytes, *, by: Actor, at: datetime) -> CalendarSubscription:
    """Take the meetings of an .ics file. Raises Refused for one that cannot be read. Journal: work.calendar.added."""
    text = reading.text_of(content)
    try:
        reading.happenings(text, at, at + applying.AHEAD, organisation.zone())
    except reading.Unreadable as unreadable:
        raise Refused.one("file", unreadable.text) from unreadable
    row = _added(member, name, by, at, content=text, next_at=at)
    return read(row, at=at)


def _added(member: Member, name: str, by: Actor, at: datetime, **fields: object) -> CalendarSubscription:
    checking.refuse(checking.words("name", name, 120))
    with transaction.atomic():
        if CalendarSubscription.objects.filter(member=member, ended_at__isnull=True).count() >= MOST:
            raise Refused.one("name", Text(f"at most {MOST} calendars", f"カレンダーは{MOST}件まで"))
        row = CalendarSubscription.objects.create(member=member, name=name.strip(), created_at=at, **fields)
        _note("added", row, by, at)
    return row


def end(row: CalendarSubscription, *, by: Actor, at: datetime) -> None:
    """Read it no more; its meetings that are still ahead go, those that were held stay. Safe to repeat.

    Journal: work.calendar.ended.
    """
    with transaction.atomic():
        gone = {"ended_at": at, "next_at": None, "sealed_url": "", "content": "", "etag": ""}
        if not CalendarSubscription.objects.filter(pk=row.pk, ended_at__isnull=True).update(**gone):
            return
        ahead = Meeting.objects.filter(calendar=row, starts_at__gte=at, state=State.PLANNED)
        ahead.filter(notes="", attachments__isnull=True, is_account_set=False).delete()
        _note("ended", row, by, at)


def step(at: datetime, fetch: Fetch = fetching.fetch) -> int:
    """Read the calendars whose time has come; returns how many. One that fails says so to its owner and is tried later."""
    due = CalendarSubscription.objects.filter(
        ended_at__isnull=True, next_at__lte=at, member__is_active=True
    ).select_related("member")
    rows = list(due.order_by("next_at")[:AT_ONCE])
    for row in rows:
        read(row, at=at, fetch=fetch)
    return len(rows)


def read(row: CalendarSubscription, *, at: datetime, fetch: Fetch = fetching.fetch) -> CalendarSubscription:
    """Read one calendar now. Never raises for what is outside: the row says what is wrong. Safe to repeat."""
    try:
        content, etag = _content(row, fetch)
        outcome = applying.apply(row, content, at=at)
    except (reading.Unreadable, sealed.CannotOpen) as problem:
        return _failed(row, problem, at)
    CalendarSubscription.objects.filter(pk=row.pk, ended_at__isnull=True).update(
        content=content, etag=etag, fetched_at=at, failures=0, trouble={}, events=outcome.found, next_at=_next(row, at)
    )
    row.refresh_from_db()
    return row


def _content(row: CalendarSubscription, fetch: Fetch) -> tuple[str, str]:
    if not row.sealed_url:
        return row.content, ""
    page = fetch(sealed.unseal(row.sealed_url), row.etag if row.content else "")
    return (row.content, row.etag) if page.content is None else (page.content, page.etag)


def _next(row: CalendarSubscription, at: datetime) -> datetime:
    """An address in half an hour; a file when the day turns, for another day of it comes into sight."""
    zone = organisation.zone()
    return at + EVERY if row.sealed_url else start_of(day_of(at, zone) + ONE_DAY, zone)


def _failed(row: CalendarSubscription, problem: Exception, at: datetime) -> CalendarSubscription:
    text = problem.text if isinstance(problem, reading.Unreadable) else LOST
    wait = min(EVERY * 2 ** min(row.failures, 8), LONGEST)
    CalendarSubscription.objects.filter(pk=row.pk, ended_at__isnull=True).update(
        failures=F("failures") + 1, trouble={"en": text.en, "ja": text.ja}, next_at=at + wait
    )
    row.refresh_from_db()
    return row


def _note(verb: str, row: CalendarSubscription, by: Actor, at: datetime) -> None:
    about = ("calendar", row.pk)
    journal.record(f"work.calendar.{verb}", actor=by, at=at, subject=about, personal={"name": row.name})


LOST: Final = Text(
    "The key that opens its address is gone: add the calendar again.",
    "URLを復号できません。カレンダーを追加し直してください。",
)
