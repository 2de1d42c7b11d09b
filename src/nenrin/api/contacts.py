"""REST: contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, expected, page
from nenrin.api.reach import belonging, one_account
from nenrin.customers import contacts, fields
from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.customers.statuses import DecisionRole
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.foundation.search import normal
from nenrin.values import Text

router = Router(tags=["contacts"])
SORTS = {"id", "name", "changed_at", "created_at"}


class ContactIn(Strict):
    """Fields to set; `emails` replaces all, the first is the one we write to."""

    account_id: Id | None = None
    name: str | None = None
    kana: str | None = None
    title: str | None = None
    department: str | None = None
    phone: str | None = None
    role: DecisionRole | None = None
    language: str | None = None
    is_verified: bool | None = None
    left_on: date | None = None
    emails: list[str] | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class NewContact(ContactIn):
    account_id: Id
    name: str


class ContactOut(Strict):
    """Fields that your role may not read are null."""

    id: int
    account_id: int
    namespace: str
    key: str
    name: str | None
    kana: str | None
    title: str | None
    department: str | None
    phone: str | None
    role: str
    language: str
    is_verified: bool
    left_on: date | None
    emails: list[str] | None
    created_at: datetime
    changed_at: datetime
    version: int


class Filters(Window):
    q: Word = ""
    account_id: Id | None = None
    role: DecisionRole | None = None
    has_left: bool | None = None


_OWN = ("id", "account_id", "namespace", "key", "created_at", "changed_at", "version")


def shown(rows: Sequence[Contact], member: Member) -> list[dict[str, Any]]:
    """Contacts (addresses loaded) as this member may read them."""
    is_open = {name: visible(member, field.field_class) for name, field in fields.CONTACT.items()}
    may_read = visible(member, FieldClass.PERSONAL)
    return [
        {name: getattr(row, name) for name in _OWN}
        | {name: getattr(row, name) if is_open[name] else None for name in fields.CONTACT}
        | {"emails": [email.address for email in row.emails.all()] if may_read else None}
        for row in rows
    ]


def _fields(request: ApiRequest, body: ContactIn) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    account = given.pop("account_id", None)
    if account is not None:
        given["account"] = one_account(request.member, Permission.CONTACTS_EDIT, account, "account_id")
    return {
        name: value for name, value in given.items() if value is not None or name not in {"language", "is_verified"}
    }


def _answer(request: ApiRequest, contact: Contact, response: HttpResponse) -> dict[str, Any]:
    contact.refresh_from_db()
    response["ETag"] = f'"{contact.version}"'
    return shown([contact], request.member)[0]


@router.get("", response=Page[ContactOut], summary="List contacts")
@grants(Permission.CONTACTS_VIEW)
def list_contacts(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Contacts of accounts in your scope, a page at a time."""
    rows = Contact.objects.for_member(request.member, Permission.CONTACTS_VIEW).standing().prefetch_related("emails")
    if filters.q:
        rows = rows.filter(search__contains=normal(filters.q))
    if filters.account_id:
        rows = rows.filter(account=filters.account_id)
    if filters.role:
        rows = rows.filter(role=filters.role)
    if filters.has_left is not None:
        rows = rows.filter(left_on__isnull=not filters.has_left)
    return page(rows, filters, SORTS, lambda found: shown(found, request.member))


@router.post("", response={201: ContactOut}, summary="Add a contact")
@grants(Permission.CONTACTS_EDIT)
def add_contact(request: ApiRequest, body: NewContact, response: HttpResponse) -> Any:
    """Add a person to an account."""
    given = _fields(request, body)
    contact = contacts.add(given.pop("account"), given.pop("name"), by=Actor.of(request.member), at=request.at, **given)
    return Answer(201, _answer(request, contact, response))


@router.get("/{int:contact_id}", response=ContactOut, summary="Get a contact")
@grants(Permission.CONTACTS_VIEW)
def get_contact(request: ApiRequest, contact_id: Id, response: HttpResponse) -> Any:
    """One contact; its ETag is its version."""
    return _answer(request, belonging(Contact, request.member, Permission.CONTACTS_VIEW, contact_id), response)


@router.patch("/{int:contact_id}", response=ContactOut, summary="Change a contact")
@grants(Permission.CONTACTS_EDIT)
def change_contact(
    request: ApiRequest, contact_id: Id, body: ContactIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent; `account_id` moves the person."""
    contact = belonging(Contact, request.member, Permission.CONTACTS_EDIT, contact_id)
    version = expected(if_match, body.version)
    given = _fields(request, body)
    changed = contacts.change(contact, by=Actor.of(request.member), at=request.at, version=version, **given)
    return _answer(request, changed, response)


@router.put(
    "/by-key/{namespace}/{path:key}", response={200: ContactOut, 201: ContactOut}, summary="Add or change by key"
)
@grants(Permission.CONTACTS_EDIT)
def put_contact(request: ApiRequest, namespace: Word, key: Word, body: ContactIn, response: HttpResponse) -> Any:
    """Add the contact of this key (201, needs `account_id`) or change it (200). Safe to repeat."""
    given = _fields(request, body)
    there = contacts.find_many([(namespace, key)]).get((namespace, key))
    by = Actor.of(request.member)
    if there is not None:
        contact = belonging(Contact, request.member, Permission.CONTACTS_EDIT, there.pk)
        version = expected(None, body.version)
        changed = contacts.change(contact, by=by, at=request.at, version=version, **given)
        return Answer(200, _answer(request, changed, response))
    if "account" not in given:
        raise Refused.one("account_id", Text("a new contact needs its account", "新規の担当者には顧客が必要"))
    account = given.pop("account")
    made = contacts.add(account, given.pop("name", ""), by=by, at=request.at, namespace=namespace, key=key, **given)
    return Answer(201, _answer(request, made, response))


@router.delete("/{int:contact_id}", response={204: None}, summary="Archive a contact")
@grants(Permission.CONTACTS_EDIT)
def archive_contact(request: ApiRequest, contact_id: Id, if_match: Header[str | None] = None) -> Any:
    """Take a contact out of every list."""
    contact = belonging(Contact, request.member, Permission.CONTACTS_EDIT, contact_id)
    contacts.archive(contact, by=Actor.of(request.member), at=request.at, version=expected(if_match, None))
    return Answer(204, None)


@router.post("/{int:contact_id}/restore", response=ContactOut, summary="Restore a contact")
@grants(Permission.CONTACTS_EDIT)
def restore_contact(request: ApiRequest, contact_id: Id, response: HttpResponse) -> Any:
    """Bring an archived contact back. Safe to repeat."""
    contact = belonging(Contact, request.member, Permission.CONTACTS_EDIT, contact_id, archived=True)
    return _answer(request, contacts.restore(contact, by=Actor.of(request.member), at=request.at), response)
