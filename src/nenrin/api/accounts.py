"""REST: accounts, their keys, owners, touch model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, expected, page
from nenrin.api.reach import editable, one_account, reachable
from nenrin.customers import accounts, attributes, keys, ownership, queries, touch_models
from nenrin.customers.models import Account, AccountKey, AccountTag
from nenrin.customers.statuses import Phase, Stage, Status
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.foundation.search import normal

router = Router(tags=["accounts"])
SORTS = {"id", "name", "mrr_minor", "notice_on", "renewal_on", "changed_at", "created_at"}


class KeyIn(Strict):
    namespace: str
    key: str


class AccountIn(Strict):
    """Fields to set. `attributes` are merged by key (null removes one); `tags` replaces all."""

    name: str | None = None
    kana: str | None = None
    corporate_number: str | None = None
    domain: str | None = None
    industry: str | None = None
    employees: int | None = None
    prefecture: str | None = None
    region: str | None = None
    status: Status | None = None
    stage: Stage | None = None
    parent_id: Id | None = None
    language: str | None = None
    currency: str | None = None
    customer_since: date | None = None
    lost_on: date | None = None
    lost_reason: str | None = None
    source: str | None = None
    tags: list[str] | None = None
    attributes: dict[str, Any] | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class NewAccount(AccountIn):
    name: str
    keys: list[KeyIn] = []


class AccountOut(Strict):
    id: int
    name: str
    kana: str
    corporate_number: str
    domain: str
    industry: str
    employees: int | None
    prefecture: str
    region: str
    status: str
    stage: str
    tier: str
    touch_model: str
    parent_id: int | None
    language: str
    currency: str
    customer_since: date | None
    lost_on: date | None
    lost_reason: str
    source: str
    owner_id: int | None
    owners: dict[str, int]
    mrr_minor: int
    seats: int
    plan: str
    renewal_on: date | None
    notice_deadline: date | None
    tags: list[str]
    keys: list[KeyIn]
    attributes: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    version: int


class Filters(Window):
    q: Word = ""
    status: Status | None = None
    stage: Stage | None = None
    tier: Word = ""
    touch_model: Word = ""
    industry: Word = ""
    region: Word = ""
    tag: Word = ""
    owner_id: Id | None = None
    changed_since: datetime | None = None


def shown(rows: Sequence[Account], member: Member) -> list[dict[str, Any]]:
    """Accounts as this member may read them, with three queries however many there are."""
    ids = [row.pk for row in rows]
    hidden = {f.key for f in attributes.declared() if not visible(member, FieldClass(f.field_class))}
    owners = queries.owners(ids)
    tags: dict[int, list[str]] = {}
    for account, name in (
        AccountTag.objects.filter(account__in=ids).order_by("tag__name").values_list("account_id", "tag__name")
    ):
        tags.setdefault(account, []).append(name)
    links: dict[int, list[dict[str, str]]] = {}
    for key in AccountKey.objects.filter(account__in=ids, ended_on__isnull=True).order_by("pk"):
        links.setdefault(key.account_id, []).append({"namespace": key.namespace, "key": key.key})
    plain = [
        name
        for name in AccountOut.model_fields
        if hasattr(Account, name) and name not in {"tags", "keys", "attributes"}
    ]
    return [
        {name: getattr(row, name) for name in plain}
        | {
            "plan": row.plan_name,
            "notice_deadline": row.notice_on,
            "tags": tags.get(row.pk, []),
            "keys": links.get(row.pk, []),
            "owners": {phase.value: held.member_id for phase, held in owners.get(row.pk, {}).items()},
            "attributes": {key: value for key, value in row.attributes.items() if key not in hidden},
        }
        for row in rows
    ]


@router.get("", response=Page[AccountOut], summary="List accounts")
@grants(Permission.ACCOUNTS_VIEW)
def list_accounts(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Accounts in your scope, a page at a time. `q` searches name, reading, domain and corporate number."""
    rows = _filtered(reachable(request.member, Permission.ACCOUNTS_VIEW), filters)
    return page(rows, filters, SORTS, lambda found: shown(found, request.member))


