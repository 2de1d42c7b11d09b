"""REST: one's own calendars: read in from outside, and given out under a secret address.

The address of a calendar outside is kept sealed and never told again; that of one's own is told once, when it is made.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from ninja import Field, File, Form, Router
from ninja import Status as Answer
from ninja.files import UploadedFile

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work.calendars import feeds, reading, subscriptions
from nenrin.work.models import CalendarFeed, CalendarSubscription

router = Router(tags=["calendars"])
VIEW = Permission.MEETINGS_VIEW


class CalendarTrouble(Strict):
    en: str
    ja: str


class CalendarOut(Strict):
    """`is_file`: uploaded once, not read again. `trouble`: why it could not be read the last time; null where it could."""

    id: int
    name: str
    is_file: bool
    events: int
    fetched_at: datetime | None
    next_at: datetime | None
    trouble: CalendarTrouble | None
    created_at: datetime


class CalendarIn(Strict):
    """`url`: the secret address of an .ics; kept sealed, never told again."""

    name: str = Field(max_length=120)
    url: str = Field(max_length=1000)


class CalendarFile(Strict):
    name: str = Field(max_length=120)


class FeedOut(Strict):
    """Whether one's own calendar is given out. Its address is told by POST alone."""

    is_open: bool
    created_at: datetime | None
    last_used_at: datetime | None


class FeedMade(Strict):
    """`url`: whoever has it reads the calendar until it is revoked. Told this once."""

    url: str


def _told(row: CalendarSubscription) -> dict[str, Any]:
    own = ("id", "name", "events", "fetched_at", "next_at", "created_at")
    trouble = row.trouble if row.trouble.get("en") else None
    return {name: getattr(row, name) for name in own} | {"is_file": not row.sealed_url, "trouble": trouble}


@router.get("", response=list[CalendarOut], summary="List one's calendars")
@grants(VIEW)
def list_calendars(request: ApiRequest) -> Any:
    """Those that are read; at most ten."""
    rows = CalendarSubscription.objects.filter(member=request.member, ended_at__isnull=True).defer("content")
    return [_told(row) for row in rows]


@router.post("", response={201: CalendarOut}, summary="Read a calendar")
@grants(VIEW)
def add_calendar(request: ApiRequest, body: CalendarIn) -> Any:
    """From now on, every half hour. Only https addresses of the public network are taken."""
    row = subscriptions.subscribe(request.member, body.name, body.url, by=Actor.of(request.member), at=request.at)
    return Answer(201, _told(row))


@router.post("/files", response={201: CalendarOut}, summary="Take the meetings of an .ics file")
@grants(VIEW)
def add_calendar_file(request: ApiRequest, said: Form[CalendarFile], file: File[UploadedFile]) -> Any:
    """Once; at most 5 MB."""
    if (file.size or 0) > reading.MOST_BYTES:
        raise Refused.one("file", Text("at most 5 MB", "5MBまで"))
    row = subscriptions.upload(request.member, said.name, file.read(), by=Actor.of(request.member), at=request.at)
    return Answer(201, _told(row))


@router.delete("/{int:calendar_id}", response={204: None}, summary="Read a calendar no more")
@grants(VIEW)
def end_calendar(request: ApiRequest, calendar_id: Id) -> Any:
    """Its meetings that are still ahead go, those that were held stay. Safe to repeat."""
    row = CalendarSubscription.objects.filter(pk=calendar_id, member=request.member).first()
    if row is None:
        raise Http404(f"no calendar {calendar_id} of yours")
    subscriptions.end(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@router.get("/feed", response=FeedOut, summary="Is one's own calendar given out?")
@grants(VIEW)
def get_feed(request: ApiRequest) -> Any:
    """Since when, and when it was last read."""
    row = CalendarFeed.objects.filter(member=request.member, revoked_at__isnull=True).first()
    times = {name: getattr(row, name) if row else None for name in ("created_at", "last_used_at")}
    return {"is_open": row is not None, **times}


@router.post("/feed", response={201: FeedMade}, summary="Give one's own calendar out")
@grants(VIEW)
def open_feed(request: ApiRequest) -> Any:
    """A new secret address for your tasks and meetings; the one before answers no more."""
    secret = feeds.open(request.member, by=Actor.of(request.member), at=request.at)
    return Answer(201, {"url": f"{settings.BASE_URL}{reverse('calendar-feed', args=[secret])}"})


@router.delete("/feed", response={204: None}, summary="Give one's own calendar out no more")
@grants(VIEW)
def revoke_feed(request: ApiRequest) -> Any:
    """The address answers no more. Safe to repeat."""
    feeds.revoke(request.member, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)
