"""Health models: the list in their order, a new one, and the editor with what a draft would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.curves import Better, CurveError
from nenrin.analytics.scores.documents import DocumentError
from nenrin.analytics.scores.models import ANY, HealthModel, Measure
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight import health_models, measures, segment_fields
from nenrin.insight.modelling import fitting
from nenrin.insight.modelling.fitting import Fit
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.insight.previewing import differences, preview
from nenrin.insight.previewing.preview_changes import Change
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.health_models import editing, pictures, replay, rule_forms, rule_pages, versions
from nenrin.web.health_models import standing as health_model_standing
from nenrin.web.health_models.standing import Standing, address, is_stale, may_edit

SHOWN_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A model in the list."""

    listed: health_models.Listed
    takes: Text
    accounts: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What a form asked for: the document as it would be, or why it cannot be, and what was fitted."""

    document: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    fit: Fit | None = None


@requires(Permission.HEALTH_VIEW)
def models(request: MemberRequest) -> HttpResponse:
    """Models in the order in which they are asked, with how many accounts each judges. POST makes a new one."""
    problems: list[str] = []
    if request.method == "POST":
        if not may_edit(request):
            raise PermissionDenied(Permission.HEALTH_CONFIGURE.value)
        try:
            return HttpResponseRedirect(address(_copied(request)))
        except DocumentError as wrong:
            problems = wrong.problems
    judged = list(Health.objects.values_list("version_id", flat=True))
    known = segment_fields.fields()
    lines = [
        Line(
            one,
            differences.applies_to(one.model, known),
            sum(pk == one.live.pk for pk in judged) if one.live else 0,
        )
        for one in health_models.listed()
    ]
    context = {"as_of": request.at, "lines": lines, "may_edit": may_edit(request), "problems": problems}
    return render(request, "health_models/list.html", context, status=422 if problems else 200)


def _copied(request: MemberRequest) -> str:
    """A draft like another model, under a new key and before it. Raises DocumentError."""
    like = health_model_standing.said(request, "like")
    if not HealthModelVersion.objects.filter(key=like).exists():
        raise DocumentError([_("Choose the model that the new one begins as.")])
    source = health_model_standing.of(like)
    name = editing.names(health_model_standing.said(request, "name_en"), health_model_standing.said(request, "name_ja"))
    if not name["en"]:
        raise DocumentError([_("Give the model a name.")])
    taken = set(HealthModelVersion.objects.values_list("key", flat=True))
    key = editing.key_of(name["en"], taken, "model")
    position = max(0, int(source.document.get("position", 100)) - 1)
    document = {**source.document, "key": key, "name": name, "position": position}
    health_models.draft(document, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("Draft saved."))
    return key


@requires(Permission.HEALTH_VIEW)
def model(request: MemberRequest, key: str) -> HttpResponse:
    """The editor. GET shows a part (a measure, or a part of the rules); POST tries, fits or saves it."""
    standing = health_model_standing.of(key)
    part = request.GET.get("part") or _first(standing.document)
    if request.method != "POST":
        return _page(request, standing, Tried(standing.document), part)
    if not may_edit(request):
        raise PermissionDenied(Permission.HEALTH_CONFIGURE.value)
    return _posted(request, standing, part)


def _posted(request: MemberRequest, standing: Standing, part: str) -> HttpResponse:
    """Save, or only try: a document with mistakes is shown again with each of them named."""
    tried = _tried(request, standing, part)
    do = request.POST.get("do")
    if tried.problems or do in ("try", "fit"):
        return _page(request, standing, tried, part, is_tried=True)
    try:
        if is_stale(request, standing):
            raise health_models.Stale
        health_models.draft(tried.document, by=Actor.of(request.user), at=request.at)
    except health_models.Stale:
        problem = _("Somebody saved this draft after you opened it.")
        return _page(request, standing, Tried(tried.document, (problem,)), part, is_tried=True)
    toasts.say(request, _("Draft saved."))
    tier = request.POST.get("new_tier", "") if do == "tier" else request.POST.get("tier", "")
    stays = part in _parts(tried.document)
    return HttpResponseRedirect(address(standing.key, part if stays else "", tier if stays and tier != ANY else ""))


def _tried(request: MemberRequest, standing: Standing, part: str) -> Tried:
    document, fit = _changed(request, standing, part), None
    try:
        read = health_models.checked(documents.from_dict(document))
        if request.POST.get("do") == "fit":
            tier = request.POST.get("tier") or ANY
            fit = _fitted(request, next(one for one in read.measures if one.key == part), tier)
            anchors = [list(anchor) for anchor in fit.curve.anchors]
            document = editing.with_curve(document, part, tier, anchors)
    except DocumentError as wrong:
        return Tried(document, tuple(wrong.problems))
    except CurveError as wrong:
        return Tried(document, (str(wrong),))
    return Tried(document, (), fit)


def _fitted(request: MemberRequest, measure: Measure, tier: str) -> Fit:
    found, better = measures.named([measure.key])[measure.key], measure.curves[ANY].better
    return fitting.anchors(found, Better(better), tier, last=organisation.today(request.at))


def _changed(request: MemberRequest, standing: Standing, part: str) -> dict[str, Any]:
    """The document that the form asks for."""
    form, do = request.POST, request.POST.get("do")
    adding = measures.usable().get(form.get("add", "")) if do == "add" else None
    if adding:
        return editing.add_measure(standing.document, form, adding)
    if part in rule_forms.PARTS:
        return rule_forms.edited(standing.document, part, form)
    if do == "drop":
        return editing.drop_measure(standing.document, part)
    changed = editing.edited(standing.document, part, form)
    if do == "tier" and form.get("new_tier") and part in _parts(changed):
        return editing.with_tier(changed, part, form["new_tier"])
    if do == "untier":
        return editing.with_curve(changed, part, form.get("tier", ""), None)
    return changed


def _page(
    request: MemberRequest, standing: Standing, tried: Tried, part: str, *, is_tried: bool = False
) -> HttpResponse:
    try:
        shown = documents.from_dict(tried.document)
    except DocumentError:
        shown = standing.model
    live = health_models.model_of(standing.live) if standing.live else None
    measure = next((one for one in shown.measures if one.key == part), None)
    if measure is None and part not in rule_forms.PARTS:
        raise Http404
    is_changed = bool(standing.draft) or is_tried
    known = differences.words_for(*(one for one in (live, shown) if one))
    context: dict[str, Any] = {
        "as_of": request.at,
        "standing": standing,
        "model": shown,
        "part": part,
        "tree": pictures.tree(shown, part),
        "total": shown.total,
        "measure": measure,
        "takes": differences.applies_to(shown, known),
        "problems": tried.problems,
        "fit": tried.fit,
        "gone": measures.gone(shown.needs()),
        "lines": differences.between(live, shown, known) if live else [],
        "free": pictures.free_measures(shown),
        "new_group": editing.NEW_GROUP,
        "may_edit": may_edit(request),
        "is_tried": is_tried,
        "tabs": health_model_standing.tabs(standing.key, "health-model"),
    }
    if is_changed and not tried.problems:
        context |= _previewed(request, standing, shown)
    if measure is not None:
        published = {one.key: one for one in live.measures}.get(part) if live and is_changed else None
        context |= pictures.of_measure(measure, published, request.GET.get("tier", ""), request.POST)
    else:
        context |= rule_pages.of(shown, part, tried.document)
        context["part_template"] = f"health_models/{part}.html"
    return render(request, "health_models/model.html", context, status=422 if tried.problems else 200)


def _previewed(request: MemberRequest, standing: Standing, shown: HealthModel) -> dict[str, Any]:
    """What publishing this would change."""
    seen, reached = preview.of(shown, at=request.at), _reached(request)
    labels = (f"v{standing.live.number}" if standing.live else "—", _("draft"))
    return {
        "seen": seen,
        "changes": _within(seen.changed, reached)[:SHOWN_CHANGES],
        "samples": _within(seen.samples, reached),
        "shares": pictures.distribution(seen, *labels),
    }


def _reached(request: MemberRequest) -> set[int] | None:
    """Accounts that the viewer may know by name; None for all. Counts are of the whole portfolio."""
    if allowed(request.user, Permission.HEALTH_VIEW) is Scope.ALL:
        return None
    return set(Account.objects.for_member(request.user, Permission.HEALTH_VIEW).values_list("pk", flat=True))


def _within(changes: tuple[Change, ...], reached: set[int] | None) -> tuple[Change, ...]:
    return changes if reached is None else tuple(one for one in changes if one.account in reached)


def _parts(document: Mapping[str, Any]) -> list[str]:
    named = [measure["measure"] for group in document["groups"] for measure in group["measures"]]
    return [*named, *rule_forms.PARTS]


def _first(document: Mapping[str, Any]) -> str:
    return _parts(document)[0]


urlpatterns = [
    path("health-models", models, name="health-models"),
    path("health-models/<slug:key>", model, name="health-model"),
    *versions.urlpatterns,
    *replay.urlpatterns,
]
