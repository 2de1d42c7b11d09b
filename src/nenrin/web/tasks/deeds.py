"""What is done to tasks: one at a time, or many chosen in the list; each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole
from nenrin.web.tasks import filters as task_filters
from nenrin.web.tasks.one import back_to, find
from nenrin.web.tasks.rows import within
from nenrin.work import task_deeds, tasks
from nenrin.work.models import Task

#: Bulk deeds of the last hour can be taken back.
FOR = timedelta(hours=1)
AT_MOST = 5000
_NOTHING = Text("Nothing was changed.", "変更はありません。")
_NO_DAY = Text("Write a day as 2026-04-01.", "日付は 2026-04-01 の形で入力してください。")
Outcome = tuple[Text, str]  # what to say, and the address of its undo


@require_POST
@requires(Permission.TASKS_EDIT)
def deed(request: MemberRequest, key: int, do: str) -> HttpResponse:
    """Finish, dismiss, put off, hand on, tick, reopen: back to where it was asked, with a toast."""
    task = find(request, key, Permission.TASKS_EDIT)
    act = _DEEDS.get(do)
    try:
        words, undo_url = act(request, task) if act else (_NOTHING, "")
    except Refused as refused:
        said = refused.faults[0].text.in_(get_language() or "ja")
        words, undo_url = Text(f"Nothing was changed: {said}.", f"変更されていません: {said}"), ""
    toasts.say(request, words, undo_url=undo_url)
    return HttpResponseRedirect(back_to(request, reverse("task", args=[key])))


def _finish(request: MemberRequest, task: Task) -> Outcome:
    minutes = whole(request.POST.get("minutes"), 7200)
    outcome = plain_text(request.POST.get("outcome"), 2000)
    tasks.finish(task, outcome=outcome, minutes=minutes, by=Actor.of(request.user), at=request.at)
    return Text("Done.", "完了にしました。"), _url(task, "reopen")


def _dismiss(request: MemberRequest, task: Task) -> Outcome:
    reason = plain(request.POST.get("reason"), 500)
    tasks.dismiss(task, reason, by=Actor.of(request.user), at=request.at)
    return Text("Dismissed.", "見送りにしました。"), _url(task, "reopen")


def _snooze(request: MemberRequest, task: Task) -> Outcome:
    until, reason = _day(request.POST.get("until")), plain(request.POST.get("reason"), 500)
    if until is None:
        return _NO_DAY, ""
    tasks.snooze(task, until, reason, by=Actor.of(request.user), at=request.at)
    return Text("Put off.", "あとで行うことにしました。"), _url(task, "wake")


def _assign(request: MemberRequest, task: Task) -> Outcome:
    member = _member(request.POST.get("member", request.GET.get("member")))
    before = task.assignee_id
    tasks.assign(task, member, by=Actor.of(request.user), at=request.at)
    name = member.name if member else Text("nobody", "担当なし").in_(get_language() or "ja")
    return Text(f"Given to {name}.", f"{name}に割り当てました。"), f"{_url(task, 'assign')}?member={before or ''}"


def _tick(request: MemberRequest, task: Task) -> Outcome:
    step, is_done = whole(request.POST.get("step")) or 0, request.POST.get("done") == "1"
    tasks.tick(task, step, is_done=is_done, by=Actor.of(request.user), at=request.at)
    return Text("Saved.", "保存しました。"), ""


def _reopen(request: MemberRequest, task: Task) -> Outcome:
    tasks.reopen(task, by=Actor.of(request.user), at=request.at)
    return Text("Open again.", "未完了に戻しました。"), ""


def _wake(request: MemberRequest, task: Task) -> Outcome:
    tasks.wake(task, by=Actor.of(request.user), at=request.at)
    return Text("Due as before.", "元の期日に戻しました。"), ""


_DEEDS: dict[str, Callable[[MemberRequest, Task], Outcome]] = {
    "finish": _finish,
    "dismiss": _dismiss,
    "snooze": _snooze,
    "assign": _assign,
    "tick": _tick,
    "reopen": _reopen,
    "wake": _wake,
}


@require_POST
@requires(Permission.TASKS_EDIT)
def bulk(request: MemberRequest) -> HttpResponse:
    """The same to the chosen tasks, or to all that match; those outside the member's scope are left as they are."""
    back = plain(request.POST.get("back"), 2000)
    chosen, by = _chosen(request, back), Actor.of(request.user)
    try:
        count = _bulk(request, list(chosen.values_list("pk", flat=True)[:AT_MOST]), by)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
    else:
        words = (
            Text(f"{format.counted(count, 'task')} changed.", f"{count:,}件のタスクを変更しました。")
            if count
            else _NOTHING
        )
        toasts.say(request, words, undo_url=_kept(request) if count else "")
    return HttpResponseRedirect(f"{reverse('tasks')}?{back}")


