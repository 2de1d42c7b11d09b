"""Planning a project anew: what would move is shown first; other durations can be tried; then it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common
from nenrin.work.models import OnboardingStep
from nenrin.work.onboarding import documents, replanning


@requires(common.EDIT)
def replan(request: MemberRequest, key: int) -> HttpResponse:
    """A table of what is open with its days now and then; "preview" tries durations, "replan" takes them."""
    found = common.find(request, key, common.EDIT)
    steps = list(found.steps.order_by("position"))
    days, wrong = _days(request.POST, steps), []
    preview = None
    try:
        if request.method == "POST" and request.POST.get("do") == "replan" and not days[1]:
            replanning.replan(
                found, by=Actor.of(request.user), at=request.at, reason=request.POST.get("reason", ""),
                version=version_of(request.POST), days=days[0],
            )  # fmt: skip
            toasts.say(request, Text("Planned anew.", "再計画しました。"))
            return HttpResponseRedirect(reverse("onboarding-project", args=[key]))
        preview = replanning.preview(found, steps, navigation.today(request), days=days[0])
    except Refused as refused:
        wrong = [fault.text.in_(get_language() or "ja") for fault in refused.faults]
    except Conflict:
        wrong = [common.CLASH.in_(get_language() or "ja")]
        preview = replanning.preview(found, steps, navigation.today(request), days=days[0])
    wrong += days[1]
    moves = {move.step.pk: move for move in preview.moves} if preview else {}
    critical = set(preview.critical) if preview else set()
    context = {
        "as_of": request.at, "project": found, "preview": preview, "wrong": wrong,
        "lines": [(step, moves.get(step.pk), step.key in critical, days[0].get(step.key, step.days)) for step in steps if not step.is_settled],
        "reason": request.POST.get("reason", ""), "version": version_of(request.POST) or found.version,
        "title": Text("Plan anew", "再計画"),
        "crumbs": [
            (Text("Onboarding", "オンボーディング"), reverse("onboarding")),
            (f"{found.account.name} {found.name}", reverse("onboarding-project", args=[key])),
        ],
    }  # fmt: skip
    return render(request, "onboarding/replan.html", context, status=422 if wrong else 200)


def _days(told: Mapping[str, Any], steps: list[OnboardingStep]) -> tuple[dict[str, int], list[str]]:
    """Durations that were typed, by key, and what could not be read."""
    found, wrong = {}, []
    language = get_language() or "ja"
    for step in steps:
        given = str(told.get(f"days-{step.pk}", "")).strip()
        if not given or step.is_settled:
            continue
        if given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= documents.MOST_DAYS:
            found[step.key] = int(given)
        else:
            said = Text("{title}: 1 to {most} business days.", "{title}: 1〜{most}営業日で指定してください。")
            wrong.append(said.fill(title=step.title.in_(language), most=documents.MOST_DAYS).in_(language))
    return found, wrong


urlpatterns = [path("onboarding/<int:key>/replan", replan, name="onboarding-replan")]
