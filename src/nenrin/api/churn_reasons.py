"""REST: the managed list of reasons for which customers leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict, Word, expected
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import churn_reasons
from nenrin.work.models import ChurnReason

router = Router(tags=["renewals"])
VIEW, CONFIGURE = Permission.RENEWALS_VIEW, Permission.JOURNEYS_CONFIGURE


class ChurnReasonOut(Strict):
    """`place` counts from 0 in the order of the list; `archived_at`: no longer offered, losses keep it."""

    key: str
    name_en: str
    name_ja: str
    is_avoidable: bool
    place: int
    archived_at: datetime | None
    version: int


class ChurnReasonIn(Strict):
    """`is_avoidable`: customer success could change it."""

    name_en: str
    name_ja: str
    is_avoidable: bool = True
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class ChurnReasonMove(Strict):
    """One place up or down; the first and the last stay where they are."""

    is_up: bool


class ChurnReasonsAsked(Strict):
    archived: bool = False


def _told(row: ChurnReason) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ChurnReasonOut.model_fields}


@router.get("/reasons", response=list[ChurnReasonOut], summary="List churn reasons")
@grants(VIEW)
def list_reasons(request: ApiRequest, asked: Query[ChurnReasonsAsked]) -> Any:
    """What may be chosen, in its order; with `archived` also what no longer may."""
    rows = ChurnReason.objects.all() if asked.archived else ChurnReason.objects.filter(archived_at__isnull=True)
    return [_told(row) for row in rows]


@router.put("/reasons/{key}", response=ChurnReasonOut, summary="Save a churn reason")
@grants(CONFIGURE)
def put_reason(
    request: ApiRequest, key: Word, body: ChurnReasonIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Make the reason of this key or name it anew; an archived one is offered again. Safe to repeat."""
    row = churn_reasons.save(
        key, name=Text(body.name_en, body.name_ja), is_avoidable=body.is_avoidable, by=Actor.of(request.member),
        at=request.at, version=expected(if_match, body.version),
    )  # fmt: skip
    response["ETag"] = f'"{row.version}"'
    return _told(row)


@router.post("/reasons/{key}/move", response=list[ChurnReasonOut], summary="Move a churn reason in the list")
@grants(CONFIGURE)
def move_reason(request: ApiRequest, key: Word, body: ChurnReasonMove) -> Any:
    """The list as it stands then."""
    churn_reasons.move(_one(key), up=body.is_up, by=Actor.of(request.member), at=request.at)
    return [_told(row) for row in ChurnReason.objects.filter(archived_at__isnull=True)]


@router.delete("/reasons/{key}", response={204: None}, summary="Archive a churn reason")
@grants(CONFIGURE)
def archive_reason(request: ApiRequest, key: Word) -> Any:
    """Offer it no more; losses keep it. Safe to repeat. A PUT offers it again."""
    churn_reasons.archive(_one(key), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _one(key: str) -> ChurnReason:
    found = ChurnReason.objects.filter(key=key).first()
    if found is None:
        raise Http404(f"no reason {key}")
    return found
