"""REST: success plans with their objectives and milestones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, expected, page
from nenrin.api.promises import named
from nenrin.api.reach import one_account
from nenrin.customers.models import Contact
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.work import milestones, objectives, plans
from nenrin.work.models import PlanMilestone, PlanObjective, SuccessPlan
from nenrin.work.models.plan import PlanState
from nenrin.work.planning import progress
from nenrin.work.planning.progress import Progress

router = Router(tags=["success plans"])
VIEW, EDIT = Permission.PLANS_VIEW, Permission.PLANS_EDIT
SORTS = {"id", "starts_on", "next_review_on", "changed_at"}


class NewPlan(Strict):
    """`template`: the key of a template, whose objectives and milestones the plan begins with."""

    account_id: Id
    title: str
    template: str = ""
    success: str = ""
    said_by_id: Id | None = None
    owner_id: Id | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class PlanIn(Strict):
    title: str | None = None
    success: str | None = None
    usage_reason: str | None = None
    owner_id: Id | None = None
    ends_on: date | None = None
    next_review_on: date | None = None
    version: int | None = None


class PlanAgreement(Strict):
    agreed_with: str
    on: date | None = None
    version: int | None = None


class PlanClosing(Strict):
    words: str = ""
    version: int | None = None


class PlanReviewIn(Strict):
    on: date | None = None
    words: str = ""
    next_on: date | None = None


class ObjectiveIn(Strict):
    """`measure`: one of ours (shares as shares of one); or `figure` and `unit`: one of theirs."""

    title: str
    sort: Literal["business", "usage"]
    measure: str = ""
    figure: str = ""
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None


class ObjectiveReadingIn(Strict):
    value: float
    on: date | None = None


class MilestoneIn(Strict):
    title: str
    side: Literal["ours", "theirs"]
    owner_id: Id | None = None
    due_on: date | None = None


class MilestoneDoneIn(Strict):
    on: date | None = None
    evidence: str = ""
    evidence_url: str = ""


class ObjectiveOut(Strict):
    """`value` with the day on which it was true; `share` of the way from baseline to target. Null: not known."""

    id: int
    title: str | None
    sort: str
    measure: str
    figure: str | None
    unit: str
    baseline: float | None
    target: float | None
    due_on: date | None
    value: float | None
    as_of: date | None
    share: float | None
    is_met: bool


class MilestoneOut(Strict):
    id: int
    title: str | None
    side: str
    owner_id: int | None
    due_on: date | None
    done_on: date | None


class PlanOut(Strict):
    """Words are null for roles that do not read personal data."""

    id: int
    account_id: int
    title: str | None
    state: str
    success: str | None
    usage_reason: str | None
    owner_id: int | None
    starts_on: date
    ends_on: date | None
    agreed_on: date | None
    edition: int
    reviewed_on: date | None
    next_review_on: date | None
    closed_on: date | None
    share: float | None
    objectives: list[ObjectiveOut]
    milestones: list[MilestoneOut]
    changed_at: datetime
    version: int


class PlanFilters(Window):
    account_id: Id | None = None
    state: PlanState | None = None
    owner_id: Id | None = None


_OWN = (
    *("id", "account_id", "state", "owner_id", "starts_on", "ends_on", "agreed_on", "edition", "reviewed_on"),
    *("next_review_on", "closed_on", "changed_at", "version"),
)
_OBJECTIVE = ("id", "sort", "measure", "unit", "baseline", "target", "due_on")
_MILESTONE = ("id", "side", "owner_id", "due_on", "done_on")


def shown(rows: Sequence[SuccessPlan], member: Member, today: date) -> list[dict[str, Any]]:
    """Plans with their progress as this member may read them."""
    may_read = visible(member, FieldClass.PERSONAL)
    told = progress.of(rows, today)
    return [
        {name: getattr(row, name) for name in _OWN}
        | {name: getattr(row, name) if may_read else None for name in ("title", "success", "usage_reason")}
        | _parts(told[row.pk], may_read)
        for row in rows
    ]


def _parts(told: Progress, may_read: bool) -> dict[str, Any]:
    return {
        "share": told.share,
        "objectives": [
            {name: getattr(one.objective, name) for name in _OBJECTIVE}
            | {"title": one.objective.title if may_read else None}
            | {"figure": one.objective.figure if may_read else None}
            | {"value": one.value, "as_of": one.as_of, "share": one.share, "is_met": one.is_met}
            for one in told.objectives
        ],
        "milestones": [
            {name: getattr(one, name) for name in _MILESTONE} | {"title": one.title if may_read else None}
            for one in told.milestones
        ],
    }


def found_plan(request: ApiRequest, permission: Permission, key: int) -> SuccessPlan:
    found = SuccessPlan.objects.for_member(request.member, permission).filter(pk=key).first()
    if found is None:
        raise Http404(f"no success plan {key} in your scope")
    return found


def found_objective(request: ApiRequest, plan: int, key: int) -> PlanObjective:
    found = PlanObjective.objects.filter(plan=found_plan(request, EDIT, plan), pk=key).select_related("plan").first()
    if found is None:
        raise Http404(f"no objective {key} in plan {plan}")
    return found


def found_milestone(request: ApiRequest, plan: int, key: int) -> PlanMilestone:
    found = PlanMilestone.objects.filter(plan=found_plan(request, EDIT, plan), pk=key).select_related("plan").first()
    if found is None:
        raise Http404(f"no milestone {key} in plan {plan}")
    return found


def answer(request: ApiRequest, key: int, response: HttpResponse) -> dict[str, Any]:
    row = SuccessPlan.objects.get(pk=key)
    response["ETag"] = f'"{row.version}"'
    return shown([row], request.member, organisation.today(request.at))[0]


@router.get("", response=Page[PlanOut], summary="List success plans")
@grants(VIEW)
def list_success_plans(request: ApiRequest, filters: Query[PlanFilters]) -> Any:
    """Success plans of accounts in your scope, a page at a time."""
    rows = SuccessPlan.objects.for_member(request.member, VIEW)
    for name in ("account_id", "state", "owner_id"):
        value = getattr(filters, name)
        rows = rows.filter(**{name: value}) if value else rows
    today = organisation.today(request.at)
    return page(rows, filters, SORTS, lambda found: shown(found, request.member, today))


@router.post("", response={201: PlanOut}, summary="Begin a success plan")
@grants(EDIT)
def open_success_plan(request: ApiRequest, body: NewPlan, response: HttpResponse) -> Any:
    """A draft, from a template or empty."""
    account = one_account(request.member, EDIT, body.account_id, "account_id")
    row = plans.open(
        account, body.title, template=body.template, success=body.success, starts_on=body.starts_on,
        ends_on=body.ends_on, owner=named(Member, body.owner_id, "owner_id"),
        said_by=named(Contact, body.said_by_id, "said_by_id"), language=request.member.language,
        by=Actor.of(request.member), at=request.at,
    )  # fmt: skip
    return Answer(201, answer(request, row.pk, response))


@router.get("/{int:plan_id}", response=PlanOut, summary="Get a success plan")
@grants(VIEW)
def get_success_plan(request: ApiRequest, plan_id: Id, response: HttpResponse) -> Any:
    """One plan with how far it is; its ETag is its version."""
    return answer(request, found_plan(request, VIEW, plan_id).pk, response)


@router.patch("/{int:plan_id}", response=PlanOut, summary="Change a success plan")
@grants(EDIT)
def change_success_plan(
    request: ApiRequest, plan_id: Id, body: PlanIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent; what was agreed stands until it is agreed anew."""
    row = found_plan(request, EDIT, plan_id)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if "owner_id" in given:
        given["owner"] = named(Member, given.pop("owner_id"), "owner_id")
    given = {name: value for name, value in given.items() if value is not None or name not in {"title", "success", "usage_reason"}}  # fmt: skip
    version = expected(if_match, body.version)
    plans.change(row, by=Actor.of(request.member), at=request.at, version=version, **given)
    return answer(request, row.pk, response)


