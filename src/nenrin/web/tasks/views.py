"""Saved views of the task list."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import saved_views, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.saved_views import Marked, Whose
from nenrin.web.tasks import filters

PAGE = "tasks"
_SHOWING = ("sort", "group")
_NOTHING = Text("Nothing was changed.", "変更はありません。")


def essence(query: str) -> frozenset[tuple[str, str]]:
    """What an address asks for, whatever page of it."""
    return frozenset((name, value) for name, value in parse_qsl(query) if name in {*filters.LABELS, *_SHOWING})


def menu(request: MemberRequest, marked: Sequence[Marked]) -> dict[str, object]:
    """All saved views with their addresses, and the one that is shown."""
    home, here = reverse(PAGE), essence(request.GET.urlencode())
    shown = next((each for each in marked if each.view.query and essence(each.view.query) == here), None)
    return {"saved": [(each, f"{home}?{each.view.query}") for each in marked], "here": shown}


@require_POST
@requires(Permission.TASKS_VIEW)
def save(request: MemberRequest) -> HttpResponse:
    """Keep the list as it stands under a name."""
    name, query = plain(request.POST.get("name"), 80), plain(request.POST.get("back"), 2000)
    asked = request.POST.get("for", "me")
    whose: Whose = asked if asked in ("me", "team", "all") else "me"  # type: ignore[assignment]  # one of the three
    if name:
        view = saved_views.save(request.user, PAGE, name, query, whose=whose)
        saved_views.mark(request.user, view, is_pinned=True)
        toasts.say(request, Text(f"View “{name}” saved.", f"一覧「{name}」を保存しました。"))
    return HttpResponseRedirect(f"{reverse(PAGE)}?{query}")


@require_POST
@requires(Permission.TASKS_VIEW)
def mark(request: MemberRequest) -> HttpResponse:
    """Pin a view or take it down, let the bare address show it, or forget it."""
    key, deed = request.POST.get("view", ""), request.POST.get("do", "")
    back = plain(request.POST.get("back"), 2000)
    marked = next((each for each in saved_views.of(request.user, PAGE) if str(each.view.pk) == key), None)
    if marked is None or not _marked(request, marked, deed):
        toasts.say(request, _NOTHING)
    return HttpResponseRedirect(f"{reverse(PAGE)}?{back}")


def _marked(request: MemberRequest, marked: Marked, deed: str) -> bool:
    if deed in ("pin", "unpin"):
        saved_views.mark(request.user, marked.view, is_pinned=deed == "pin")
    elif deed in ("default", "no_default"):
        saved_views.open_with(request.user, PAGE, marked.view if deed == "default" else None)
    elif deed == "drop":
        return saved_views.drop(request.user, marked.view)
    else:
        return False
    return True


urlpatterns = [
    path("tasks/views", save, name="tasks-save-view"),
    path("tasks/views/mark", mark, name="tasks-mark-view"),
]
