"""REST: addresses under which a customer reads its plan, closed plans that go on, templates kept and put away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from ninja import Field, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict, Word
from nenrin.api.plans import EDIT, VIEW, PlanOut, answer, found_plan
from nenrin.api.segments import Both
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.work import plan_links, plan_templates, plans
from nenrin.work.models import PlanLink, PlanTemplate, SuccessPlan
from nenrin.work.planning import templates

router = Router(tags=["success plans"])
CONFIGURE = Permission.JOURNEYS_CONFIGURE


class PlanLinkIn(Strict):
    days: int = Field(plan_links.DEFAULT_DAYS, ge=1, le=plan_links.MOST_DAYS)


class PlanLinkOut(Strict):
    """`url` opens the plan without signing in, `expires_on` its last day; null where it opens no more."""

    id: int
    url: str | None
    expires_on: date
    revoked_at: datetime | None
    opened: int
    opened_at: datetime | None
    created_at: datetime


class PlanTemplateOut(Strict):
    """`is_own` is false for those that come with the product; `objectives` and `milestones` are counted."""

    key: str
    name: Both
    objectives: int
    milestones: int
    is_own: bool


class PlanTemplateName(Strict):
    name: str = Field("", max_length=120)


class PlanGoingOn(Strict):
    version: int | None = Field(None, ge=0, le=2**31 - 1)


@router.get("/{int:plan_id}/links", response=list[PlanLinkOut], summary="List the addresses shared with the customer")
@grants(EDIT)
def list_plan_links(request: ApiRequest, plan_id: Id) -> Any:
    """The newest first, at most a hundred."""
    row = found_plan(request, EDIT, plan_id)
    return [_link(request, one) for one in row.links.all()[:100]]


@router.post("/{int:plan_id}/links", response={201: PlanLinkOut}, summary="Share a plan with the customer")
@grants(EDIT)
def share_plan(request: ApiRequest, plan_id: Id, body: PlanLinkIn) -> Any:
    """An address that opens for so many days, today included; each call makes one."""
    row = found_plan(request, EDIT, plan_id)
    link = plan_links.share(row, days=body.days, by=Actor.of(request.member), at=request.at)
    return Answer(201, _link(request, link))


@router.delete("/{int:plan_id}/links/{int:link_id}", response={204: None}, summary="Revoke a shared address")
@grants(EDIT)
def revoke_plan_link(request: ApiRequest, plan_id: Id, link_id: Id) -> Any:
    """It opens no more, at once. Safe to repeat."""
    row = found_plan(request, EDIT, plan_id)
    link = PlanLink.objects.filter(plan=row, pk=link_id).select_related("plan").first()
    if link is None:
        raise Http404(f"no link {link_id} of plan {plan_id}")
    plan_links.revoke(link, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@router.post("/{int:plan_id}/reopen", response=PlanOut, summary="Let a closed plan go on")
@grants(EDIT)
def reopen_plan(request: ApiRequest, plan_id: Id, body: PlanGoingOn, response: HttpResponse) -> Any:
    """Agreed where it had been, else a draft. Safe to repeat."""
    row: SuccessPlan = found_plan(request, EDIT, plan_id)
    plans.reopen(row, by=Actor.of(request.member), at=request.at, version=body.version)
    return answer(request, plan_id, response)


@router.post("/{int:plan_id}/template", response={201: PlanTemplateOut}, summary="Keep a plan as a template")
@grants(EDIT)
def keep_plan_template(request: ApiRequest, plan_id: Id, body: PlanTemplateName) -> Any:
    """Its objectives and milestones under a name; the customer's words and figures stay behind. The same name
    replaces it."""
    row = found_plan(request, EDIT, plan_id)
    kept = plan_templates.keep(row, body.name, by=Actor.of(request.member), at=request.at)
    return Answer(201, _template(kept.key))


@router.get("/templates", response=list[PlanTemplateOut], summary="List templates of success plans")
@grants(VIEW)
def list_plan_templates(request: ApiRequest) -> Any:
    """Those that come with the product, then our own."""
    return [_template(key) for key in templates.every()]


@router.delete("/templates/{key}", response={204: None}, summary="Archive a template of success plans")
@grants(CONFIGURE)
def archive_plan_template(request: ApiRequest, key: Word) -> Any:
    """Offer one of our own no more; plans that began with it stay. Safe to repeat."""
    row = PlanTemplate.objects.filter(key=key).first()
    if row is None:
        raise Http404(f"no template {key} of our own")
    plan_templates.archive(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _link(request: ApiRequest, row: PlanLink) -> dict[str, Any]:
    plain = ("expires_on", "revoked_at", "opened", "opened_at", "created_at")
    is_open = row.revoked_at is None and row.expires_on >= organisation.today(request.at)
    address = reverse("shared-plan", args=[plan_links.token(row)])
    told = {name: getattr(row, name) for name in plain}
    return told | {"id": row.pk, "url": request.build_absolute_uri(address) if is_open else None}


def _template(key: str) -> dict[str, Any]:
    one = templates.every()[key]
    return {
        "key": key, "name": {"en": one.name.en, "ja": one.name.ja}, "objectives": len(one.objectives), "milestones": len(one.milestones),
        "is_own": one.is_own,
    }  # fmt: skip
