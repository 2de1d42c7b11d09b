"""The models behind the risk: every version with its card, and learning, using and withdrawing them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import RiskModelVersion
from nenrin.insight.refresh import here
from nenrin.insight.risk import learning, runs, silences
from nenrin.insight.risk.machine import USABLE
from nenrin.insight.risk.words import STATE_NAMES
from nenrin.values import Text
from nenrin.web import errors, exports, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain
from nenrin.web.risk import asking, calibration, events, pictures, words
from nenrin.web.risk.tabs import tabs

VIEW, EDIT = Permission.HEALTH_VIEW, Permission.HEALTH_CONFIGURE


@requires(VIEW)
def models(request: MemberRequest) -> HttpResponse:
    """All versions of an event's models, the newest first."""
    filters = asking.asked(request)
    rows = RiskModelVersion.objects.filter(event=filters.event).select_related("author").defer("document")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": request.at,
        "tabs": tabs("risk-models", filters.event),
        "filters": filters,
        "events": list(words.EVENTS.items()),
        "wording": events.EVENTS[filters.event],
        "page": page,
        "lines": [pictures.line(row) for row in page.object_list],
        "may_edit": allowed(request.user, EDIT) is not None,
        "models_query": f"event={filters.event}",
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "can_learn": here().scored_through is not None,
        **_learning(),
    }
    return render(request, "risk/models.html", context)


_HEADS = (
    Text("Version", "版"), Text("What it gives", "提供内容"), Text("Learned with", "学習方法"), Text("Events", "発生数"),
    Text("Known until", "対象データの最終日"), Text("Learned", "学習日時"), Text("In use from", "使用開始"), Text("In use until", "使用終了"),
)  # fmt: skip


@requires(Permission.EXPORT)
def models_export(request: MemberRequest, kind: str) -> Any:
    """All versions of an event's models as a file."""
    filters, language = asking.asked(request), exports.language()
    found = RiskModelVersion.objects.filter(event=filters.event).defer("document")
    rows = [
        [row.number, STATE_NAMES[row.state].in_(language), pictures.step(row).in_(language), row.card.get("events", ""),
         row.known_on, row.learned_at, row.used_from or "", row.used_until or ""]
        for row in found
    ]  # fmt: skip
    exports.note(request, "risk_models", len(rows), {"risk": filters.event}, room="insight")
    return exports.answer(
        kind, f"risk-models-{filters.event}", [head.in_(language) for head in _HEADS], rows, request.at
    )


def _learning() -> dict[str, Any]:
    """What was last asked for, and whether it still goes on."""
    row = runs.newest()
    return {"learning": row, "is_learning": row is not None and row.state in runs.OPEN}


@requires(VIEW)
def progress(request: MemberRequest) -> HttpResponse:
    """How far the learning is, for polling; when it is over the page is told to come again whole."""
    found = _learning()
    response = render(request, "risk/learning.html", found)
    if not found["is_learning"]:
        response["HX-Refresh"] = "true"
    return response


@requires(VIEW)
def model(request: MemberRequest, key: int) -> HttpResponse:
    """One version's card."""
    row = _one(key)
    context = {
        "as_of": row.known_on,
        "row": row,
        "event": words.EVENTS[row.event],
        "wording": events.EVENTS[row.event],
        "state": STATE_NAMES[row.state],
        "card": pictures.card(row, asking.tiers()),
        "odds": calibration.charts(row.card),
        "is_used": row.used_from is not None and row.used_until is None,
        "is_usable": row.state in USABLE,
        "ended": silences.ended(row),
        "may_edit": allowed(request.user, EDIT) is not None,
    }
    return render(request, "risk/model.html", context)


def _one(key: int) -> RiskModelVersion:
    found = RiskModelVersion.objects.select_related("author").defer("document").filter(pk=key).first()
    if found is None:
        raise Http404(f"risk model {key}")
    return found


@require_POST
@requires(EDIT)
def learn(request: MemberRequest) -> HttpResponse:
    """Have the worker learn from what the last closed day knew; the page says how far it is."""
    try:
        runs.ask(by=Actor.of(request.user), at=request.at)
    except runs.NoDayClosed:
        return errors.refused(request, Text("No day has been closed yet.", "まだ締めた日がありません。"))
    toasts.say(request, Text("The worker learns the models.", "予測モデルの学習を受け付けました。"))
    return HttpResponseRedirect(reverse("risk-models"))


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Put a version to use, or withdraw it; a flagged one needs a reason."""
    row, by, reason = _one(key), Actor.of(request.user), plain(request.POST.get("reason"), 300)
    deeds: dict[str, Any] = {"use": learning.use, "withdraw": learning.withdraw}
    wanted = deeds.get(request.POST.get("do", ""))
    if wanted is None:
        return errors.refused(request, Text("No such step for a model.", "モデルにその操作はありません。"))
    try:
        wanted(row, by=by, at=request.at, reason=reason)
    except (learning.NoReason, learning.NotUsable):
        toasts.say(
            request,
            Text("A model that was flagged needs a reason, and one that was not learned cannot be used.",
                 "保留中のモデルには理由が必要です。学習できなかったモデルは利用できません。"),
        )  # fmt: skip
        return HttpResponseRedirect(reverse("risk-model", args=[key]))
    toasts.say(
        request,
        Text("Saved. The worker tells every account anew.", "保存しました。各顧客の確率はまもなく計算し直されます。"),
    )
    return HttpResponseRedirect(reverse("risk-model", args=[key]))


urlpatterns = [
    path("risk/models", models, name="risk-models"),
    path("risk/models/export.<str:kind>", models_export, name="risk-models-export"),
    path("risk/models/learn", learn, name="risk-learn"),
    path("risk/models/learning", progress, name="risk-learning"),
    path("risk/models/<int:key>", model, name="risk-model"),
    path("risk/models/<int:key>/deed", deed, name="risk-model-deed"),
]
