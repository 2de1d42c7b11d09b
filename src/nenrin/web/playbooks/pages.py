"""Playbooks: the list with what each does now, and the ready-made ones to begin from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.playbooks import holdouts, hypotheses, library, playbooks, reading, setting, words
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion
from nenrin.playbooks.models.run import ENTERED, OPEN
from nenrin.values import Text
from nenrin.web import exports, navigation, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.health_models.editing import names
from nenrin.web.playbooks import editing, standing

STATES = {
    "live": Text("Live", "公開中"),
    "paused": Text("Paused", "一時停止"),
    "draft": Text("Draft", "案"),
    "asked": Text("To be reviewed", "確認待ち"),
    "retired": Text("Retired", "終了"),
}
#: What counts as lately.
LATELY = timedelta(days=90)
SORTS = ("name", "state", "begun", "inside", "review", "failed")
HEAD = (
    Text("Playbook", "プレイブック"), Text("State", "状態"), Text("Version", "版"), Text("Trigger", "トリガー"),
    Text("Begun in 90 days", "90日間の開始"), Text("Inside", "実行中"), Text("Failed", "失敗"), Text("Minutes", "工数（分）"),
    Text("Review on", "見直し日"), Text("Responsible", "責任者"),
)  # fmt: skip
BLANK: Mapping[str, Any] = {
    "when": [{"trigger": "band_change", "to": ["at_risk"]}],
    "who": {"field": "status", "op": "=", "value": "customer"},
    "steps": [{"do": "open_task", "id": "open_task", "title": {"en": "Look into it", "ja": "状況を確認する"}}],
}


@dataclass(frozen=True, slots=True)
class Line:
    """One playbook of the list."""

    row: Playbook
    name: Text
    state: str
    word: Text
    version: PlaybookVersion
    has_draft: bool
    trigger: Text
    minutes: int | None
    begun: int
    inside: int
    failed: int
    asked: int
    last: Any
    review_on: date | None
    is_due: bool
    problem: Text | None


@requires(Permission.PLAYBOOKS_VIEW)
def playbook_list(request: MemberRequest) -> HttpResponse:
    """Every playbook with its state, what it did lately, and what is due for review."""
    everything = _lines(request)
    shown = _sorted(_filtered(everything, request), request)
    context = {
        "as_of": request.at,
        "lines": shown,
        "all": len(everything),
        "due": [one for one in everything if one.is_due],
        "asked": [one for one in everything if one.asked],
        "states": STATES,
        "state": request.GET.get("state", ""),
        "q": request.GET.get("q", "").strip(),
        "sort": request.GET.get("sort", "name"),
        "may_edit": standing.may(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "playbooks/list.html", context)


def _lines(request: MemberRequest) -> list[Line]:
    rows = list(Playbook.objects.filter(archived_at__isnull=True).select_related("owner").prefetch_related("versions"))
    counted = {row["pk"]: row for row in _counts(request)}
    fields, choices = setting.current()
    today, language = navigation.today(request), get_language() or "ja"
    found = [_line(row, counted.get(row.pk, {}), fields, choices, today) for row in rows if row.versions.all()]
    return sorted(found, key=lambda one: one.name.in_(language))


def _counts(request: MemberRequest) -> Any:
    since = request.at - LATELY
    state = Q(runs__state__in=ENTERED)
    return Playbook.objects.values("pk").annotate(
        begun=Count("runs", filter=state & Q(runs__entered_at__gte=since)),
        inside=Count("runs", filter=Q(runs__state__in=OPEN)),
        failed=Count("runs", filter=Q(runs__state="failed")),
        asked=Count("runs", filter=Q(runs__state="asked")),
        last=Max("runs__entered_at", filter=state),
    )


def _line(row: Playbook, counted: Mapping[str, Any], fields: Any, choices: Any, today: date) -> Line:
    versions = sorted(row.versions.all(), key=lambda one: -one.number)
    live = next((one for one in versions if one.state == "live"), None)
    draft = next((one for one in versions if one.state in ("draft", "asked")), None)
    shown = live or draft or versions[0]
    state = "paused" if live and row.paused_at else shown.state
    found = reading.stored(shown.document, fields, choices)
    document = None if found.problems else found.playbook
    problem = next(iter([*(one.text for one in found.problems), *(one.gone for one in found.gone)]), None)
    trigger = words.trigger_words(document.triggers[0], choices, fields) if document else Text("—", "—")
    is_due = bool(live and live.review_on and live.review_on <= today)
    return Line(
        row, playbooks.names_of(shown), state, STATES[state], shown, bool(live and draft), trigger,
        words.minutes(document) if document else None, counted.get("begun", 0), counted.get("inside", 0),
        counted.get("failed", 0), counted.get("asked", 0), counted.get("last"), shown.review_on, is_due, problem,
    )  # fmt: skip


def _filtered(lines: list[Line], request: MemberRequest) -> list[Line]:
    state, asked = request.GET.get("state", ""), request.GET.get("q", "").strip().casefold()
    found = [one for one in lines if not asked or asked in f"{one.name.en} {one.name.ja} {one.row.key}".casefold()]
    if state == "due":
        return [one for one in found if one.is_due]
    return [one for one in found if one.state == state] if state else found


def _sorted(lines: list[Line], request: MemberRequest) -> list[Line]:
    sort = request.GET.get("sort", "name")
    key, language = sort.removeprefix("-"), get_language() or "ja"
    by = {
        "state": lambda one: list(STATES).index(one.state),
        "begun": lambda one: one.begun,
        "inside": lambda one: one.inside,
        "failed": lambda one: one.failed,
        "review": lambda one: one.review_on or date.max,
    }.get(key, lambda one: one.name.in_(language))
    return sorted(lines, key=by, reverse=sort.startswith("-"))


@requires(Permission.EXPORT)
def playbooks_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The list as CSV or Excel, as filtered and sorted."""
    language = get_language() or "ja"
    lines = _sorted(_filtered(_lines(request), request), request)
    exports.note(request, "playbook", len(lines), {}, room="playbooks")
    table = [
        [one.name.in_(language), one.word.in_(language), one.version.number, one.trigger.in_(language), one.begun,
         one.inside, one.failed, one.minutes, one.review_on, one.row.owner.name if one.row.owner else ""]
        for one in lines
    ]  # fmt: skip
    return exports.answer(kind, "playbooks", [head.in_(language) for head in HEAD], table, request.at)


