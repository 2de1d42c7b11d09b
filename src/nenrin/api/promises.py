"""REST: the ledger of promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, expected, page
from nenrin.api.reach import not_borrowed, one_account
from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import promises
from nenrin.work.models import Promise
from nenrin.work.models.promise import Origin, Standing

router = Router(tags=["promises"])
VIEW, EDIT = Permission.HANDOFFS_VIEW, Permission.HANDOFFS_EDIT
SORTS = {"id", "due_on", "given_on", "changed_at", "created_at"}


class NewPromise(Strict):
    """Members and contacts by their ids. `key`: sent twice under it, one promise. Without `given_by_id` it is yours."""

    account_id: Id
    words: str
    due_on: date | None = None
    owner_id: Id | None = None
    given_by_id: Id | None = None
    given_on: date | None = None
    contact_id: Id | None = None
    toward: str = ""
    origin: Literal["meeting", "hand"] = "hand"
    key: str = Field("", max_length=80)


class PromiseIn(Strict):
    """Fields to change."""

    words: str | None = None
    due_on: date | None = None
    owner_id: Id | None = None
    contact_id: Id | None = None
    toward: str | None = None
    version: int | None = None


class PromiseKeeping(Strict):
    on: date | None = None
    outcome: str = ""
    evidence_url: str = ""
    version: int | None = None


class PromiseWaiver(Strict):
    reason: str
    version: int | None = None


class PromiseOut(Strict):
    """`standing` is the state on today's day. Words are null for roles that do not read personal data."""

    id: int
    account_id: int
    words: str | None
    standing: str
    due_on: date | None
    owner_id: int | None
    given_by_id: int | None
    given_on: date
    contact_id: int | None
    toward: str | None
    origin: str
    origin_key: str
    settled_on: date | None
    outcome: str | None
    evidence_url: str | None
    created_at: datetime
    changed_at: datetime
    version: int


class Filters(Window):
    account_id: Id | None = None
    owner_id: Id | None = None
    standing: Standing | None = None
    due_before: date | None = None


_OWN = (
    *("id", "account_id", "due_on", "owner_id", "given_by_id", "given_on", "contact_id", "origin", "origin_key"),
    *("settled_on", "created_at", "changed_at", "version"),
)
_WORDS = ("words", "toward", "outcome", "evidence_url")


def shown(rows: Sequence[Promise], member: Member, today: date) -> list[dict[str, Any]]:
    """Promises as this member may read them."""
    may_read = visible(member, FieldClass.PERSONAL)
    return [
        {name: getattr(row, name) for name in _OWN}
        | {name: getattr(row, name) if may_read else None for name in _WORDS}
        | {"standing": row.standing_on(today).value}
        for row in rows
    ]


def one(request: ApiRequest, permission: Permission, key: int) -> Promise:
    found = Promise.objects.for_member(request.member, permission).filter(pk=key).first()
    if found is None:
        raise Http404(f"no promise {key} in your scope")
    return found


def named(model: type[Member] | type[Contact], key: int | None, field: str) -> Any:
    """The member or contact that a body names; raises Refused on that field."""
    if key is None:
        return None
    found = model._default_manager.filter(pk=key).first()
    if found is None:
        raise Refused.one(field, Text("there is none", "見つからない"), key)
    return found


def _answer(request: ApiRequest, row: Promise, response: HttpResponse) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return shown([row], request.member, organisation.today(request.at))[0]


@router.get("", response=Page[PromiseOut], summary="List promises")
@grants(VIEW)
def list_promises(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Promises to accounts in your scope, a page at a time."""
    today = organisation.today(request.at)
    rows = Promise.objects.for_member(request.member, VIEW)
    if filters.account_id:
        rows = rows.filter(account=filters.account_id)
    if filters.owner_id:
        rows = rows.filter(owner=filters.owner_id)
    if filters.standing:
        rows = rows.standing(filters.standing, today)
    if filters.due_before:
        rows = rows.filter(due_on__lt=filters.due_before)
    return page(rows, filters, SORTS, lambda found: shown(found, request.member, today))


@router.post("", response={201: PromiseOut}, summary="Write down a promise")
@grants(EDIT)
def make_promise(request: ApiRequest, body: NewPromise, response: HttpResponse) -> Any:
    """Write a promise into the ledger. Safe to repeat under a `key`."""
    account = one_account(request.member, EDIT, body.account_id, "account_id")
    row = promises.make(
        account, body.words, due_on=body.due_on, owner=named(Member, body.owner_id, "owner_id"),
        given_by=named(Member, body.given_by_id, "given_by_id"), given_on=body.given_on,
        contact=named(Contact, body.contact_id, "contact_id"), toward=body.toward, origin=Origin(body.origin),
        key=body.key, by=Actor.of(request.member), at=request.at,
    )  # fmt: skip
    not_borrowed(Promise.objects.for_member(request.member, EDIT), row, body.key)
    return Answer(201, _answer(request, row, response))


@router.get("/{int:promise_id}", response=PromiseOut, summary="Get a promise")
@grants(VIEW)
def get_promise(request: ApiRequest, promise_id: Id, response: HttpResponse) -> Any:
    """One promise; its ETag is its version."""
    return _answer(request, one(request, VIEW, promise_id), response)


@router.patch("/{int:promise_id}", response=PromiseOut, summary="Change a promise")
@grants(EDIT)
def change_promise(
    request: ApiRequest, promise_id: Id, body: PromiseIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent."""
    row = one(request, EDIT, promise_id)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    for name, model in (("owner", Member), ("contact", Contact)):
        if f"{name}_id" in given:
            given[name] = named(model, given.pop(f"{name}_id"), f"{name}_id")
    given = {
        name: value for name, value in given.items() if value is not None or name in {"due_on", "owner", "contact"}
    }
    version = expected(if_match, body.version)
    changed = promises.change(row, by=Actor.of(request.member), at=request.at, version=version, **given)
    return _answer(request, changed, response)


@router.post("/{int:promise_id}/keep", response=PromiseOut, summary="Mark a promise as kept")
@grants(EDIT)
def keep_promise(request: ApiRequest, promise_id: Id, body: PromiseKeeping, response: HttpResponse) -> Any:
    """It was kept, with its evidence. Safe to repeat."""
    row = one(request, EDIT, promise_id)
    kept = promises.keep(
        row, on=body.on, outcome=body.outcome, evidence_url=body.evidence_url, version=body.version,
        by=Actor.of(request.member), at=request.at,
    )  # fmt: skip
    return _answer(request, kept, response)


@router.post("/{int:promise_id}/waive", response=PromiseOut, summary="Waive a promise")
@grants(EDIT)
def waive_promise(request: ApiRequest, promise_id: Id, body: PromiseWaiver, response: HttpResponse) -> Any:
    """It need not be kept any more, and why. Safe to repeat."""
    row = one(request, EDIT, promise_id)
    waived = promises.waive(row, body.reason, version=body.version, by=Actor.of(request.member), at=request.at)
    return _answer(request, waived, response)


@router.post("/{int:promise_id}/reopen", response=PromiseOut, summary="Open a promise again")
@grants(EDIT)
def reopen_promise(request: ApiRequest, promise_id: Id, response: HttpResponse) -> Any:
    """It stands open again. Safe to repeat."""
    row = promises.reopen(one(request, EDIT, promise_id), by=Actor.of(request.member), at=request.at)
    return _answer(request, row, response)
