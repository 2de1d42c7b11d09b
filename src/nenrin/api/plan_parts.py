"""REST: objectives and milestones of a success plan changed, achieved and taken out."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Header, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict, expected
from nenrin.api.plans import EDIT, MilestoneDoneIn, PlanOut, answer, found_milestone, found_objective
from nenrin.api.promises import named
from nenrin.customers.models import Contact
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.work import milestones, objectives

router = Router(tags=["success plans"])
_VERSION = Field(None, ge=0, le=2**31 - 1)
_OBJECTIVE = "/{int:plan_id}/objectives/{int:objective_id}"
_MILESTONE = "/{int:plan_id}/milestones/{int:milestone_id}"
#: What null empties; of the others null leaves them as they are.
_BLANKABLE = {"baseline", "target", "due_on", "owner_id", "contact_id"}


class ObjectiveChange(Strict):
    """Fields that are left out stay; shares are shares of one. `version`: the plan's."""

    title: str | None = None
    sort: Literal["business", "usage"] | None = None
    measure: str | None = None
    figure: str | None = None
    unit: str | None = None
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None
    version: int | None = _VERSION


class MilestoneChange(Strict):
    """Fields that are left out stay. `contact_id`: who does it at the customer. `version`: the plan's."""

    title: str | None = None
    side: Literal["ours", "theirs"] | None = None
    owner_id: Id | None = None
    contact_id: Id | None = None
    due_on: date | None = None
    version: int | None = _VERSION


@router.patch(_OBJECTIVE, response=PlanOut, summary="Change an objective")
@grants(EDIT)
def change_objective(
    request: ApiRequest, plan_id: Id, objective_id: Id, body: ObjectiveChange, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Change the fields that are sent. Safe to repeat; 409 where `version` is not the plan's."""
    row = found_objective(request, plan_id, objective_id)
    version = expected(if_match, body.version)
    objectives.change(row, by=Actor.of(request.member), at=request.at, version=version, **_given(body))
    return answer(request, plan_id, response)


@router.post(f"{_OBJECTIVE}/achieve", response=PlanOut, summary="Mark an objective as achieved")
@grants(EDIT)
def achieve_objective(
    request: ApiRequest, plan_id: Id, objective_id: Id, body: MilestoneDoneIn, response: HttpResponse
) -> Any:
    """It is achieved, with its evidence. Safe to repeat."""
    row = found_objective(request, plan_id, objective_id)
    objectives.achieve(row, by=Actor.of(request.member), at=request.at, **body.model_dump())
    return answer(request, plan_id, response)


@router.delete(_OBJECTIVE, response=PlanOut, summary="Take an objective out")
@grants(EDIT)
def remove_objective(request: ApiRequest, plan_id: Id, objective_id: Id, response: HttpResponse) -> Any:
    """Agreed editions keep it."""
    row = found_objective(request, plan_id, objective_id)
    objectives.remove(row, by=Actor.of(request.member), at=request.at)
    return answer(request, plan_id, response)


@router.patch(_MILESTONE, response=PlanOut, summary="Change a milestone")
@grants(EDIT)
def change_milestone(
    request: ApiRequest, plan_id: Id, milestone_id: Id, body: MilestoneChange, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Change the fields that are sent. Safe to repeat; 409 where `version` is not the plan's."""
    row, given = found_milestone(request, plan_id, milestone_id), _given(body)
    for field, model in (("owner_id", Member), ("contact_id", Contact)):
        if field in given:
            given[field.removesuffix("_id")] = named(model, given.pop(field), field)
    version = expected(if_match, body.version)
    milestones.change(row, by=Actor.of(request.member), at=request.at, version=version, **given)
    return answer(request, plan_id, response)


@router.post(f"{_MILESTONE}/undo", response=PlanOut, summary="Say that a milestone is not done")
@grants(EDIT)
def undo_milestone(request: ApiRequest, plan_id: Id, milestone_id: Id, response: HttpResponse) -> Any:
    """It is not done after all. Safe to repeat."""
    row = found_milestone(request, plan_id, milestone_id)
    milestones.undo(row, by=Actor.of(request.member), at=request.at)
    return answer(request, plan_id, response)


@router.delete(_MILESTONE, response=PlanOut, summary="Take a milestone out")
@grants(EDIT)
def remove_milestone(request: ApiRequest, plan_id: Id, milestone_id: Id, response: HttpResponse) -> Any:
    """Agreed editions keep it."""
    row = found_milestone(request, plan_id, milestone_id)
    milestones.remove(row, by=Actor.of(request.member), at=request.at)
    return answer(request, plan_id, response)


def _given(body: Strict) -> dict[str, Any]:
    told = body.model_dump(exclude_unset=True, exclude={"version"})
    return {name: value for name, value in told.items() if value is not None or name in _BLANKABLE}
