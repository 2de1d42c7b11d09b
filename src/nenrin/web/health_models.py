"""Health models: the list in their order, and the editor with what a draft would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.analytics.kpis import MEASURES
from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.analytics.scores.models import HealthModel
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight import health_models, model_differences, preview
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.values import Text
from nenrin.web import health_model_editing, health_model_pictures, toasts
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires

SHOWN_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A model in the list."""

    listed: health_models.Listed
    takes: Text
    accounts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A model on its page: the live version, and what is being edited (the draft, else a copy of the live one)."""

    key: str
    live: HealthModelVersion | None
    draft: HealthModelVersion | None
    document: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"v{self.draft.number}" if self.draft else f"v{self.live.number}" if self.live else ""


@requires(Permission.HEALTH_VIEW)
def models(request: MemberRequest) -> HttpResponse:
    """Models in the order in which they are asked, with how many accounts each judges."""
    judged = list(Health.objects.values_list("version_id", flat=True))
    lines = [
        Line(one, model_differences.applies_to(one.model), sum(pk == one.live.pk for pk in judged) if one.live else 0)
        for one in health_models.listed()
    ]
    context = {"as_of": request.at, "lines": lines, "may_edit": _may_edit(request)}
    return render(request, "health_models/list.html", context)


@requires(Permission.HEALTH_VIEW)
def model(request: MemberRequest, key: str) -> HttpResponse:
    """The editor. GET shows a part (a measure, or the rules); POST tries or saves it."""
    standing = _standing(key)
    part = request.GET.get("part") or _first(standing.document)
    if request.method != "POST":
        return _page(request, standing, standing.document, part, [])
    if not _may_edit(request):
        raise Http404
    return _posted(request, standing, part)


def _posted(request: MemberRequest, standing: Standing, part: str) -> HttpResponse:
    """Save, or only try: a document with mistakes is shown again with each of them named."""
    changed = _changed(request, standing, part)
    try:
        health_models.checked(documents.from_dict(changed))
        if request.POST.get("do") == "try":
            return _page(request, standing, changed, part, [], is_tried=True)
        if _is_stale(request, standing):
            raise health_models.Stale
        health_models.draft(changed, by=Actor.of(request.user), at=request.at)
    except DocumentError as wrong:
        return _page(request, standing, changed, part, wrong.problems, is_tried=True)
    except health_models.Stale:
        return _page(
            request, standing, changed, part, [_("Somebody saved this draft after you opened it.")], is_tried=True
        )
    toasts.say(request, _("Draft saved."))
    return HttpResponseRedirect(_address(standing.key, part if part in _parts(changed) else ""))


def _changed(request: MemberRequest, standing: Standing, part: str) -> dict[str, Any]:
    add, group = request.POST.get("add", ""), request.POST.get("group", "")
    if request.POST.get("do") == "add" and add in MEASURES:
        return health_model_editing.add_measure(standing.document, group, add)
    if request.POST.get("do") == "drop":
        return health_model_editing.drop_measure(standing.document, part)
    return health_model_editing.edited(standing.document, part, request.POST)


def _page(
    request: MemberRequest, standing: Standing, document: Mapping[str, Any], part: str, problems: list[str],
    *, is_tried: bool = False,
) -> HttpResponse:  # fmt: skip
    try:
        shown = documents.from_dict(document)
    except DocumentError:
        shown = documents.from_dict(standing.document)
    live = health_models.model_of(standing.live) if standing.live else None
    measure = next((one for one in shown.measures if one.key == part), None)
    if measure is None and part != health_model_editing.RULES:
        raise Http404
    published = {one.key: one for one in live.measures}.get(part) if live else None
    is_changed = bool(standing.draft) or is_tried
    seen = preview.of(shown, at=request.at) if is_changed and not problems else None
    labels = (f"v{standing.live.number}" if standing.live else "—", _("draft"))
    context = {
        "as_of": request.at,
        "standing": standing,
        "model": shown,
        "part": part,
        "tree": health_model_pictures.tree(shown, part),
        "total": shown.total,
        "measure": measure,
        "meaning": MEASURES[part] if measure else None,
        "anchors": health_model_pictures.anchors(measure) if measure else [],
        "unit": "%" if measure and health_model_editing.scale(part) == 100 else "",
        "curve": health_model_pictures.picture(measure, published if is_changed else None) if measure else None,
        "takes": model_differences.applies_to(shown),
        "coverage": shown.min_coverage * 100,
        "problems": problems,
        "seen": seen,
        "changes": seen.changed[:SHOWN_CHANGES] if seen else (),
        "shares": health_model_pictures.distribution(seen, *labels) if seen else None,
        "lines": model_differences.between(live, shown) if live else [],
        "free": health_model_pictures.free_measures(shown),
        "may_edit": _may_edit(request),
        "is_tried": is_tried,
        "seen_at": standing.draft.changed_at.isoformat() if standing.draft else "",
        "tabs": _tabs(standing.key, "health-model"),
    }
    return render(request, "health_models/model.html", context, status=422 if problems else 200)


@requires(Permission.HEALTH_VIEW)
def model_yaml(request: MemberRequest, key: str) -> HttpResponse:
    """The whole model as YAML: read, download, replace."""
    standing = _standing(key)
    text, problems = documents.to_yaml(documents.from_dict(standing.document)), []
    if request.method == "POST" and _may_edit(request):
        upload = request.FILES.get("file")
        text = upload.read().decode("utf-8", "replace") if upload else request.POST.get("yaml", "")
        try:
            saved = health_models.draft(text, by=Actor.of(request.user), at=request.at)
        except DocumentError as wrong:
            problems = wrong.problems
        else:
            toasts.say(request, _("Draft saved."))
            return HttpResponseRedirect(_address(saved.key))
    if request.GET.get("format") == "file":
        named = f'attachment; filename="{key}.yaml"'
        return HttpResponse(
            text, content_type="application/yaml; charset=utf-8", headers={"Content-Disposition": named}
        )
    context = {"as_of": request.at, "standing": standing, "model": _shown(standing), "text": text, "problems": problems,
               "may_edit": _may_edit(request), "tabs": _tabs(key, "health-model-yaml")}  # fmt: skip
    return render(request, "health_models/yaml.html", context, status=422 if problems else 200)


@requires(Permission.HEALTH_VIEW)
def versions(request: MemberRequest, key: str) -> HttpResponse:
    """Every version of a model with what it changed, newest first."""
    rows = list(HealthModelVersion.objects.filter(key=key).select_related("author").order_by("-number"))
    if not rows:
        raise Http404
    earlier: list[HealthModelVersion | None] = [*rows[1:], None]
    changes = [
        (row, model_differences.between(health_models.model_of(left), health_models.model_of(row)) if left else [])
        for row, left in zip(rows, earlier, strict=True)
    ]
    standing = _standing(key)
    context = {"as_of": request.at, "standing": standing, "model": _shown(standing), "changes": changes,
               "may_edit": _may_edit(request), "tabs": _tabs(key, "health-model-versions")}  # fmt: skip
    return render(request, "health_models/versions.html", context)


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def publish(request: MemberRequest, key: str) -> HttpResponse:
    """Make the draft live, with a note."""
    try:
        live = health_models.publish(
            key, by=Actor.of(request.user), at=request.at, note=request.POST.get("note", "").strip()
        )
    except health_models.NoDraft:
        raise Http404 from None
    toasts.say(request, _("v%(number)s is live. Scores follow within seconds.") % {"number": live.number})
    return HttpResponseRedirect(_address(key))


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def discard(request: MemberRequest, key: str) -> HttpResponse:
    """Throw the draft away. A model that was never published goes with it."""
    health_models.discard(key, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("Draft discarded."))
    is_there = HealthModelVersion.objects.filter(key=key).exists()
    return HttpResponseRedirect(_address(key) if is_there else reverse("health-models"))


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def roll_back(request: MemberRequest, key: str, number: int) -> HttpResponse:
    """Publish an earlier version anew."""
    row = get_object_or_404(HealthModelVersion, key=key, number=number, state="published", is_withdrawn=False)
    live = health_models.roll_back(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("v%(number)s is live. Scores follow within seconds.") % {"number": live.number})
    return HttpResponseRedirect(reverse("health-model-versions", args=[key]))


def _standing(key: str) -> Standing:
    rows = HealthModelVersion.objects.filter(key=key).order_by("-number")
    draft = rows.filter(state="draft").first()
    last = rows.filter(state="published").first()
    live = None if last is None or last.is_withdrawn else last
    found = draft or live or last
    if found is None:
        raise Http404
    return Standing(key, live, draft, found.document)


def _shown(standing: Standing) -> HealthModel:
    return documents.from_dict(standing.document)


def _is_stale(request: MemberRequest, standing: Standing) -> bool:
    seen = request.POST.get("seen", "")
    return bool(standing.draft and seen != standing.draft.changed_at.isoformat())


def _parts(document: Mapping[str, Any]) -> list[str]:
    named = [measure["measure"] for group in document["groups"] for measure in group["measures"]]
    return [*named, health_model_editing.RULES]


def _first(document: Mapping[str, Any]) -> str:
    return _parts(document)[0]


def _address(key: str, part: str = "") -> str:
    return reverse("health-model", args=[key]) + (f"?part={part}" if part else "")


def _may_edit(request: HttpRequest) -> bool:
    return allowed(request.user, Permission.HEALTH_CONFIGURE) is not None  # type: ignore[arg-type]  # a member, by the guard


def _tabs(key: str, here: str) -> list[Tab]:
    named = (
        ("health-model", Text("Editor", "編集")),
        ("health-model-yaml", Text("YAML", "YAML")),
        ("health-model-versions", Text("Versions", "版の履歴")),
    )
    return [Tab(label, reverse(name, args=[key]), name == here) for name, label in named]


urlpatterns = [
    path("health-models", models, name="health-models"),
    path("health-models/<slug:key>", model, name="health-model"),
    path("health-models/<slug:key>/yaml", model_yaml, name="health-model-yaml"),
    path("health-models/<slug:key>/versions", versions, name="health-model-versions"),
    path("health-models/<slug:key>/publish", publish, name="health-model-publish"),
    path("health-models/<slug:key>/discard", discard, name="health-model-discard"),
    path("health-models/<slug:key>/versions/<int:number>/roll-back", roll_back, name="health-model-roll-back"),
]