def _filtered(rows: QuerySet[Account], filters: Filters) -> QuerySet[Account]:
    for name in ("status", "stage", "tier", "touch_model", "industry", "region", "owner_id"):
        value = getattr(filters, name)
        rows = rows.filter(**{name: value}) if value else rows
    if filters.q:
        rows = rows.filter(search__contains=normal(filters.q))
    if filters.tag:
        rows = rows.filter(tags__name=filters.tag)
    return rows.filter(changed_at__gte=filters.changed_since) if filters.changed_since else rows


@router.post("", response={201: AccountOut}, summary="Open an account")
@grants(Permission.ACCOUNTS_EDIT)
def open_account(request: ApiRequest, body: NewAccount, response: HttpResponse) -> Any:
    """Open an account; its creator looks after it where they do not reach all accounts."""
    fields = _fields(request, body)
    pairs = [(link.namespace, link.key) for link in body.keys]
    with transaction.atomic():
        account = accounts.open(fields.pop("name"), keys=pairs, by=Actor.of(request.member), at=request.at, **fields)
        _keep(request, account)
    return Answer(201, _answer(request, account, response))


def _keep(request: ApiRequest, account: Account) -> None:
    """Who opens an account sees it afterwards."""
    if allowed(request.member, Permission.ACCOUNTS_VIEW) is not Scope.ALL:
        ownership.assign(account, request.member, by=Actor.of(request.member), at=request.at)


def _fields(request: ApiRequest, body: AccountIn) -> dict[str, Any]:
    """What was sent, as the verbs take it; null empties a field."""
    fields = body.model_dump(exclude_unset=True, exclude={"version", "keys"})
    if "parent_id" in fields:
        parent = fields.pop("parent_id")
        fields["parent"] = (
            one_account(request.member, Permission.ACCOUNTS_VIEW, parent, "parent_id") if parent else None
        )
    return {name: value for name, value in fields.items() if not (value is None and name in {"tags", "attributes"})}


def _answer(request: ApiRequest, account: Account, response: HttpResponse) -> dict[str, Any]:
    account.refresh_from_db()
    response["ETag"] = f'"{account.version}"'
    return shown([account], request.member)[0]


@router.get("/{int:account_id}", response=AccountOut, summary="Get an account")
@grants(Permission.ACCOUNTS_VIEW)
def get_account(request: ApiRequest, account_id: Id, response: HttpResponse) -> Any:
    """One account; its ETag is its version."""
    return _answer(request, editable(request.member, Permission.ACCOUNTS_VIEW, account_id), response)


