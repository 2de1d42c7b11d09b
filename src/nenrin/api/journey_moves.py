"""REST: many accounts moved along their journey at once, a move taken back, journeys put in order and put away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.journeys import CONFIGURE, EDIT, JourneyOut, shown
from nenrin.api.paging import Id, Slug, Strict
from nenrin.api.reach import reachable
from nenrin.api.segments import Both
from nenrin.customers.statuses import Stage
from nenrin.foundation.actors import Actor
from nenrin.work import journeys
from nenrin.work.journeys import designs
from nenrin.work.journeys.criteria import Objection
from nenrin.work.models import Journey, JourneyVersion, StageStay

router = Router(tags=["journeys"])
MOST = 500


class JourneyMoves(Strict):
    """With a `reason` all of them move; without one, those whose criteria are met."""

    account_ids: list[Id] = Field(max_length=MOST)
    stage: Stage
    reason: str = Field("", max_length=500, pattern=r"^[^\x00]*$")


class JourneyMoved(Strict):
    """`stay_id` goes to /journeys/stays/{id}/undo."""

    account_id: int
    stay_id: int


class JourneyStayed(Strict):
    account_id: int
    unmet: list[Both]


class JourneyMovesOut(Strict):
    """`refused`: whose criteria are unmet, and which; `unchanged` stood there already."""

    moved: list[JourneyMoved]
    refused: list[JourneyStayed]
    unchanged: int


class JourneyReturned(Strict):
    account_id: int
    stage: str


class JourneyOrder(Strict):
    """Every journey once, in the order in which they are asked."""

    keys: list[str] = Field(max_length=1000)


class JourneysInstalled(Strict):
    installed: int


class JourneySeen(Strict):
    """`version`: of the draft that you saw."""

    do: Literal["publish", "discard", "archive"]
    version: int | None = Field(None, ge=0, le=2**31 - 1)


@router.post("/accounts/move", response=JourneyMovesOut, summary="Move many accounts to a stage")
@grants(EDIT)
def move_accounts(request: ApiRequest, body: JourneyMoves) -> Any:
    """Those outside your scope are left as they are and not counted. Safe to repeat."""
    mine = reachable(request.member, EDIT).filter(pk__in=body.account_ids).order_by("pk")
    keys, by = list(mine.values_list("pk", flat=True)), Actor.of(request.member)
    done = journeys.move_many(keys, body.stage.value, reason=body.reason, by=by, at=request.at)
    return {
        "moved": [{"account_id": stay.account_id, "stay_id": stay.pk} for stay in done.moved],
        "refused": [{"account_id": key, "unmet": _unmet(found)} for key, found in sorted(done.refused.items())],
        "unchanged": done.unchanged,
    }


@router.post("/stays/{int:stay_id}/undo", response=JourneyReturned, summary="Take a move back")
@grants(EDIT)
def undo_move(request: ApiRequest, stay_id: Id) -> Any:
    """Within a day, where the account has not moved on since: 422 otherwise. Safe to repeat."""
    stay = StageStay.objects.for_member(request.member, EDIT).select_related("account").filter(pk=stay_id).first()
    if stay is None:
        raise Http404(f"no stay {stay_id} in your scope")
    account = journeys.take_back(stay, by=Actor.of(request.member), at=request.at)
    return {"account_id": account.pk, "stage": account.stage}


@router.put("/designs/order", response=JourneyOrder, summary="Put journeys in order")
@grants(CONFIGURE)
def order_journeys(request: ApiRequest, body: JourneyOrder) -> Any:
    """The first whose segment or touch model an account fits is its. Safe to repeat."""
    designs.order(body.keys, by=Actor.of(request.member), at=request.at)
    return {"keys": list(Journey.objects.order_by("position", "key").values_list("key", flat=True))}


@router.post("/designs/install", response=JourneysInstalled, summary="Take the ready-made journeys")
@grants(CONFIGURE)
def install_journeys(request: ApiRequest) -> Any:
    """Where there is none yet; 0 where there is. Safe to repeat."""
    return {"installed": designs.install(by=Actor.of(request.member), at=request.at)}


@router.post(
    "/{key}/use", response={200: JourneyOut, 204: None}, summary="Publish or discard a draft, archive a journey"
)
@grants(CONFIGURE)
def use_journey(request: ApiRequest, key: Slug, body: JourneySeen) -> Any:
    """A published one is told; 204 otherwise. 404 without a draft, 409 where it says something else by now."""
    row = Journey.objects.filter(key=key).first()
    if row is None:
        raise Http404(f"no journey {key}")
    by, at = Actor.of(request.member), request.at
    if body.do == "archive":
        designs.archive(row, by=by, at=at)
        return Answer(204, None)
    draft = JourneyVersion.objects.filter(journey=row, published_at__isnull=True).first()
    if draft is None:
        raise Http404(f"journey {key} has no draft")
    if body.do == "discard":
        designs.discard(draft, by=by, at=at, version=body.version)
        return Answer(204, None)
    return Answer(200, shown(designs.publish(draft, by=by, at=at, version=body.version)))


def _unmet(found: Sequence[Objection]) -> list[dict[str, str]]:
    return [{"en": one.text.en, "ja": one.text.ja} for one in found]
