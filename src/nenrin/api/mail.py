"""REST: the outbox, drafts to approve, unknown mails to settle, suppressions."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.api.reach import reachable
from nenrin.customers.errors import Fault
from nenrin.customers.errors import Refused as Unprocessable
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import drafts, law, suppressions
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import Mail, Suppression
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text

router = Router(tags=["mail"])


class MailOut(Strict):
    id: int
    key: str
    kind: str
    state: str
    reason: str
    detail: str
    subject: str
    to_address: str
    account_id: int | None
    contact_id: int | None
    origin: str
    message_id: str
    send_after: datetime
    handed_over_at: datetime | None
    created_at: datetime
    version: int


class LawOut(Strict):
    """audience = sent + suppressed + failed + unknown + pending"""

    audience: int
    sent: int
    suppressed: int
    failed: int
    unknown: int
    pending: int
    holds: bool


class SuppressionOut(Strict):
    id: int
    address: str
    kind: str
    reason: str
    note: str
    created_at: datetime


class SuppressionIn(Strict):
    """An address, or @example.com for a whole domain; `kind` empty means every kind of mail."""

    address: Word
    kind: Word = ""
    note: Word = ""


class Deed(Strict):
    """approve or reject a draft; stop what waits; arrived, again or give-up for an unknown one."""

    do: Word
    why: Word = ""


class Done(Strict):
    state: str


class MailFilter(Window):
    state: Word = ""
    account_id: int | None = Field(None, ge=1)


@router.get("", response=Page[MailOut], summary="List mails")
@grants(Permission.MAIL_VIEW)
def list_mails(request: ApiRequest, asked: Query[MailFilter]) -> Any:
    """Every mail within your scope with what became of it."""
    rows = _mails(request, Permission.MAIL_VIEW)
    rows = rows.filter(state=asked.state) if asked.state else rows
    rows = rows.filter(account=asked.account_id) if asked.account_id else rows
    return page(
        rows, asked, {"id", "created_at", "send_after", "handed_over_at"}, lambda found: [_out(row) for row in found]
    )


@router.get("/law", response=LawOut, summary="The law of sending")
@grants(Permission.MAIL_CONFIGURE)
def the_law(request: ApiRequest, batch: Word = "") -> Any:
    """What was meant to be sent against what became of it, of one batch or of everything."""
    found = law.law(batch or None)
    return {name: getattr(found, name) for name in LawOut.model_fields}


@router.get("/suppressions", response=Page[SuppressionOut], summary="List suppressed addresses")
@grants(Permission.MAIL_CONFIGURE)
def list_suppressions(request: ApiRequest, asked: Query[Window]) -> Any:
    """Addresses to which nothing of a kind goes any more, and why; erased ones by their digest alone."""
    names = SuppressionOut.model_fields
    return page(
        Suppression.objects.all(), asked, {"id", "created_at"},
        lambda found: [{name: getattr(row, name) for name in names} for row in found],
    )  # fmt: skip


@router.post("/suppressions", response=Done, summary="Suppress an address")
@grants(Permission.MAIL_CONFIGURE)
def suppress(request: ApiRequest, body: SuppressionIn) -> Any:
    """Nothing goes there from now on. Safe to repeat."""
    by = Actor.of(request.member)
    try:
        is_new = suppressions.add(body.address, kind=body.kind, note=body.note, by=by, at=request.at)
    except Refused as refused:
        raise _unprocessable(refused, "address") from None
    return {"state": "added" if is_new else "standing"}


@router.get("/{int:mail_id}", response=MailOut, summary="Read a mail's fate")
@grants(Permission.MAIL_VIEW)
def read_mail(request: ApiRequest, mail_id: int) -> Any:
    """Where one mail stands: queued, handed over, delivered, unknown, and why."""
    return _out(found_mail(request, mail_id, Permission.MAIL_VIEW))


@router.post("/{int:mail_id}/deed", response=Done, summary="Approve, reject, stop or settle a mail")
@grants(Permission.MAIL_APPROVE)
def do(request: ApiRequest, mail_id: int, body: Deed) -> Any:
    """Safe to repeat: a mail in another state by now stays as it is, and its state is the answer."""
    row = found_mail(request, mail_id, Permission.MAIL_APPROVE)
    by, at = Actor.of(request.member), request.at
    ways = {
        "approve": partial(drafts.approve, by=by, at=at),
        "reject": partial(drafts.reject, why=body.why, by=by, at=at),
        "stop": partial(drafts.stop, by=by, at=at),
        "arrived": partial(drafts.arrived, by=by, at=at),
        "again": partial(drafts.send_again, by=by, at=at),
        "give-up": partial(drafts.give_up, by=by, at=at),
    }
    if body.do not in ways:
        raise Unprocessable([Fault("do", _one_of(ways), body.do)])
    try:
        ways[body.do]([row.pk])
    except Refused as refused:
        raise _unprocessable(refused, "why") from None
    row.refresh_from_db()
    return {"state": row.state}


def _one_of(ways: dict[str, Any]) -> Text:
    return Text(f"one of {', '.join(ways)}", f"{'・'.join(ways)}のいずれか")


def _unprocessable(refused: Refused, field: str) -> Unprocessable:
    return Unprocessable([Fault(field, text) for text in refused.faults.values()])


def _mails(request: ApiRequest, permission: Permission) -> QuerySet[Mail]:
    if allowed(request.member, permission) is Scope.ALL:
        return Mail.objects.all()
    reach = reachable(request.member, permission)
    own = Q(member=request.member.pk) if permission is Permission.MAIL_VIEW else Q(pk__in=[])
    return Mail.objects.filter(Q(account__in=reach.values("pk")) | own)


def found_mail(request: ApiRequest, key: Id, permission: Permission) -> Mail:
    row: Mail | None = _mails(request, permission).filter(pk=key).first()
    if row is None:
        raise Http404("no such mail")
    return row


def _out(row: Mail) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in MailOut.model_fields if hasattr(row, name)}
    return found | {"account_id": row.account, "contact_id": row.contact}
