"""REST: meetings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, expected, page
from nenrin.api.reach import not_borrowed, one_account
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Contact
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import meetings
from nenrin.work.models import Attendee, Meeting

router = Router(tags=["meetings"])
SORTS = {"id", "starts_at", "changed_at"}


class MeetingIn(Strict):
    """Fields to set; `contact_ids` and `member_ids` replace all of their kind."""

    account_id: Id | None = None
    title: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str | None = None
    link: str | None = None
    agenda: str | None = None
    contact_ids: list[Id] | None = None
    member_ids: list[Id] | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class NewMeeting(Strict):
    """A meeting, of an hour unless its end is said; asked for again under the same `key` it is the same one."""

    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    account_id: Id | None = None
    place: str = ""
    link: str = ""
    agenda: str = ""
    contact_ids: list[Id] = Field(default_factory=list)
    member_ids: list[Id] = Field(default_factory=list)
    key: str = Field("", max_length=200)


class Person(Strict):
    contact_id: int | None
    member_id: int | None
    name: str


class MeetingOut(Strict):
    """Words and people that your role may not read are null."""

    id: int
    account_id: int | None
    title: str | None
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    place: str | None
    link: str | None
    agenda: str | None
    notes: str | None
    people: list[Person] | None
    state: str
    owner_id: int | None
    key: str
    created_at: datetime
    changed_at: datetime
    version: int


class Held(Strict):
    notes: str = Field("", max_length=20_000)
    minutes: int | None = Field(None, ge=0, le=1440)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class Cancelled(Strict):
    reason: str = Field("", max_length=500)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class Filters(Window):
    account_id: Id | None = None
    state: Literal["", "planned", "held", "cancelled"] = ""
    since: datetime | None = None
    until: datetime | None = None
    mine: bool = False


_PLAIN = (
    *("id", "account_id", "starts_at", "ends_at", "is_all_day", "state", "owner_id", "key", "created_at"),
    *("changed_at", "version"),
)
_WORDS = ("title", "place", "link", "agenda", "notes")


def shown(rows: Sequence[Meeting], member: Member) -> list[dict[str, Any]]:
    """Meetings as this member may read them."""
    may_read = visible(member, FieldClass.PERSONAL)
    people: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    there = Attendee.objects.filter(meeting__in=[row.pk for row in rows]) if may_read else Attendee.objects.none()
    for each in there.select_related("contact", "member"):
        known = {"contact_id": each.contact_id, "member_id": each.member_id, "name": each.shown}
        people[each.meeting_id].append(known)
    return [
        {name: getattr(row, name) for name in _PLAIN}
        | {name: getattr(row, name) if may_read else None for name in _WORDS}
        | {"people": people[row.pk] if may_read else None}
        for row in rows
    ]


@router.get("", response=Page[MeetingOut], summary="List meetings")
@grants(Permission.MEETINGS_VIEW)
def list_meetings(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Meetings with accounts in your scope and your own, a page at a time."""
    rows = Meeting.objects.for_member(request.member, Permission.MEETINGS_VIEW)
    if filters.mine:
        rows = rows.of(request.member)
    plain: dict[str, Any] = {"account": filters.account_id, "state": filters.state}
    plain |= {"starts_at__gte": filters.since, "starts_at__lt": filters.until}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    return page(rows, filters, SORTS, lambda found: shown(found, request.member))


@router.post("", response={201: MeetingOut}, summary="Plan a meeting")
@grants(Permission.MEETINGS_EDIT)
def plan_meeting(request: ApiRequest, body: NewMeeting, response: HttpResponse) -> Any:
    """Plan a meeting and tell the colleagues who are to be there. Safe to repeat with a `key`."""
    account = _account(request, body.account_id)
    given = body.model_dump(exclude={"title", "account_id", "contact_ids", "member_ids", "starts_at", "ends_at"})
    row = meetings.plan(
        account, body.title, starts_at=_aware(body.starts_at, "starts_at"),
        ends_at=_aware(body.ends_at, "ends_at") if body.ends_at else None, owner=request.member,
        contacts=_contacts(account, body.contact_ids), members=_members(body.member_ids),
        by=Actor.of(request.member), at=request.at, **given,
    )  # fmt: skip
    not_borrowed(Meeting.objects.for_member(request.member, Permission.MEETINGS_EDIT), row, body.key)
    return Answer(201, _answer(request, row, response))


