"""REST: meetings, calls, mails and notes written into an account's timeline by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Header, Router
from ninja import Status as Answer

from nenrin.api import timeline
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict, expected
from nenrin.api.reach import editable
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import touches
from nenrin.work.models import Touch

router = Router(tags=["timeline"])
VIEW, WRITE = Permission.TIMELINE_VIEW, Permission.TIMELINE_WRITE
EARLIEST = 1970
Kind = Literal["meeting", "call", "mail", "note"]
_VERSION = Field(None, ge=0, le=2**31 - 1)
_PLAIN = ("id", "account_id", "channel", "direction", "happened_at", "minutes", "author_id", "created_at", "version")


class TouchIn(Strict):
    """What happened. `happened_at` empty: now. `direction` empty: out, of a note internal."""

    channel: Kind
    title: str
    body: str = ""
    happened_at: datetime | None = None
    direction: Literal["", "out", "in", "internal"] = ""
    minutes: int | None = Field(None, ge=0, le=touches.MOST_MINUTES)


class TouchChange(Strict):
    """Fields that are left out stay."""

    title: str | None = None
    body: str | None = None
    happened_at: datetime | None = None
    minutes: int | None = Field(None, ge=0, le=touches.MOST_MINUTES)
    version: int | None = _VERSION


class TouchOut(Strict):
    """Words that your role may not read are null."""

    id: int
    account_id: int
    channel: str
    direction: str
    title: str | None
    body: str | None
    happened_at: datetime
    minutes: int | None
    author_id: int | None
    created_at: datetime
    version: int


@timeline.router.post("/{int:account_id}/timeline", response={201: TouchOut}, summary="Write into the timeline")
@grants(WRITE)
def write_touch(request: ApiRequest, account_id: Id, body: TouchIn, response: HttpResponse) -> Any:
    """A meeting, call, mail or note. It counts as contact, but for a note."""
    account = editable(request.member, WRITE, account_id)
    given = body.model_dump() | {"happened_at": _moment(body.happened_at) or request.at}
    try:
        row = touches.write(account, given.pop("channel"), by=Actor.of(request.member), at=request.at, **given)
    except touches.Refused as refused:
        raise _refused(refused) from refused
    return Answer(201, _answer(row, request, response))


@router.get("/{int:touch_id}", response=TouchOut, summary="Get a timeline entry")
@grants(VIEW)
def get_touch(request: ApiRequest, touch_id: Id, response: HttpResponse) -> Any:
    """One that was written by hand; its ETag is its version."""
    return _answer(_touch(request, touch_id, VIEW), request, response)


@router.patch("/{int:touch_id}", response=TouchOut, summary="Change a timeline entry")
@grants(WRITE)
def change_touch(
    request: ApiRequest, touch_id: Id, body: TouchChange, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent; what stood before stays in the audit log."""
    row, version = _touch(request, touch_id, WRITE), expected(if_match, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    given = {name: value for name, value in given.items() if value is not None or name == "minutes"}
    if "happened_at" in given:
        given["happened_at"] = _moment(given["happened_at"])
    try:
        done = touches.change(row, by=Actor.of(request.member), at=request.at, version=version, **given)
    except touches.Refused as refused:
        raise _refused(refused) from refused
    except touches.Conflict as problem:
        raise _conflict(problem, row, version, given) from problem
    return _answer(done, request, response)


@router.delete("/{int:touch_id}", response={204: None}, summary="Take a timeline entry back")
@grants(WRITE)
def retract_touch(request: ApiRequest, touch_id: Id, if_match: Header[str | None] = None) -> Any:
    """Known from now on; what was known before stays as it was."""
    row, version = _touch(request, touch_id, WRITE), expected(if_match, None)
    try:
        touches.retract(row, by=Actor.of(request.member), at=request.at, version=version)
    except touches.Conflict as problem:
        raise _conflict(problem, row, version, {}) from problem
    return Answer(204, None)


def _touch(request: ApiRequest, key: int, permission: Permission) -> Touch:
    rows = Touch.objects.for_member(request.member, permission).standing()
    found = rows.select_related("account").filter(pk=key).first()
    if found is None:
        raise Http404(f"no timeline entry {key} in your scope")
    return found


def _moment(told: datetime | None) -> datetime | None:
    """Raises Refused without a zone, and before the years in which zones are known."""
    if told is not None and (told.tzinfo is None or told.year < EARLIEST):
        text = Text(
            f"a time from {EARLIEST} on with its zone, as 2026-04-01T10:00:00+09:00", "時差付きの日時（1970年以降）"
        )
        raise Refused.one("happened_at", text, told)
    return told


def _refused(refused: touches.Refused) -> Refused:
    return Refused([Fault(field, text) for field, text in refused.faults.items()])


def _conflict(problem: Exception, row: Touch, version: int | None, mine: dict[str, Any]) -> Conflict:
    row.refresh_from_db()
    theirs = {name: getattr(row, name) for name in mine}
    return Conflict(str(problem), asked=version or 0, stands=row.version, mine=mine, theirs=theirs)


def _answer(row: Touch, request: ApiRequest, response: HttpResponse) -> dict[str, Any]:
    row.refresh_from_db()
    response["ETag"] = f'"{row.version}"'
    may_read = visible(request.member, FieldClass.PERSONAL)
    return {name: getattr(row, name) for name in _PLAIN} | {
        name: getattr(row, name) if may_read else None for name in ("title", "body")
    }
