"""The universal holdout: its share, what it shows, who is never in it, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.analytics.effects import samples
from nenrin.analytics.effects.readouts import LEAST
from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.ingest import lakes
from nenrin.playbooks import families, holdouts
from nenrin.playbooks.effects import beforehand, exposures, outcomes, readings
from nenrin.playbooks.effects.outcomes import CHURN
from nenrin.playbooks.effects.readings import DAYS, PLANNED, Reading
from nenrin.playbooks.models import UniversalHoldout
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.components import Fact
from nenrin.web.effects import asking as effects
from nenrin.web.effects import pictures, words
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.holdout import asking
from nenrin.web.holdout.asking import CHANGE, VIEW

SHARES = (0.01, 0.02, 0.03, 0.05, 0.1)
TOLD = 20  # changes shown


@requires(VIEW)
def holdout(request: MemberRequest) -> HttpResponse:
    return _page(request)


def _page(request: MemberRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    question = effects.asked(request)
    reading = _reading(request, question)
    row = UniversalHoldout.objects.first()
    parents, everybody = asking.standing(request)
    tops = families.tops_of(parents)
    told = beforehand.of(lakes.current(), tops, everybody, SHARES, reading.days, as_of=reading.as_of)
    context = {
        "as_of": request.at,
        "question": question,
        "all_days": DAYS,
        "row": row,
        "share": row.share if row else 0.0,
        "usual": row.usual if row else 0.0,
        "highest_usual": holdouts.HIGHEST_USUAL * 100,
        "inside": len(holdouts.inside(tops, row.share if row else 0.0)),
        "everybody": len(tops),
        "reading": reading,
        "finding": _finding(reading),
        "met": exposures.met(effects.exposures(request)),
        "facts": _facts(reading),
        "picture": pictures.looks(reading),
        "chance": reading.readout.chance,
        "limits": (LEAST, samples.MISMATCH, PLANNED),
        "removed": 1 - reading.readout.remaining,
        "before": told,
        "changes": _changes(),
        "exclusions": len(holdouts.exclusions().rows),
        "wrong": wrong,
        "may_change": allowed(request.user, CHANGE) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "highest": holdouts.HIGHEST_SHARE * 100,
    }
    return render(request, "holdout/holdout.html", context, status=status)


def _reading(request: MemberRequest, question: effects.Question, permission: Permission = VIEW) -> Reading:
    metric = question.metric or outcomes.metric(CHURN, {})
    assert metric is not None
    rows = asking.exposures(request, permission)
    return readings.read(lakes.current(), rows, metric, question.days, as_of=question.today)


def _finding(reading: Reading) -> Text:
    if not reading.exposed:
        return Text(
            "Nobody had an occasion yet since there is a group: there is nothing to compare.",
            "未実施グループの開始後、対象となる機会がまだないため、比べられません。",
        )
    return words.finding(reading)


def _facts(reading: Reading) -> list[Fact]:
    found, metric, language = reading.readout, reading.metric, exports.language()
    told = found.effect is not None
    seen = words.figure(found.detectable, metric, language, signed=True).lstrip("+")
    effect, reach = words.figure(found.effect, metric, language, signed=True), words.range_(found.now, metric, language)
    return [
        Fact(Text("Treated", "実施"), words.figure(found.mean, metric, language) if told else None, key="arm_treated"),
        Fact(Text("Left alone", "未実施"), words.figure(found.base, metric, language) if told else None, key="holdout"),
        Fact(Text("Difference", "差"), effect if told else None, reach if told else "", key="effect"),
        Fact(Text("Would show", "検出できる差"), seen if found.detectable is not None else None, key="detectable"),
    ]


def _changes() -> list[tuple[Text, str, Entry]]:
    """What was changed last: in words, by whom, the entry."""
    codes = [f"playbooks.holdout.{verb}" for verb in ("changed", "usual", "excluded", "included")]
    found = list(Entry.objects.filter(action__in=codes).order_by("-pk")[:TOLD])
    keys = {entry.actor_key for entry in found if entry.actor_kind == "member"}
    names = {str(pk): name for pk, name in Member.objects.filter(pk__in=keys).values_list("pk", "name")}
    return [(journal.sentence(entry), names.get(entry.actor_key, ""), entry) for entry in found]


def _back(request: MemberRequest, words: str) -> HttpResponse:
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("holdout"))


def _refused(request: MemberRequest, refused: Refused) -> HttpResponse:
    language = get_language() or "ja"
    return _page(request, " ".join(fault.text.in_(language) for fault in refused.faults), 422)


@require_POST
@requires(CHANGE)
def share(request: MemberRequest) -> HttpResponse:
    """Another share of the universal group, or (`usual`) of playbooks to come, with its reason."""
    is_usual = "usual" in request.POST
    try:
        percent = float(request.POST.get("usual" if is_usual else "share", "").replace("%", "").strip())
    except ValueError:
        percent = -1.0
    try:
        by, reason = Actor.of(request.user), request.POST.get("reason", "")
        change = holdouts.change_usual if is_usual else holdouts.change
        change(round(percent / 100, 6) if percent == percent else -1.0, reason=reason, by=by, at=request.at)
    except Refused as refused:
        return _refused(request, refused)
    return _back(request, _("The share was changed."))


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """Every look at the universal group, as a file."""
    question, language = effects.asked(request), exports.language()
    rows = pictures.exported(_reading(request, question, Permission.EXPORT))
    exports.note(request, "effect", len(rows), {"effect": question.query()}, room="playbooks")
    heads = [head.in_(language) for head in pictures.EXPORT_HEADS]
    return exports.answer(kind, "holdout", heads, rows, request.at)


urlpatterns = [
    path("holdout", holdout, name="holdout"),
    path("holdout/share", share, name="holdout-share"),
    path("holdout/export.<str:kind>", export, name="holdout-export"),
]
