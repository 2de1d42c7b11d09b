"""REST: mails for the timeline: taken in, and those that wait for a person to say whose they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.api.reach import one_account
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.work.mail_in import receiving
from nenrin.work.mail_in.parsing import NoMail
from nenrin.work.models import ReceivedMail

router = Router(tags=["meetings"])
WRITE = Permission.TIMELINE_WRITE
_PLAIN = ("id", "state", "direction", "account_id", "happened_at", "received_at")
_WORDS = ("sender", "recipients", "subject", "body")


class MailFileOut(Strict):
    id: int
    name: str
    size: int


class ReceivedMailOut(Strict):
    """`state` unmatched: it waits. `direction` in: from the customer. Words and files that your role may not read are null."""

    id: int
    state: str
    direction: str
    account_id: int | None
    happened_at: datetime
    received_at: datetime
    sender: str | None
    recipients: list[str] | None
    subject: str | None
    body: str | None
    files: list[MailFileOut] | None


class Taken(Strict):
    """What became of a mail: `matched` into the timeline of `account_id`, or `unmatched` for a person to look at."""

    id: int
    state: str
    account_id: int | None


class ReceivedAsked(Window):
    state: Literal["unmatched", "matched", "ignored"] = "unmatched"


class WhoseMail(Strict):
    account_id: Id


@router.post("", response={201: Taken}, summary="Send a mail into the timeline")
@grants(Permission.TIMELINE_WRITE)
def receive_mail(request: ApiRequest) -> Any:
    """The body is one mail as it came (message/rfc822). The same Message-ID again is the same mail."""
    try:
        row = receiving.receive(request.body, at=request.at, member=request.member)
    except NoMail as problem:
        raise Refused.one("body", problem.text) from problem
    return Answer(201, {"id": row.pk, "state": row.state, "account_id": row.account_id})


@router.get("", response=Page[ReceivedMailOut], summary="List received mails")
@grants(WRITE)
def list_received_mails(request: ApiRequest, asked: Query[ReceivedAsked]) -> Any:
    """Your own; those that wait unless another state is named. What was dismissed has no words left."""
    rows = ReceivedMail.objects.filter(member=request.member, state=asked.state).prefetch_related("attachments")
    return page(rows, asked, {"id", "happened_at", "received_at"}, lambda found: [_told(row, request) for row in found])


@router.post("/{int:mail_id}/match", response=ReceivedMailOut, summary="Say whose mail it is")
@grants(WRITE)
def match_mail(request: ApiRequest, mail_id: Id, body: WhoseMail) -> Any:
    """Into the timeline of that account, with its files. Safe to repeat: one that is matched stays where it is."""
    row = _own(request, mail_id)
    account = one_account(request.member, WRITE, body.account_id, "account_id")
    done = receiving.match(row, account, by=Actor.of(request.member), at=request.at)
    return _told(done, request)


@router.post("/{int:mail_id}/dismiss", response=ReceivedMailOut, summary="Leave a received mail out")
@grants(WRITE)
def dismiss_mail(request: ApiRequest, mail_id: Id) -> Any:
    """It belongs into no timeline: its words and files go for good. Safe to repeat; one that is matched stays."""
    return _told(receiving.ignore(_own(request, mail_id), by=Actor.of(request.member), at=request.at), request)


def _own(request: ApiRequest, key: int) -> ReceivedMail:
    found = ReceivedMail.objects.filter(pk=key, member=request.member).first()
    if found is None:
        raise Http404(f"no received mail {key} of yours")
    return found


def _told(row: ReceivedMail, request: ApiRequest) -> dict[str, Any]:
    may_read = visible(request.member, FieldClass.PERSONAL)
    files = [
        {"id": file.pk, "name": file.name, "size": file.size}
        for file in row.attachments.all()
        if file.removed_at is None
    ]
    told = {name: getattr(row, name) for name in _PLAIN}
    return (
        told
        | {name: getattr(row, name) if may_read else None for name in _WORDS}
        | {"files": files if may_read else None}
    )
