"""REST: candidates opened with their evidence, put away for some time, brought back."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Field, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Slug, Strict
from nenrin.api.reach import editable
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work.opportunities import candidates, dismissals

router = Router(tags=["opportunities"])
VIEW, EDIT = Permission.OPPORTUNITIES_VIEW, Permission.OPPORTUNITIES_EDIT
_GONE = Text("a candidate that stands now", "現在ある候補")


class CandidateOpening(Strict):
    """`reason` is asked for where something holds the candidate back."""

    reason: str = Field("", max_length=2000)


class CandidateOpened(Strict):
    opportunity_id: int


class CandidatePutAway(Strict):
    words: str = ""
    days: int = dismissals.DEFAULT_DAYS


class CandidateAway(Strict):
    """`words` is null for roles that do not read personal data."""

    account_id: int
    kind: str
    words: str | None
    until_on: date


@router.get("/candidates/away", response=list[CandidateAway], summary="List candidates that were put away")
@grants(VIEW)
def list_candidates_away(request: ApiRequest) -> Any:
    """Of the accounts in your scope, while they would stand again; they come back by themselves after `until_on`."""
    reads = visible(request.member, FieldClass.PERSONAL)
    found = candidates.of(Account.objects.for_member(request.member, VIEW), request.at)
    return [
        {"account_id": one.account, "kind": one.kind, "words": one.away.words if reads else None,
         "until_on": one.away.until_on}
        for one in found
        if one.away is not None
    ]  # fmt: skip


@router.post("/candidates/{int:account_id}/{kind}/open", response=CandidateOpened, summary="Open a candidate")
@grants(EDIT)
def open_candidate(request: ApiRequest, account_id: Id, kind: Slug, body: CandidateOpening) -> Any:
    """An opportunity with the candidate's evidence. Safe to repeat on one day while it runs."""
    account = editable(request.member, EDIT, account_id)
    one = candidates.one(account, kind, request.at)
    if one is None:
        raise Refused.one("kind", _GONE, kind)
    row = candidates.open_one(one, account, reason=body.reason, by=Actor.of(request.member), at=request.at)
    return {"opportunity_id": row.pk}


@router.post("/candidates/{int:account_id}/{kind}/dismiss", response=CandidateAway, summary="Put a candidate away")
@grants(EDIT)
def dismiss_candidate(request: ApiRequest, account_id: Id, kind: Slug, body: CandidatePutAway) -> Any:
    """With a reason, for so many days. Safe to repeat."""
    account, by = editable(request.member, EDIT, account_id), Actor.of(request.member)
    row = dismissals.dismiss(account, kind, body.words, days=body.days, by=by, at=request.at)
    reads = visible(request.member, FieldClass.PERSONAL)
    return {
        "account_id": account.pk, "kind": row.kind, "words": row.words if reads else None, "until_on": row.until_on,
    }  # fmt: skip


@router.post("/candidates/{int:account_id}/{kind}/restore", response={204: None}, summary="Bring a candidate back")
@grants(EDIT)
def restore_candidate(request: ApiRequest, account_id: Id, kind: Slug) -> Any:
    """It stands again where its signs do. Safe to repeat."""
    account = editable(request.member, EDIT, account_id)
    dismissals.restore(account, kind, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)