@requires(Permission.PLAYBOOKS_EDIT)
def new(request: MemberRequest) -> HttpResponse:
    """Begin from a ready-made playbook, from another one, or from nothing."""
    problems: list[str] = []
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_begun(request))
        except Unreadable as wrong:
            problems = [one.text.in_(get_language() or "ja") for one in wrong.problems]
    fields, choices = setting.current()
    taken = set(Playbook.objects.values_list("key", flat=True))
    ready = [_ready(key, fields, choices, taken) for key in library.ORDER]
    context = {"as_of": request.at, "ready": [one for one in ready if one], "problems": problems}
    return render(request, "playbooks/new.html", context, status=422 if problems else 200)


def _ready(key: str, fields: Any, choices: Any, taken: set[str]) -> dict[str, Any] | None:
    try:
        document = reading.from_dict(library.documents()[key], fields, choices)
    except Unreadable:
        return None
    trigger = words.trigger_words(document.triggers[0], choices, fields)
    return {"document": document, "trigger": trigger, "minutes": words.minutes(document), "is_taken": key in taken}


def _begun(request: MemberRequest) -> str:
    """The address of the new draft. Raises Unreadable, Http404."""
    taken = set(Playbook.objects.values_list("key", flat=True))
    like = request.POST.get("like", "")
    if like and like not in library.ORDER:
        raise Http404(like)
    if not standing.may(request):
        raise PermissionDenied(Permission.PLAYBOOKS_EDIT.value)
    if like:
        document = {**library.documents()[like], "playbook": _free(like, taken)}
    else:
        name = names(request.POST.get("name.en", ""), request.POST.get("name.ja", ""))
        document = {"playbook": _free(_slug(name["en"]), taken), "name": name, **BLANK}
    document = holdouts.begun(hypotheses.dated(document, organisation.today(request.at)))
    row = playbooks.draft(document, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("Draft saved."))
    return reverse("playbook", args=[row.playbook.key])


def _slug(name: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")
    return plain[:40] if plain[:1].isalpha() else "playbook"


def _free(stem: str, taken: set[str]) -> str:
    return editing.free(stem, taken).replace("_", "-")


urlpatterns = [
    path("playbooks", playbook_list, name="playbooks"),
    path("playbooks/new", new, name="playbook-new"),
    path("playbooks/export.<str:kind>", playbooks_export, name="playbooks-export"),
]
