"""REST: who is left out of every count of product events: our own staff, test accounts, bots."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Field, Router
from ninja import Status as Answer
from pydantic import StringConstraints

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import catalogue
from nenrin.ingest.models import Exclusion

router = Router(tags=["events"])
Pattern = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")
]


class ExclusionIn(Strict):
    """`pattern`: * stands for anything; a domain as example.com; for `agent` a part of the User-Agent."""

    kind: Literal["user", "group", "agent", "email_domain"]
    pattern: Pattern
    why: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f]*$")


class ExclusionOut(Strict):
    id: int
    kind: str
    pattern: str
    why: str
    created_at: datetime


@router.get("", response=list[ExclusionOut], summary="List who is left out")
@grants(Permission.DATA_VIEW)
def list_exclusions(request: ApiRequest) -> Any:
    """By kind and pattern."""
    return [_told(row) for row in Exclusion.objects.order_by("kind", "pattern")]


@router.post("", response={201: ExclusionOut}, summary="Leave out what matches")
@grants(Permission.DATA_EDIT)
def exclude(request: ApiRequest, body: ExclusionIn) -> Any:
    """From what arrives from now on. Safe to repeat."""
    by = Actor.of(request.member)
    return Answer(201, _told(catalogue.exclude(body.kind, body.pattern, why=body.why, by=by, at=request.at)))


@router.delete("/{int:exclusion_id}", response={204: None}, summary="Count again what was left out")
@grants(Permission.DATA_EDIT)
def include(request: ApiRequest, exclusion_id: Id) -> Any:
    """What was left out stays out, what comes now counts. 404 where it ended already."""
    row = Exclusion.objects.filter(pk=exclusion_id).first()
    if row is None:
        raise Http404(f"nothing is left out under {exclusion_id}")
    catalogue.include(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _told(row: Exclusion) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ExclusionOut.model_fields}
