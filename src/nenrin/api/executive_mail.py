"""REST: who gets the executive dashboard by mail each month."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import Http404
from ninja import Field, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.insight.executive import mails
from nenrin.insight.models import ReportReader

router = Router(tags=["executive"])


class ReaderIn(Strict):
    """On which day of each month the month before is sent."""

    on_day: Annotated[int, Field(ge=mails.FIRST, le=mails.LAST)] = mails.FIRST


class ReaderOut(Strict):
    """`told`: the first day of the newest month that was sent."""

    member_id: int
    name: str
    on_day: int
    told: date | None


@router.get("", response=list[ReaderOut], summary="List who gets the executive dashboard by mail")
@grants(Permission.REPORTS_SEND)
def list_readers(request: ApiRequest) -> Any:
    """By name; members that left are none of them."""
    return [_told(row) for row in mails.readers()]


@router.put("", response=ReaderOut, summary="Get the executive dashboard by mail")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def put_own(request: ApiRequest, body: ReaderIn) -> Any:
    """The month before, within what the token's member may see. Safe to repeat."""
    return _told(mails.name(request.member, on_day=body.on_day, by=Actor.of(request.member), at=request.at))


@router.delete("", response={204: None}, summary="Stop one's own mails of the executive dashboard")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def delete_own(request: ApiRequest) -> Any:
    """Safe to repeat."""
    mails.drop(request.member, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@router.put("/{int:member_id}", response=ReaderOut, summary="Mail the executive dashboard to a member")
@grants(Permission.REPORTS_SEND)
def put_reader(request: ApiRequest, member_id: Id, body: ReaderIn) -> Any:
    """Each is told what they may see. Safe to repeat."""
    return _told(mails.name(_member(member_id), on_day=body.on_day, by=Actor.of(request.member), at=request.at))


@router.delete("/{int:member_id}", response={204: None}, summary="Stop a member's mails of the executive dashboard")
@grants(Permission.REPORTS_SEND)
def delete_reader(request: ApiRequest, member_id: Id) -> Any:
    """Safe to repeat."""
    mails.drop(_member(member_id), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _member(key: int) -> Member:
    found = Member.objects.filter(pk=key, is_active=True).first()
    if found is None:
        raise Http404(f"no member {key}")
    return found


def _told(row: ReportReader) -> dict[str, Any]:
    return {"member_id": row.member_id, "name": row.member.name, "on_day": row.on_day, "told": row.told}