@router.post("/{int:plan_id}/agree", response=PlanOut, summary="Note the customer's agreement")
@grants(EDIT)
def agree_success_plan(request: ApiRequest, plan_id: Id, body: PlanAgreement, response: HttpResponse) -> Any:
    """Refused without success in the customer's words, a business measure (or a reason) and targets."""
    row = found_plan(request, EDIT, plan_id)
    by = Actor.of(request.member)
    plans.agree(row, on=body.on, agreed_with=body.agreed_with, version=body.version, by=by, at=request.at)
    return answer(request, row.pk, response)


@router.post("/{int:plan_id}/achieve", response=PlanOut, summary="Mark a success plan as achieved")
@grants(EDIT)
def achieve_success_plan(request: ApiRequest, plan_id: Id, body: PlanClosing, response: HttpResponse) -> Any:
    """Success as defined is there. Safe to repeat."""
    row = found_plan(request, EDIT, plan_id)
    plans.achieve(row, words=body.words, version=body.version, by=Actor.of(request.member), at=request.at)
    return answer(request, row.pk, response)


@router.post("/{int:plan_id}/abandon", response=PlanOut, summary="Give a success plan up")
@grants(EDIT)
def abandon_success_plan(request: ApiRequest, plan_id: Id, body: PlanClosing, response: HttpResponse) -> Any:
    """It is given up, and why. Safe to repeat."""
    row = found_plan(request, EDIT, plan_id)
    plans.abandon(row, body.words, version=body.version, by=Actor.of(request.member), at=request.at)
    return answer(request, row.pk, response)


