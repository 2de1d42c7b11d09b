"""REST: segments: saved conditions, whom they find, and trying one without saving it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from typing import Any

from django.db.models import Q
from django.http import Http404
from ninja import Field, Query, Router

from nenrin.analytics.conditions import Unreadable
from nenrin.api import problems
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.api.reach import reachable
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight import segments
from nenrin.insight.models import Segment
from nenrin.playbooks import segment_users

router = Router(tags=["segments"])
SHOWN = 20


class Both(Strict):
    """A text in both languages."""

    en: str
    ja: str


class SegmentOut(Strict):
    """`counted` is of all accounts, at `counted_at`; `version` goes back with a change."""

    id: int
    name: str
    note: str
    condition: Any
    sentence: Both
    counted: int
    counted_at: datetime | None
    version: int


class ConditionIn(Strict):
    """A condition: {"field", "op", "value"}, or {"all": [...]}, {"any": [...]}, {"not": ...} of them."""

    condition: Any


class SegmentIn(ConditionIn):
    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")
    note: str = Field("", max_length=300, pattern=r"^[^\x00-\x1f]*$")


class SegmentChange(SegmentIn):
    version: int = Field(ge=0, le=2**31 - 1)


class Member(Strict):
    id: int
    name: str


class FoundOut(Strict):
    """Of the accounts in your scope: how many a condition finds now, and the first 20 by name."""

    sentence: Both
    count: int
    accounts: list[Member]


def said(operation: Callable[..., Any]) -> Callable[..., Any]:
    """What the room below refuses, as problems."""

    @wraps(operation)
    def answered(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return operation(request, *args, **kwargs)
        except Unreadable as unreadable:
            errors = [{"pointer": "/condition", "detail": one.text.en} for one in unreadable.problems]
            return problems.problem(422, "nothing was changed", errors=errors)
        except segments.NameTaken as taken:
            return problems.problem(422, str(taken), errors=[{"pointer": "/name", "detail": str(taken)}])
        except segments.Stale as stale:
            return problems.problem(409, str(stale))

    return answered


@router.get("", response=Page[SegmentOut], summary="List segments")
@grants(Permission.SEGMENTS_VIEW)
def list_segments(request: ApiRequest, window: Query[Window]) -> Any:
    """Segments in use, with their conditions in words."""
    rows = Segment.objects.filter(archived_at__isnull=True)
    return page(rows, window, {"id", "name"}, lambda found: [_out(row) for row in found])


@router.post("", response={201: SegmentOut}, summary="Make a segment")
@grants(Permission.SEGMENTS_EDIT)
@said
def make_segment(request: ApiRequest, body: SegmentIn) -> Any:
    """A name and a condition; 422 names each part of the condition that cannot be read."""
    saved = segments.save(body.name, body.condition, by=Actor.of(request.member), at=request.at, note=body.note)
    return 201, _out(saved)


@router.post("/preview", response=FoundOut, summary="Try a condition")
@grants(Permission.SEGMENTS_EDIT)
@said
def preview_segment(request: ApiRequest, body: ConditionIn) -> Any:
    """Whom a condition finds now; nothing is kept."""
    segments.parsed(body.condition)
    ids = set(segments.accounts_in(body.condition, at=request.at))
    mine = reachable(request.member, Permission.SEGMENTS_EDIT).order_by("name", "pk").values_list("pk", "name")
    found = [{"id": key, "name": name} for key, name in mine if key in ids]
    sentence = asdict(segments.sentence(body.condition))
    return {"sentence": sentence, "count": len(found), "accounts": found[:SHOWN]}


@router.get("/{int:segment_id}", response=SegmentOut, summary="Get a segment")
@grants(Permission.SEGMENTS_VIEW)
def get_segment(request: ApiRequest, segment_id: Id) -> Any:
    """Its condition as a document and as a sentence, and how many accounts it had when last counted."""
    return _out(_one(segment_id))


@router.put("/{int:segment_id}", response=SegmentOut, summary="Change a segment")
@grants(Permission.SEGMENTS_EDIT)
@said
def change_segment(request: ApiRequest, segment_id: Id, body: SegmentChange) -> Any:
    """Put these in place of its name, note and condition; 409 where `version` is not the stored one."""
    row = _one(segment_id)
    row.version = body.version
    return _out(
        segments.save(
            body.name, body.condition, by=Actor.of(request.member), at=request.at, note=body.note, segment=row
        )
    )


@router.delete("/{int:segment_id}", response={204: None}, summary="Archive a segment")
@grants(Permission.SEGMENTS_EDIT)
def archive_segment(request: ApiRequest, segment_id: Id) -> Any:
    """Its history stays. 422 while live playbooks, journeys, shared views or the team's first steps go by it."""
    try:
        segment_users.archive(_one(segment_id), by=Actor.of(request.member), at=request.at)
    except segment_users.InUse as refused:
        raise Refused.one("segment_id", refused.told, segment_id) from None
    return 204, None


@router.get("/{int:segment_id}/accounts", response=Page[Member], summary="List the accounts of a segment")
@grants(Permission.SEGMENTS_VIEW)
def list_accounts(request: ApiRequest, segment_id: Id, window: Query[Window]) -> Any:
    """Those in it now and in your scope."""
    inside = Q(segment_memberships__segment=_one(segment_id), segment_memberships__left_at__isnull=True)
    rows = reachable(request.member, Permission.SEGMENTS_VIEW).filter(inside)
    return page(rows, window, {"id", "name"}, _members)


def _members(rows: list[Account]) -> list[Any]:
    return [{"id": row.pk, "name": row.name} for row in rows]


def _one(key: int) -> Segment:
    found = Segment.objects.filter(pk=key, archived_at__isnull=True).first()
    if found is None:
        raise Http404(f"no segment {key}")
    return found


def _out(row: Segment) -> Any:
    plain = ("name", "note", "condition", "counted", "counted_at", "version")
    return {"id": row.pk, "sentence": asdict(segments.sentence(row.condition))} | {n: getattr(row, n) for n in plain}