def _bulk(request: MemberRequest, keys: list[int], by: Actor) -> int:
    do, given = request.POST.get("do", ""), request.POST
    if do == "assign" and "member" in given:
        return task_deeds.assign(keys, _member(given["member"]), by=by, at=request.at)
    if do == "due":
        day = _day(given.get("due_on"))
        return task_deeds.due(keys, day, by=by, at=request.at) if day else 0
    if do == "finish":
        return task_deeds.finish(keys, by=by, at=request.at)
    if do == "dismiss":
        return task_deeds.dismiss(keys, plain(given.get("reason"), 500), by=by, at=request.at)
    return 0


def _chosen(request: MemberRequest, back: str) -> QuerySet[Task]:
    rows = within(request.user, Permission.TASKS_EDIT)
    if request.POST.get("all"):
        filters = task_filters.asked(QueryDict(back))
        return task_filters.applied(rows, filters, request.user, navigation.today(request))
    ids = [int(key) for key in request.POST.getlist("id") if key.isascii() and key.isdigit() and len(key) < 19]
    return rows.filter(pk__in=ids[:AT_MOST])


def _kept(request: MemberRequest) -> str:
    """Remember the instant of a bulk deed; the address that takes it back."""
    request.session["task_deeds"] = [*request.session.get("task_deeds", [])[-9:], request.at.isoformat()]
    return f"{reverse('tasks-undo')}?at={request.at.timestamp()}"


@require_POST
@requires(Permission.TASKS_EDIT)
def undo(request: MemberRequest) -> HttpResponse:
    """Take back one's own last bulk deed, where nobody has changed the tasks since."""
    kept = list(request.session.get("task_deeds", []))
    asked = request.GET.get("at", "")
    first = next((each for each in kept if str(datetime.fromisoformat(each).timestamp()) == asked), None)
    if first is None or request.at - datetime.fromisoformat(first) > FOR:
        words = Text("This can no longer be undone.", "もう取り消せません。")
    else:
        request.session["task_deeds"] = [each for each in kept if each != first]
        count = task_deeds.take_back(datetime.fromisoformat(first), by=Actor.of(request.user), at=request.at)
        words = Text(f"{format.counted(count, 'task')} as before.", f"{count:,}件を元に戻しました。")
    toasts.say(request, words)
    return HttpResponseRedirect(back_to(request, reverse("tasks")))


def plain_text(value: str | None, limit: int) -> str:
    """Words of several lines."""
    return "\n".join(plain(line, limit) for line in (value or "").splitlines())[:limit]


def _url(task: Task, do: str) -> str:
    return reverse("task-deed", args=[task.pk, do])


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def _member(value: str | None) -> Member | None:
    key: Any = whole(value)
    return Member.objects.filter(pk=key, is_active=True).first() if key else None


urlpatterns = [
    path("tasks/bulk", bulk, name="tasks-bulk"),
    path("tasks/undo", undo, name="tasks-undo"),
    path("tasks/<int:key>/do/<slug:do>", deed, name="task-deed"),
]