@router.get("/{int:meeting_id}", response=MeetingOut, summary="Get a meeting")
@grants(Permission.MEETINGS_VIEW)
def get_meeting(request: ApiRequest, meeting_id: Id, response: HttpResponse) -> Any:
    """One meeting; its ETag is its version."""
    return _answer(request, _meeting(request, meeting_id, Permission.MEETINGS_VIEW), response)


@router.patch("/{int:meeting_id}", response=MeetingOut, summary="Change a meeting")
@grants(Permission.MEETINGS_EDIT)
def change_meeting(
    request: ApiRequest, meeting_id: Id, body: MeetingIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent; another `starts_at` moves it."""
    row, by = _meeting(request, meeting_id, Permission.MEETINGS_EDIT), Actor.of(request.member)
    given = body.model_dump(
        exclude_unset=True, exclude={"version", "starts_at", "ends_at", "contact_ids", "member_ids"}
    )
    if "account_id" in given:
        given["account"] = _account(request, given.pop("account_id"))
    words = {name: value for name, value in given.items() if value is not None or name == "account"}
    row = meetings.change(row, by=by, at=request.at, version=expected(if_match, body.version), **words)
    if body.starts_at is not None:
        ends_at = _aware(body.ends_at, "ends_at") if body.ends_at else None
        row = meetings.move(row, _aware(body.starts_at, "starts_at"), ends_at, by=by, at=request.at)
    if body.contact_ids is not None or body.member_ids is not None:
        row = _invite(row, body, by, request.at)
    return _answer(request, row, response)


@router.post("/{int:meeting_id}/hold", response=MeetingOut, summary="Write down what was said")
@grants(Permission.MEETINGS_EDIT)
def hold_meeting(request: ApiRequest, meeting_id: Id, body: Held, response: HttpResponse) -> Any:
    """It took place: the notes go into the account's timeline, once; sent again they are corrected there."""
    row, by = _meeting(request, meeting_id, Permission.MEETINGS_EDIT), Actor.of(request.member)
    held = meetings.hold(row, body.notes, minutes=body.minutes, by=by, at=request.at, version=body.version)
    return _answer(request, held, response)


@router.post("/{int:meeting_id}/cancel", response=MeetingOut, summary="Cancel a meeting")
@grants(Permission.MEETINGS_EDIT)
def cancel_meeting(request: ApiRequest, meeting_id: Id, body: Cancelled, response: HttpResponse) -> Any:
    """It does not take place. Safe to repeat."""
    row, by = _meeting(request, meeting_id, Permission.MEETINGS_EDIT), Actor.of(request.member)
    return _answer(request, meetings.cancel(row, body.reason, by=by, at=request.at, version=body.version), response)


def _invite(row: Meeting, body: MeetingIn, by: Actor, at: datetime) -> Meeting:
    there = list(row.attendees.select_related("contact", "member"))
    contacts = [each.contact for each in there if each.contact] if body.contact_ids is None else None
    members = [each.member for each in there if each.member] if body.member_ids is None else None
    return meetings.invite(
        row, contacts=_contacts(row.account, body.contact_ids or []) if contacts is None else contacts,
        members=_members(body.member_ids or []) if members is None else members, by=by, at=at,
    )  # fmt: skip


def _meeting(request: ApiRequest, key: int, permission: Permission) -> Meeting:
    rows = Meeting.objects.for_member(request.member, permission).select_related("account", "owner", "touch")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404(f"no meeting {key} in your scope")
    return found


def _account(request: ApiRequest, key: int | None) -> Account | None:
    return one_account(request.member, Permission.MEETINGS_EDIT, key, "account_id") if key else None


def _contacts(account: Account | None, keys: Sequence[int]) -> list[Contact]:
    found = list(Contact.objects.filter(pk__in=keys, account=account)) if account and keys else []
    if len(found) != len(set(keys)):
        raise Refused.one("contact_ids", Text("contacts of the meeting's account", "この顧客の担当者"), list(keys))
    return found


def _members(keys: Sequence[int]) -> list[Member]:
    found = list(Member.objects.filter(pk__in=keys, is_active=True))
    if len(found) != len(set(keys)):
        raise Refused.one("member_ids", Text("active members", "有効なメンバー"), list(keys))
    return found


def _aware(moment: datetime, field: str) -> datetime:
    if moment.tzinfo is None:
        raise Refused.one(field, Text("a time with its zone, as 2026-04-01T10:00:00+09:00", "時差付きの日時"), moment)
    return moment


def _answer(request: ApiRequest, row: Meeting, response: HttpResponse) -> dict[str, Any]:
    row.refresh_from_db()
    response["ETag"] = f'"{row.version}"'
    return shown([row], request.member)[0]