@router.post("/{int:plan_id}/reviews", response={201: PlanOut}, summary="Note a review")
@grants(EDIT)
def review_success_plan(request: ApiRequest, plan_id: Id, body: PlanReviewIn, response: HttpResponse) -> Any:
    """It was looked at together with the customer."""
    row = found_plan(request, EDIT, plan_id)
    by = Actor.of(request.member)
    plans.review(row, on=body.on, words=body.words, next_on=body.next_on, by=by, at=request.at)
    return Answer(201, answer(request, row.pk, response))


@router.post("/{int:plan_id}/objectives", response={201: PlanOut}, summary="Add an objective")
@grants(EDIT)
def add_objective(request: ApiRequest, plan_id: Id, body: ObjectiveIn, response: HttpResponse) -> Any:
    """One more objective."""
    row = found_plan(request, EDIT, plan_id)
    objectives.add(row, by=Actor.of(request.member), at=request.at, **body.model_dump())
    return Answer(201, answer(request, row.pk, response))


@router.post(
    "/{int:plan_id}/objectives/{int:objective_id}/readings", response=PlanOut, summary="Note a figure of theirs"
)
@grants(EDIT)
def measure_objective(
    request: ApiRequest, plan_id: Id, objective_id: Id, body: ObjectiveReadingIn, response: HttpResponse
) -> Any:
    """What their figure was on a day."""
    row = found_objective(request, plan_id, objective_id)
    objectives.measure(row, body.value, on=body.on, by=Actor.of(request.member), at=request.at)
    return answer(request, plan_id, response)


@router.post("/{int:plan_id}/milestones", response={201: PlanOut}, summary="Add a milestone")
@grants(EDIT)
def add_milestone(request: ApiRequest, plan_id: Id, body: MilestoneIn, response: HttpResponse) -> Any:
    """One more step, ours or theirs."""
    row = found_plan(request, EDIT, plan_id)
    owner = named(Member, body.owner_id, "owner_id")
    by = Actor.of(request.member)
    milestones.add(row, title=body.title, side=body.side, owner=owner, due_on=body.due_on, by=by, at=request.at)
    return Answer(201, answer(request, row.pk, response))


@router.post("/{int:plan_id}/milestones/{int:milestone_id}/done", response=PlanOut, summary="Mark a milestone as done")
@grants(EDIT)
def done_milestone(
    request: ApiRequest, plan_id: Id, milestone_id: Id, body: MilestoneDoneIn, response: HttpResponse
) -> Any:
    """It is done, with its evidence. Safe to repeat."""
    row = found_milestone(request, plan_id, milestone_id)
    milestones.done(row, by=Actor.of(request.member), at=request.at, **body.model_dump())
    return answer(request, plan_id, response)
