"""The builder: steps and their picture side by side, one part at a time in a form; every save is a draft that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import playbooks, steps, triggers
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.problems import Problem, Unreadable
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.playbooks import editing, parts, replays, shown, standing
from nenrin.web.playbooks.standing import Standing

#: Deeds that change where steps stand, without a form of fields.
MOVES = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Tried:
    """The document that a form asked for, and why it cannot be."""

    document: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


@requires(Permission.PLAYBOOKS_VIEW)
def playbook(request: MemberRequest, key: str) -> HttpResponse:
    """One playbook. GET shows a part; POST saves it into the draft, or says what does not fit."""
    found = standing.of(key)
    part = request.GET.get("part", "")
    if request.method != "POST":
        return _page(request, found, Tried(found.document), part or _first(found))
    if not standing.may(request):
        raise PermissionDenied(Permission.PLAYBOOKS_EDIT.value)
    return _posted(request, found, part or _first(found))


def _first(found: Standing) -> str:
    return f"step:{found.document['steps'][0]['id']}"


def _posted(request: MemberRequest, found: Standing, part: str) -> HttpResponse:
    do, step = request.POST.get("do", "save"), request.POST.get("step", "")
    if move := request.POST.get("move"):
        do, _colon, step = move.partition(":")
    document, goes_to = _changed(request, found, part, do, step)
    try:
        seen = datetime.fromisoformat(found.seen) if found.draft else None
        if found.draft and request.POST.get("seen", "") != found.seen:
            raise playbooks.Stale
        row = playbooks.draft(document, by=Actor.of(request.user), at=request.at, seen=seen)
    except Unreadable as wrong:
        return _page(request, found, Tried(document, wrong.problems), part)
    except playbooks.Stale:
        words = Text("Somebody saved this draft after you opened it.", "開いた後に別の人がこの案を保存しました。")
        problem = Problem("", words, "", Text("the newest draft", "最新の案"))
        return _page(request, found, Tried(document, (problem,)), part)
    if goes_to == "new":
        goes_to = f"step:{_added(found.document, row.document)}"
    toasts.say(request, _("Draft saved."))
    moved = f"&moved={step}" if do in MOVES else ""
    anchor = (
        "" if moved else "#detail"
    )  # a moved step takes the focus, which an address within the page would take from it
    return HttpResponseRedirect(f"{standing.address(found.key)}?part={goes_to}{moved}{anchor}")


def _changed(request: MemberRequest, found: Standing, part: str, do: str, step: str) -> tuple[editing.Document, str]:
    """The document that the form asks for, and the part that is shown afterwards."""
    document, form, fields = found.document, request.POST, found.fields
    if do in MOVES:
        return editing.moved(document, step, MOVES[do]), f"step:{step}"
    if do == "drop" and step:
        return editing.dropped(document, step), "about"
    kind, _colon, name = part.partition(":")
    if kind == "new" and name in steps.KINDS:
        return editing.put(document, editing.new_step(name, form, fields), form.get("place", "")), "new"
    if kind == "step":
        return editing.with_step(document, name, form, fields), part
    if kind == "newtrigger" and name in triggers.KINDS:
        count = len(document["when"])
        return editing.with_trigger(document, count, name, form, fields), f"trigger:{count}"
    if kind == "trigger":
        place = int(name) if name.isdigit() else 0
        if do == "drop":
            return editing.without_trigger(document, place), "trigger:0"
        one = document["when"][place] if place < len(document["when"]) else None
        if one is None:
            raise Http404(part)
        return editing.with_trigger(document, place, one["trigger"], form, fields), part
    return editing.with_part(document, part, form, fields), part


def _added(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    known = {one.step["id"] for one in editing.spots(before["steps"])}
    return next((one.step["id"] for one in editing.spots(after["steps"]) if one.step["id"] not in known), "")


def _page(request: MemberRequest, found: Standing, tried: Tried, part: str) -> HttpResponse:
    document, problems = found.read()
    told = tried.problems or problems
    typed = request.POST if request.method == "POST" and tried.problems else None
    context = {
        **standing.head(request, found, "playbook"),
        "part": part,
        "problems": [one.text for one in told],
        "detail": parts.detail(found, tried.document, part, typed),
        "moved": request.GET.get("moved", ""),
        "step_kinds": steps.KINDS.values(),
        "trigger_kinds": triggers.KINDS.values(),
    }
    if document is not None:
        context |= _drawn(request, found, document, part)
    return render(request, "playbooks/builder.html", context, status=422 if tried.problems else 200)


def _drawn(request: MemberRequest, found: Standing, document: Document, part: str) -> dict[str, Any]:
    language, row = get_language() or "ja", found.shown.replays.first()
    return {
        "document": document,
        "lines": shown.lines(document, found, part),
        "flow": shown.flow_picture(document, found, part, language),
        "guards": shown.guards(document, found, row),
        "places": parts.places(document),
        "facts": shown.facts(document),
        "replay": row,
        "told": replays.told(request, row),
    }


urlpatterns = [path("playbooks/<slug:key>", playbook, name="playbook")]
