"""REST: onboarding: projects started, stepped through and closed, their links, templates, completion by cohort."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, expected, page
from nenrin.api.reach import not_borrowed, one_account
from nenrin.api.segments import Both
from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import onboarding as projects_started
from nenrin.work.models import OnboardingLink, OnboardingProject, OnboardingStep
from nenrin.work.onboarding import closing, cohorts, links, projects, replanning, steps, templates
from nenrin.work.onboarding.cohorts import By, Goal

router = Router(tags=["onboarding"])
VIEW, EDIT, CONFIGURE = Permission.ONBOARDING_VIEW, Permission.ONBOARDING_EDIT, Permission.JOURNEYS_CONFIGURE
Line = Field("", max_length=300, pattern=r"^[^\x00]*$")


class OnboardingAsked(Window):
    """Which projects: live ones unless a state is named."""

    account: int | None = Field(None, ge=1, le=2**63 - 1)
    state: Literal["live", "running", "paused", "closed", "cancelled", "all"] = "live"
    standing: Literal["", "on_track", "behind", "stuck"] = ""


class OnboardingStepOut(Strict):
    """`party` is us or customer; `due_on` its last day, `planned_on` as first planned. Free words where you may read them."""

    key: str
    phase: str
    title: Both
    kind: str
    party: str
    state: str
    starts_on: date
    due_on: date
    planned_on: date
    settled_on: date | None
    approved_at: datetime | None
    after: list[str]
    days: int
    is_needed: bool
    reason: str | None
    spent_minutes: int | None


class OnboardingOut(Strict):
    """`ball` says whose turn it is; `forecast_on` when it would end as things stand."""

    id: int
    account: int
    name: str
    template: str
    template_version: int
    state: str
    standing: str
    standing_since: date
    owner: int | None
    phase: str
    ball: str
    starts_on: date
    due_on: date
    forecast_on: date
    steps: int
    settled: int
    overdue_ours: int
    overdue_theirs: int
    first_value_on: date | None
    completed_on: date | None
    ended_on: date | None
    version: int


class OnboardingWhole(OnboardingOut):
    lacking: list[Both]
    all_steps: list[OnboardingStepOut]


class OnboardingStart(Strict):
    """`key`: asked twice with the same one, it is one project. `owner` is a member's id; by default the account's."""

    account: Id
    template: Word
    starts_on: date
    owner: int | None = Field(None, ge=1, le=2**63 - 1)
    key: str = Field("", max_length=120, pattern=r"^[^\x00-\x1f]*$")


class OnboardingStepIn(Strict):
    do: Literal["done", "waive", "block", "reopen", "approve", "unapprove"]
    on: date | None = None
    reason: str = Line
    outcome: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    spent_minutes: int | None = Field(None, ge=0, le=1440)


class OnboardingDeed(Strict):
    do: Literal["pause", "resume", "close", "cancel", "replan"]
    reason: str = Line
    why: Literal["left", "mistake", "other"] = "other"
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class PortalLinkIn(Strict):
    contact: Id
    days: int | None = Field(None, ge=1, le=365)


class PortalLinkOut(Strict):
    """`url` is told this once."""

    id: int
    contact: int
    expires_at: datetime
    url: str


class OnboardingTemplateOut(Strict):
    key: str
    number: int
    name: Both
    document: Any


class OnboardingTemplateIn(Strict):
    """`publish`: put it into use at once; else it is a draft."""

    document: Any
    publish: bool = False


class OnboardingCohort(Strict):
    """Shares are of the projects that reached the goal by that day, by Kaplan and Meier, each with a 95 % interval."""

    cohort: str
    projects: int
    reached: int
    under_way: int
    ended_without: int
    by_day: dict[str, list[float] | None]
    median_day: int | None
    in_time: list[float] | None


@router.get("", response=Page[OnboardingOut], summary="List onboarding projects")
@grants(VIEW)
def list_projects(request: ApiRequest, asked: Query[OnboardingAsked]) -> Any:
    """Those of accounts in your scope."""
    rows = _mine(request, VIEW).select_related("template_version__template")
    if asked.state == "live":
        rows = rows.filter(state__in=("running", "paused"))
    elif asked.state != "all":
        rows = rows.filter(state=asked.state)
    if asked.account:
        rows = rows.filter(account=asked.account)
    if asked.standing:
        rows = rows.filter(standing=asked.standing, state="running")
    return page(rows, asked, {"id", "starts_on", "due_on"}, lambda found: [told_project(row) for row in found])


@router.post("", response={201: OnboardingOut}, summary="Start an onboarding")
@grants(EDIT)
def start_project(request: ApiRequest, body: OnboardingStart) -> Any:
    """From the version of a template that is in use; its steps are copied and dated."""
    account = one_account(request.member, EDIT, body.account, "account")
    owner = Member.objects.filter(pk=body.owner, is_active=True).first() if body.owner else None
    if body.owner and owner is None:
        raise Refused.one("owner", Text("no such active member", "有効なメンバーではない"), body.owner)
    made = projects_started.start(
        account, body.template, starts_on=body.starts_on, owner=owner, key=body.key, by=Actor.of(request.member),
        at=request.at,
    )  # fmt: skip
    not_borrowed(OnboardingProject.objects.for_member(request.member, EDIT), made, body.key)
    return Answer(201, told_project(made))


@router.get("/completion", response=list[OnboardingCohort], summary="Completion by cohort")
@grants(VIEW)
def completion(request: ApiRequest, by: By = "quarter", goal: Goal = "completed") -> Any:
    """How many completed, or reached the first value, by when; who is under way is censored, who left never does."""
    today = organisation.today(request.at)
    found = cohorts.read(cohorts.stays(_mine(request, VIEW), today, by=by, goal=goal))
    return [_cohort(one) for one in found]


@router.get("/templates", response=list[OnboardingTemplateOut], summary="List templates in use")
@grants(VIEW)
def list_templates(request: ApiRequest) -> Any:
    """Each with its document."""
    return [_template(row) for row in templates.all_in_use()]


@router.put("/templates/{key}", response=OnboardingTemplateOut, summary="Write a template")
@grants(CONFIGURE)
def write_template(request: ApiRequest, key: str, body: OnboardingTemplateIn) -> Any:
    """A draft of it, or a new version in use; 422 names every part of the document that cannot be read."""
    row = templates.draft(key, body.document, by=Actor.of(request.member), at=request.at)
    if body.publish:
        row = templates.publish(row, by=Actor.of(request.member), at=request.at)
    return _template(row)


@router.get("/{int:project_id}", response=OnboardingWhole, summary="Get an onboarding project")
@grants(VIEW)
def get_project(request: ApiRequest, project_id: Id) -> Any:
    """With its steps, and what lacks before it can be closed."""
    return _whole(request, found_project(request, project_id, VIEW))


@router.post(
    "/{int:project_id}", response=OnboardingOut, summary="Pause, take up, plan anew, close or cancel a project"
)
@grants(EDIT)
def change_project(request: ApiRequest, project_id: Id, body: OnboardingDeed) -> Any:
    """422 says what lacks; 409 where `version` is not the stored one."""
    row, by, at = found_project(request, project_id, EDIT), Actor.of(request.member), request.at
    if body.do == "pause":
        projects.pause(row, body.reason, by=by, at=at)
    elif body.do == "resume":
        projects.resume(row, by=by, at=at)
    elif body.do == "close":
        closing.close(row, reason=body.reason, version=body.version, by=by, at=at)
    elif body.do == "cancel":
        projects.cancel(row, body.why, note=body.reason, by=by, at=at)
    else:
        replanning.replan(row, reason=body.reason, version=expected(None, body.version), by=by, at=at)
    return told_project(found_project(request, project_id, EDIT))


@router.post("/{int:project_id}/steps/{key}", response=OnboardingStepOut, summary="Settle, hold or open a step")
@grants(EDIT)
def change_step(request: ApiRequest, project_id: Id, key: str, body: OnboardingStepIn) -> Any:
    """Waiving and holding need a reason; a concierge step is done only once it is approved."""
    row, by, at = found_step(found_project(request, project_id, EDIT), key), Actor.of(request.member), request.at
    if body.do == "done":
        steps.finish(row, on=body.on, outcome=body.outcome, spent_minutes=body.spent_minutes, by=by, at=at)
    elif body.do == "waive":
        steps.waive(row, body.reason, by=by, at=at)
    elif body.do == "block":
        steps.block(row, body.reason, by=by, at=at)
    elif body.do == "reopen":
        steps.reopen(row, reason=body.reason, by=by, at=at)
    elif body.do == "unapprove":
        steps.unapprove(row, side="us", by=by, at=at)
    else:
        steps.approve(row, outcome=body.outcome, side="us", by=by, at=at)
    row.refresh_from_db()
    return told_step(row, visible(request.member, FieldClass.PERSONAL))


@router.post("/{int:project_id}/links", response={201: PortalLinkOut}, summary="Issue a portal link")
@grants(EDIT)
def issue_link(request: ApiRequest, project_id: Id, body: PortalLinkIn) -> Any:
    """For one contact of the account; the address is told in this answer alone."""
    project = found_project(request, project_id, EDIT)
    contact = Contact.objects.filter(pk=body.contact, account=project.account_id).first()
    if contact is None:
        raise Refused.one("contact", Text("a contact of this account", "この顧客の担当者"), body.contact)
    made = links.issue(project, contact, days=body.days, by=Actor.of(request.member), at=request.at)
    told = {"id": made.link.pk, "contact": contact.pk, "expires_at": made.link.expires_at, "url": made.url}
    return Answer(201, told)


@router.delete("/{int:project_id}/links/{int:link_id}", response={204: None}, summary="Revoke a portal link")
@grants(EDIT)
def revoke_link(request: ApiRequest, project_id: Id, link_id: Id) -> Any:
    """It opens nothing from now on."""
    project = found_project(request, project_id, EDIT)
    row = OnboardingLink.objects.select_related("project", "contact").filter(pk=link_id, project=project).first()
    if row is None:
        raise Http404(f"no link {link_id} of this project")
    links.revoke(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _mine(request: ApiRequest, permission: Permission) -> Any:
    rows = OnboardingProject.objects.for_member(request.member, permission)
    return rows.filter(account__archived_at__isnull=True)


def found_project(request: ApiRequest, key: int, permission: Permission) -> OnboardingProject:
    found = (
        _mine(request, permission)
        .select_related("account", "owner", "template_version__template")
        .filter(pk=key)
        .first()
    )
    if not isinstance(found, OnboardingProject):
        raise Http404(f"no onboarding project {key} in your scope")
    return found


def found_step(project: OnboardingProject, key: str) -> OnboardingStep:
    """By its key; raises Http404."""
    found = OnboardingStep.objects.select_related("project").filter(project=project, key=key[:60]).first()
    if found is None:
        raise Http404(f"no step {key} in this project")
    return found


def told_project(row: OnboardingProject) -> dict[str, Any]:
    plain = (
        *("name", "state", "standing", "standing_since", "phase", "ball", "starts_on", "due_on", "forecast_on"),
        *("overdue_ours", "overdue_theirs", "first_value_on", "completed_on", "ended_on", "version"),
    )
    return {name: getattr(row, name) for name in plain} | {
        "id": row.pk, "account": row.account_id, "template": row.template_version.template.key,
        "template_version": row.template_version.number, "owner": row.owner_id, "steps": row.steps_all,
        "settled": row.steps_settled,
    }  # fmt: skip


def _whole(request: ApiRequest, row: OnboardingProject) -> dict[str, Any]:
    reads = visible(request.member, FieldClass.PERSONAL)
    lacking = closing.missing(row) if row.is_live else []
    return told_project(row) | {
        "lacking": [{"en": text.en, "ja": text.ja} for text in lacking],
        "all_steps": [told_step(step, reads) for step in row.steps.order_by("position")],
    }


def told_step(step: OnboardingStep, reads: bool) -> dict[str, Any]:
    plain = (
        *("key", "phase", "kind", "party", "state", "starts_on", "due_on", "planned_on", "settled_on", "approved_at"),
        *("after", "days", "is_needed", "spent_minutes"),
    )
    told = {name: getattr(step, name) for name in plain}
    return told | {"title": {"en": step.title_en, "ja": step.title_ja}, "reason": step.reason if reads else None}


def _template(row: Any) -> dict[str, Any]:
    name = templates.name(row)
    return {
        "key": row.template.key,
        "number": row.number,
        "name": {"en": name.en, "ja": name.ja},
        "document": row.document,
    }


def _cohort(one: cohorts.Cohort) -> dict[str, Any]:
    due = one.by_due
    shares = {str(day): one.share(day) for day in (30, 60, 90)}
    return {
        "cohort": one.key, "projects": one.projects, "reached": one.reached, "under_way": one.under_way, "ended_without": one.over,
        "by_day": {day: list(share) if share else None for day, share in shares.items()},
        "median_day": int(one.median) if one.median else None,
        "in_time": [due.value, due.low, due.high] if due else None,
    }  # fmt: skip