@router.patch("/{int:account_id}", response=AccountOut, summary="Change an account")
@grants(Permission.ACCOUNTS_EDIT)
def change_account(
    request: ApiRequest, account_id: Id, body: AccountIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent. With If-Match or `version`, only if nobody else changed it since."""
    account = editable(request.member, Permission.ACCOUNTS_EDIT, account_id)
    version = expected(if_match, body.version)
    changed = accounts.change(
        account, by=Actor.of(request.member), at=request.at, version=version, **_fields(request, body)
    )
    return _answer(request, changed, response)


@router.get("/by-key/{namespace}/{path:key}", response=AccountOut, summary="Get an account by key")
@grants(Permission.ACCOUNTS_VIEW)
def get_account_by_key(request: ApiRequest, namespace: Word, key: Word, response: HttpResponse) -> Any:
    """The account that another system's key means."""
    found = accounts.find(namespace, key)
    return _answer(request, editable(request.member, Permission.ACCOUNTS_VIEW, found.pk if found else 0), response)


@router.put(
    "/by-key/{namespace}/{path:key}", response={200: AccountOut, 201: AccountOut}, summary="Open or change by key"
)
@grants(Permission.ACCOUNTS_EDIT)
def put_account(
    request: ApiRequest,
    namespace: Word,
    key: Word,
    body: AccountIn,
    response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:
    """Open the account of this key (201) or change it (200). Safe to repeat."""
    found = accounts.find(namespace, key)
    if found:
        editable(request.member, Permission.ACCOUNTS_EDIT, found.pk)
    version = expected(if_match, body.version)
    by, fields = Actor.of(request.member), _fields(request, body)
    with transaction.atomic():
        outcome = accounts.put(namespace, key, by=by, at=request.at, version=version, **fields)
        if outcome.happened == "opened":
            _keep(request, outcome.account)
    return Answer(201 if outcome.happened == "opened" else 200, _answer(request, outcome.account, response))


@router.delete("/{int:account_id}", response={204: None}, summary="Archive an account")
@grants(Permission.ACCOUNTS_EDIT)
def archive_account(request: ApiRequest, account_id: Id, if_match: Header[str | None] = None) -> Any:
    """Take it out of every list; its history stays, and it can be restored."""
    account = editable(request.member, Permission.ACCOUNTS_EDIT, account_id)
    accounts.archive(account, by=Actor.of(request.member), at=request.at, version=expected(if_match, None))
    return Answer(204, None)


@router.post("/{int:account_id}/restore", response=AccountOut, summary="Restore an account")
@grants(Permission.ACCOUNTS_EDIT)
def restore_account(request: ApiRequest, account_id: Id, response: HttpResponse) -> Any:
    """Bring an archived account back."""
    account = editable(request.member, Permission.ACCOUNTS_EDIT, account_id, archived=True)
    return _answer(request, accounts.restore(account, by=Actor.of(request.member), at=request.at), response)


@router.post("/{int:account_id}/keys", response=AccountOut, summary="Add a key")
@grants(Permission.ACCOUNTS_EDIT)
def add_key(request: ApiRequest, account_id: Id, body: KeyIn, response: HttpResponse) -> Any:
    """Let another system's key mean this account."""
    account = editable(request.member, Permission.ACCOUNTS_EDIT, account_id)
    keys.add(account, body.namespace, body.key, by=Actor.of(request.member), at=request.at)
    return _answer(request, account, response)


class OwnerIn(Strict):
    member_id: Id | None
    since_on: date | None = None


@router.put("/{int:account_id}/owners/{phase}", response=AccountOut, summary="Assign an owner")
@grants(Permission.ACCOUNTS_ASSIGN)
def assign_owner(request: ApiRequest, account_id: Id, phase: Phase, body: OwnerIn, response: HttpResponse) -> Any:
    """Let a member look after it in a phase; null releases whoever does."""
    account = editable(request.member, Permission.ACCOUNTS_ASSIGN, account_id)
    wanted = ownership.Wanted(account.pk, body.member_id, phase, body.since_on)
    ownership.assign_many([wanted], by=Actor.of(request.member), at=request.at)
    return _answer(request, account, response)


class TouchIn(Strict):
    touch_model: str
    reason: str
    until: date


@router.put("/{int:account_id}/touch-model", response=AccountOut, summary="Override the touch model")
@grants(Permission.ACCOUNTS_EDIT)
def override_touch_model(request: ApiRequest, account_id: Id, body: TouchIn, response: HttpResponse) -> Any:
    """Another touch model than the rule gives, with a reason, until a day."""
    account = editable(request.member, Permission.ACCOUNTS_EDIT, account_id)
    by = Actor.of(request.member)
    changed = touch_models.override(
        account, body.touch_model, reason=body.reason, until=body.until, by=by, at=request.at
    )
    return _answer(request, changed, response)


@router.delete("/{int:account_id}/touch-model", response=AccountOut, summary="Let the rule decide again")
@grants(Permission.ACCOUNTS_EDIT)
def release_touch_model(request: ApiRequest, account_id: Id, response: HttpResponse) -> Any:
    """End an override."""
    account = editable(request.member, Permission.ACCOUNTS_EDIT, account_id)
    return _answer(request, touch_models.release(account, by=Actor.of(request.member), at=request.at), response)
