"""Effects: what each playbook brought against those left alone, as far as its accounts can tell."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse

from nenrin.analytics.effects import power, samples
from nenrin.analytics.effects.readouts import LEAST
from nenrin.foundation.permissions import Permission, allowed
from nenrin.playbooks.effects.readings import DAYS, PLANNED
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.components import Fact
from nenrin.web.effects import asking, differences, pictures, words
from nenrin.web.effects.asking import VIEW, Line, Question
from nenrin.web.guard import MemberRequest, requires

PAGE = 20  # each is read from the lake


@requires(VIEW)
def effects(request: MemberRequest) -> HttpResponse:
    """Every playbook with an occasion so far."""
    question, language = asking.asked(request), exports.language()
    page = Paginator(asking.playbooks(request), PAGE).get_page(request.GET.get("page"))
    lines = asking.lines(request, list(page), question)
    rows = [(line, words.verdict(line.reading), *_figures(line, language)) for line in lines]
    context = _context(request, question) | {"page": page, "rows": rows, "playbooks_url": reverse("playbooks")}
    context["may_export"] = allowed(request.user, Permission.EXPORT) is not None
    return render(request, "effects/effects.html", context)


@requires(VIEW)
def effect(request: MemberRequest, key: str) -> HttpResponse:
    """One playbook: the finding, the arms, every look, what it takes."""
    question = asking.asked(request)
    line = asking.line(request, _playbook(request, key), question)
    found = line.reading.readout
    context = _context(request, question) | {
        "line": line,
        "reading": line.reading,
        "finding": words.finding(line.reading),
        "facts": _facts(line),
        "picture": pictures.looks(line.reading),
        "chance": found.chance,
        "limits": (LEAST, samples.MISMATCH, PLANNED),
        "needed": _needed(line),
        "differing": differences.shown(line.reading),
        "removed": 1 - found.remaining,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "effects/effect.html", context)


def _playbook(request: MemberRequest, key: str) -> Any:
    return get_object_or_404(asking.playbooks(request), key=key)


def _context(request: MemberRequest, question: Question) -> dict[str, Any]:
    return {"as_of": request.at, "title": words.TITLE, "question": question, "all_days": DAYS}


def _figures(line: Line, language: str) -> tuple[str, str]:
    metric, found = line.reading.metric, line.reading.readout
    return words.figure(found.effect, metric, language, signed=True), words.range_(found.now, metric, language)


def _facts(line: Line) -> list[Fact]:
    reading, found, language = line.reading, line.reading.readout, exports.language()
    effect, reach = _figures(line, language)
    seen = words.figure(found.detectable, reading.metric, language, signed=True).lstrip("+")
    told = found.effect is not None
    return [
        Fact(
            Text("Treated", "実施"),
            words.figure(found.mean, reading.metric, language) if told else None,
            key="arm_treated",
        ),
        Fact(
            Text("Left alone", "未実施"),
            words.figure(found.base, reading.metric, language) if told else None,
            key="holdout",
        ),
        Fact(Text("Difference", "差"), effect if told else None, reach if told else "", key="effect"),
        Fact(Text("Would show", "検出できる差"), seen if found.detectable is not None else None, key="detectable"),
    ]


def _needed(line: Line) -> int | None:
    """Accounts altogether to see the effect hoped for; None where none is stated, or nothing is known to size it by."""
    reading, found = line.reading, line.reading.readout
    if line.expected is None or found.base is None or not 0 < reading.share < 1 or not reading.metric.is_share:
        return None
    other = found.base + line.expected
    if not (0 < other < 1 and 0 < found.base < 1):
        return None
    return round(2 * power.per_arm(found.base, other) * power.inflation(reading.share))


@requires(Permission.EXPORT)
def export(request: MemberRequest, key: str, kind: str) -> Any:
    """Every look of one playbook, as a file."""
    question, language = asking.asked(request), exports.language()
    line = asking.line(request, _playbook(request, key), question, Permission.EXPORT)
    rows = pictures.exported(line.reading)
    exports.note(request, "effect", len(rows), {"playbook": key, "effect": question.query()}, room="playbooks")
    return exports.answer(
        kind, f"effect-{key}", [head.in_(language) for head in pictures.EXPORT_HEADS], rows, request.at
    )


_HEADS = (
    Text("Playbook", "プレイブック"), Text("Measured on", "評価指標"), Text("Finding", "結果"), Text("Difference", "差"),
    Text("Low (every look)", "下限（常時有効）"), Text("High (every look)", "上限（常時有効）"), Text("Treated", "実施"),
    Text("Left alone", "未実施"), Text("Days not over", "期間中"), Text("Met with nobody left alone", "未実施グループなしで実施"),
)  # fmt: skip


@requires(Permission.EXPORT)
def effects_export(request: MemberRequest, kind: str) -> Any:
    """Every playbook with an occasion so far, as a file: one row each, read from the lake as it is written out."""
    question, language = asking.asked(request), exports.language()
    listed = list(asking.playbooks(request))
    rows = (_row(asking.line(request, one, question, Permission.EXPORT), language) for one in listed)
    exports.note(request, "effects", len(listed), {"effect": question.query()}, room="playbooks")
    return exports.answer(kind, "effects", [head.in_(language) for head in _HEADS], rows, request.at)


def _row(line: Line, language: str) -> list[Any]:
    reading, found = line.reading, line.reading.readout
    name, metric, verdict = (each.in_(language) for each in (line.name, reading.metric.name, words.verdict(reading)))
    return [
        name,
        metric,
        verdict,
        found.effect,
        *(found.now or (None, None)),
        found.treated,
        found.held,
        reading.waiting,
        reading.undrawn,
    ]


urlpatterns = [
    path("effects/export.<str:kind>", effects_export, name="effects-export"),
    path("effects", effects, name="effects"),
    path("effects/<slug:key>", effect, name="effect"),
    path("effects/<slug:key>/export.<str:kind>", export, name="effect-export"),
]
