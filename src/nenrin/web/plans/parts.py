"""Objectives and milestones of a plan: added, changed, measured, done, taken out."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import attempt
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.plans.figures import EDIT, one
from nenrin.web.plans.forms import EvidenceForm, MilestoneForm, ObjectiveForm, ReadingForm
from nenrin.web.plans.writing import SAVED, why
from nenrin.work import milestones, objectives
from nenrin.work.models import PlanMilestone, PlanObjective, SuccessPlan

OBJECTIVE, MILESTONE = Text("Objective", "目標"), Text("Milestone", "マイルストーン")


@requires(EDIT)
def objective_new(request: MemberRequest, key: int) -> HttpResponse:
    """One more objective."""
    plan = one(request, key, EDIT)
    form = ObjectiveForm(request.POST or None)

    def add() -> Any:
        return objectives.add(plan, by=Actor.of(request.user), at=request.at, **form.told())

    if request.method == "POST" and form.is_valid() and attempt(form, add) is True:
        toasts.say(request, SAVED)
        return _back(plan)
    return _page(request, plan, form, Text("Add an objective", "目標を追加する"))


@requires(EDIT)
def objective(request: MemberRequest, key: int, objective: int) -> HttpResponse:
    """Change an objective; tell the value of a figure of theirs; achieve it with its evidence; take it out."""
    plan = one(request, key, EDIT)
    row = PlanObjective.objects.filter(plan=plan, pk=objective).select_related("plan").first()
    if row is None:
        raise Http404(f"objective {objective}")
    do = request.POST.get("do", "save") if request.method == "POST" else ""
    form = ObjectiveForm(request.POST if do == "save" else None, initial=ObjectiveForm.initial_of(row))
    reading = ReadingForm(request.POST if do == "measure" else None, initial={"on": navigation.today(request)})
    evidence = EvidenceForm(
        request.POST if do == "achieve" else None, initial={"evidence": row.evidence, "evidence_url": row.evidence_url}
    )
    by, at = Actor.of(request.user), request.at
    deeds: dict[str, tuple[Any, Any]] = {
        "save": (form, lambda: objectives.change(row, by=by, at=at, **form.told())),
        "measure": (reading, lambda: objectives.measure(row, by=by, at=at, **reading.cleaned_data)),
        "achieve": (evidence, lambda: objectives.achieve(row, by=by, at=at, **evidence.cleaned_data)),
    }
    if do == "remove":
        return _removed(request, plan, lambda: objectives.remove(row, by=by, at=at))
    if do in deeds and deeds[do][0].is_valid() and attempt(*deeds[do]) is True:
        toasts.say(request, SAVED)
        return _back(plan)
    readings = row.readings.select_related("by").order_by("-on", "-id")[:20]
    more = {"reading": None if row.measure else reading, "evidence": evidence, "readings": readings, "row": row}
    return _page(request, plan, form, OBJECTIVE, **more)


@requires(EDIT)
def milestone_new(request: MemberRequest, key: int) -> HttpResponse:
    """One more step."""
    plan = one(request, key, EDIT)
    form = MilestoneForm(request.POST or None, account=plan.account_id, initial={"owner": request.user.pk})

    def add() -> Any:
        return milestones.add(plan, by=Actor.of(request.user), at=request.at, **form.told())

    if request.method == "POST" and form.is_valid() and attempt(form, add) is True:
        toasts.say(request, SAVED)
        return _back(plan)
    return _page(request, plan, form, Text("Add a milestone", "マイルストーンを追加する"))


@requires(EDIT)
def milestone(request: MemberRequest, key: int, milestone: int) -> HttpResponse:
    """Change a step; done with its evidence, or not after all; take it out."""
    plan = one(request, key, EDIT)
    row = PlanMilestone.objects.filter(plan=plan, pk=milestone).select_related("plan").first()
    if row is None:
        raise Http404(f"milestone {milestone}")
    do = request.POST.get("do", "save") if request.method == "POST" else ""
    initial = {
        "title": row.title,
        "side": row.side,
        "due_on": row.due_on,
        "owner": row.owner_id or "",
        "contact": row.contact_id or "",
    }
    form = MilestoneForm(request.POST if do == "save" else None, account=plan.account_id, row=row, initial=initial)
    evidence = EvidenceForm(
        request.POST if do == "done" else None, initial={"evidence": row.evidence, "evidence_url": row.evidence_url}
    )
    by, at = Actor.of(request.user), request.at
    if do in ("remove", "undo"):
        act = milestones.remove if do == "remove" else milestones.undo
        return _removed(request, plan, lambda: act(row, by=by, at=at))
    deeds: dict[str, tuple[Any, Any]] = {
        "save": (form, lambda: milestones.change(row, by=by, at=at, **form.told())),
        "done": (evidence, lambda: milestones.done(row, by=by, at=at, **evidence.cleaned_data)),
    }
    if do in deeds and deeds[do][0].is_valid() and attempt(*deeds[do]) is True:
        toasts.say(request, SAVED)
        return _back(plan)
    return _page(request, plan, form, MILESTONE, evidence=evidence, row=row, is_milestone=True)


def _removed(request: MemberRequest, plan: SuccessPlan, act: Any) -> HttpResponse:
    try:
        act()
        toasts.say(request, SAVED)
    except (Refused, Conflict) as problem:
        toasts.say(request, why(problem))
    return _back(plan)


def _back(plan: SuccessPlan) -> HttpResponse:
    return HttpResponseRedirect(reverse("success-plan", args=[plan.pk]))


def _page(request: MemberRequest, plan: SuccessPlan, form: Any, title: Text, **more: Any) -> HttpResponse:
    back = reverse("success-plan", args=[plan.pk])
    forms = [each for each in (form, more.get("reading"), more.get("evidence")) if each is not None]
    context = {
        "as_of": request.at,
        "title": title,
        "crumbs": [(plan.account.name, reverse("account-plans", args=[plan.account_id])), (plan.title, back)],
        "form": form,
        "cancel_url": back,
        **more,
    }
    return render(request, "plans/part.html", context, status=422 if any(each.errors for each in forms) else 200)


urlpatterns = [
    path("success-plans/<int:key>/objectives/new", objective_new, name="success-plan-objective-new"),
    path("success-plans/<int:key>/objectives/<int:objective>", objective, name="success-plan-objective"),
    path("success-plans/<int:key>/milestones/new", milestone_new, name="success-plan-milestone-new"),
    path("success-plans/<int:key>/milestones/<int:milestone>", milestone, name="success-plan-milestone"),
]
