"""REST: the words of a draft, read and changed before it is approved."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from ninja import Field, Header, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.mail import found_mail
from nenrin.api.paging import Id, Strict, expected
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import drafts, errors
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import MailState
from nenrin.foundation.permissions import Permission

router = Router(tags=["mail"])
APPROVE = Permission.MAIL_APPROVE
#: How the verb names a field, and how the body does.
_FIELDS = {"to": "to_address"}


class DraftWords(Strict):
    id: int
    to_address: str
    subject: str
    text: str
    version: int


class DraftChange(Strict):
    """Fields that are left out stay. Where `text` changes, its markup goes: what is approved is what was read."""

    to_address: str | None = Field(None, max_length=254)
    subject: str | None = Field(None, max_length=300)
    text: str | None = Field(None, max_length=100_000)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


@router.get("/{int:mail_id}/draft", response=DraftWords, summary="Read a draft")
@grants(APPROVE)
def get_draft(request: ApiRequest, mail_id: Id) -> Any:
    """As it would go out; 404 where it is no draft any more."""
    return _told(_draft(request, mail_id))


@router.patch("/{int:mail_id}/draft", response=DraftWords, summary="Change a draft")
@grants(APPROVE)
def change_draft(request: ApiRequest, mail_id: Id, body: DraftChange, if_match: Header[str | None] = None) -> Any:
    """Its address, subject or text. Safe to repeat; 409 where `version` is not the stored one."""
    row, version = _draft(request, mail_id), expected(if_match, body.version)
    told = body.model_dump(exclude_none=True, exclude={"version"})
    try:
        return _told(drafts.edit(row, by=Actor.of(request.member), at=request.at, version=version, **told))
    except errors.Refused as refused:
        faults = [Fault(_FIELDS.get(field, field), text) for field, text in refused.faults.items()]
        raise Refused(faults) from refused
    except errors.Conflict as problem:
        row.refresh_from_db()
        theirs = {name: getattr(row, name) for name in told}
        raise Conflict(str(problem), asked=version or 0, stands=row.version, mine=told, theirs=theirs) from problem


def _draft(request: ApiRequest, key: int) -> Mail:
    row = found_mail(request, key, APPROVE)
    if row.state != MailState.DRAFT:
        raise Http404(f"mail {key} is no draft any more")
    return row


def _told(row: Mail) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DraftWords.model_fields}
