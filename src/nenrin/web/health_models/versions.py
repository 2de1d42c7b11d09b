"""Versions of a health model: the whole as YAML, the history and its differences, publishing and going back."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.previewing import differences
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.health_models import standing as health_model_standing
from nenrin.web.health_models.standing import Standing, address, may_edit

#: The longest YAML that is read: a model of hundreds of measures is a tenth of it.
LONGEST = 1_000_000


@requires(Permission.HEALTH_VIEW)
def model_yaml(request: MemberRequest, key: str) -> HttpResponse:
    """The whole model as YAML: read, download, replace."""
    standing = health_model_standing.of(key)
    text, problems = documents.to_yaml(standing.model), []
    if request.method == "POST":
        if not may_edit(request):
            raise PermissionDenied(Permission.HEALTH_CONFIGURE.value)
        text = _sent(request)
        try:
            saved = health_models.draft(text, by=Actor.of(request.user), at=request.at, seen=_seen(request))
        except DocumentError as wrong:
            problems = wrong.problems
        except health_models.Stale:
            problems = [_("Somebody saved this draft after you opened it.")]
        else:
            toasts.say(request, _("Draft saved."))
            return HttpResponseRedirect(address(saved.key))
    if request.GET.get("format") == "file":
        named = {"Content-Disposition": f'attachment; filename="{key}.yaml"'}
        return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=named)
    context = {"as_of": request.at, "standing": standing, "model": standing.model, "text": text, "problems": problems,
               "may_edit": may_edit(request), "tabs": health_model_standing.tabs(key, "health-model-yaml")}  # fmt: skip
    return render(request, "health_models/yaml.html", context, status=422 if problems else 200)


def _sent(request: MemberRequest) -> str:
    upload = request.FILES.get("file")
    return upload.read(LONGEST).decode("utf-8", "replace") if upload else request.POST.get("yaml", "")[:LONGEST]


def _seen(request: MemberRequest) -> datetime | None:
    """When the draft that was seen had been changed; None where what was sent is no instant of ours."""
    try:
        seen = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None
    return seen if seen and seen.tzinfo else None


@requires(Permission.HEALTH_VIEW)
def versions(request: MemberRequest, key: str) -> HttpResponse:
    """Every version of a model with what it changed, newest first; or the difference between any two."""
    rows = list(HealthModelVersion.objects.filter(key=key).select_related("author").order_by("-number"))
    standing = health_model_standing.of(key)
    models = [health_models.model_of(row) for row in rows]
    known = differences.words_for(*models)
    changes = [
        (row, differences.between(before, now, known) if before else [])
        for row, now, before in zip(rows, models, [*models[1:], None], strict=True)
    ]
    context = {"as_of": request.at, "standing": standing, "model": standing.model, "changes": changes, "rows": rows,
               **_compared(request, rows), "may_edit": may_edit(request),
               "tabs": health_model_standing.tabs(key, "health-model-versions")}  # fmt: skip
    return render(request, "health_models/versions.html", context)


def _compared(request: MemberRequest, rows: list[HealthModelVersion]) -> dict[str, object]:
    """Two versions that the address names, side by side."""
    by_number = {str(row.number): row for row in rows}
    left, right = (by_number.get(request.GET.get(name, "")) for name in ("from", "to"))
    if left is None or right is None:
        return {"left": rows[min(1, len(rows) - 1)], "right": rows[0], "compared": None}
    lines = differences.between(health_models.model_of(left), health_models.model_of(right))
    return {"left": left, "right": right, "compared": lines}


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def publish(request: MemberRequest, key: str) -> HttpResponse:
    """Make the draft live from today or a later day, with a note; refused where it is not the draft that was seen."""
    asked = request.POST.get("live_from", "")
    try:
        live = health_models.publish(
            key, by=Actor.of(request.user), at=request.at, note=health_model_standing.said(request, "note"),
            live_from=_day(asked), seen=_seen(request),
        )  # fmt: skip
    except health_models.NoDraft:
        raise Http404 from None
    except (health_models.Stale, health_models.DayIsClosed, DocumentError) as refused:
        return _refused(request, health_model_standing.of(key), refused)
    words = _("v%(number)s is live. Scores follow within seconds.")
    if live.live_from and live.live_from > organisation.today(request.at):
        words = _("v%(number)s is live from %(day)s.")
    toasts.say(request, words % {"number": live.number, "day": live.live_from})
    return HttpResponseRedirect(address(key))


def _day(text: str) -> date | None:
    """A day of the form; none for the open day."""
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None


def _refused(request: MemberRequest, standing: Standing, refused: Exception) -> HttpResponse:
    """Why nothing was published, and the way back."""
    said: dict[type[Exception], str] = {
        health_models.Stale: _("Somebody saved this draft after you opened it. Look at it again before you publish."),
        health_models.DayIsClosed: _("Scores of that day are final. Choose today or a later day."),
    }
    problems = refused.problems if isinstance(refused, DocumentError) else [said[type(refused)]]
    context = {"as_of": request.at, "standing": standing, "model": standing.model, "problems": problems,
               "tabs": health_model_standing.tabs(standing.key, "")}  # fmt: skip
    return render(request, "health_models/refused.html", context, status=422)


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def discard(request: MemberRequest, key: str) -> HttpResponse:
    """Throw the draft away. A model that was never published goes with it."""
    health_models.discard(key, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("Draft discarded."))
    is_there = HealthModelVersion.objects.filter(key=key).exists()
    return HttpResponseRedirect(address(key) if is_there else reverse("health-models"))


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def withdraw(request: MemberRequest, key: str) -> HttpResponse:
    """The model takes no accounts any more; those it had go to the next that takes them."""
    try:
        health_models.withdraw(
            key, by=Actor.of(request.user), at=request.at, note=health_model_standing.said(request, "note")
        )
    except health_models.NoDraft:
        raise Http404 from None
    toasts.say(request, _("The model takes no accounts any more."))
    return HttpResponseRedirect(reverse("health-models"))


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def roll_back(request: MemberRequest, key: str, number: int) -> HttpResponse:
    """Publish an earlier version anew."""
    row = get_object_or_404(HealthModelVersion, key=key, number=number, state="published", is_withdrawn=False)
    try:
        live = health_models.roll_back(row, by=Actor.of(request.user), at=request.at)
    except DocumentError as refused:
        return _refused(request, health_model_standing.of(key), refused)
    toasts.say(request, _("v%(number)s is live. Scores follow within seconds.") % {"number": live.number})
    return HttpResponseRedirect(reverse("health-model-versions", args=[key]))


urlpatterns = [
    path("health-models/<slug:key>/yaml", model_yaml, name="health-model-yaml"),
    path("health-models/<slug:key>/versions", versions, name="health-model-versions"),
    path("health-models/<slug:key>/publish", publish, name="health-model-publish"),
    path("health-models/<slug:key>/discard", discard, name="health-model-discard"),
    path("health-models/<slug:key>/withdraw", withdraw, name="health-model-withdraw"),
    path("health-models/<slug:key>/versions/<int:number>/roll-back", roll_back, name="health-model-roll-back"),
]
