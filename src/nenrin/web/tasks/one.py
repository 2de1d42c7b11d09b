"""One task: read, add, change."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import holiday_name, is_business_day
from nenrin.foundation.models import Entry
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import navigation, telling, toasts
from nenrin.web.attachments import pages as files
from nenrin.web.components import Fact, Moment
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole
from nenrin.web.tasks.accounts import offered
from nenrin.web.tasks.forms import TaskForm, colleagues, standing
from nenrin.web.tasks.rows import lines, within
from nenrin.work import due_days, task_templates, tasks
from nenrin.work.models import Task, TaskTemplate
from nenrin.work.models.task import EVERY, STATES, Every, State

#: What the figures under a task's head mean.
MEANT = {
    "state": Text("Open until somebody finishes or dismisses it.", "完了または見送りになるまで未完了。"),
    "due": Text(
        "The day by which it is to be done; putting it off does not move it.",
        "この日までに終える。「あとで」にしても期日は変わらない。",
    ),
    "assignee": Text("Whose task it is: whoever gets one is told.", "担当者。割り当てられた人に通知される。"),
    "minutes": Text(
        "Minutes spent, where they were stated, and minutes planned. Those spent are hours of the account.",
        "実績（入力がある場合）と予定の分数。実績は顧客の工数になる。",
    ),
    "every": Text(
        "When this one ends the next is opened, on a business day.",
        "このタスクが終わると、次回分が営業日付で作られる。",
    ),
}


@requires(Permission.TASKS_VIEW)
def task(request: MemberRequest, key: int) -> HttpResponse:
    """One task with its steps, files and history, and what can be done to it."""
    row = find(request, key)
    [line] = lines([row], request.user, navigation.today(request))
    may_read, may_edit = visible(request.user, FieldClass.PERSONAL), editable(request, key)
    context = {
        "as_of": request.at,
        "line": line,
        "task": row,
        "facts": _facts(row, request),
        "may_read": may_read,
        "may_edit": may_edit,
        "colleagues": colleagues() if may_edit else [],
        "files": files.shown(row, request, may_edit=may_edit),
        "history": _history(key, may_read),
        "crumbs": [(row.account.name, reverse("account", args=[row.account_id]))] if row.account else [],
    }
    return render(request, "tasks/task.html", context)


@requires(Permission.TASKS_EDIT)
def new(request: MemberRequest) -> HttpResponse:
    """Add a task, with a template's words where one is chosen; an account in the address is filled in."""
    form = TaskForm(request.POST or None, initial=_beginning(request), member=request.user)
    made: list[Task] = []

    def add() -> None:
        given = form.given()
        account, title = given.pop("account"), given.pop("title")
        made.append(tasks.open(account, title, by=Actor.of(request.user), at=request.at, **given))

    if request.method == "POST" and form.is_valid() and attempt(form, add) is True:
        _say(request, Text("Task added.", "タスクを追加しました。"), made[0].due_on)
        return HttpResponseRedirect(back_to(request, reverse("task", args=[made[0].pk])))
    context = {
        "as_of": request.at,
        "title": Text("Add a task", "タスクを追加する"),
        "form": form,
        "cancel_url": back_to(request, reverse("tasks")),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "templates": TaskTemplate.objects.filter(archived_at__isnull=True),
        "accounts": offered(request.user, Permission.TASKS_EDIT),
        "odd": _odd(form, request),
    }
    return render(request, "tasks/form.html", context, status=422 if form.errors else 200)


@requires(Permission.TASKS_EDIT)
def edit(request: MemberRequest, key: int) -> HttpResponse:
    """Change a task's words."""
    row = find(request, key, Permission.TASKS_EDIT)
    form = TaskForm(request.POST or None, initial=standing(row), member=request.user)
    outcome: Clash | bool = False

    def change() -> None:
        given, by = form.given(), Actor.of(request.user)
        assignee = given.pop("assignee")
        tasks.change(row, by=by, at=request.at, version=version_of(request.POST), **given)
        tasks.assign(row, assignee, by=by, at=request.at)

    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, change, lambda: last_entry(references__kind="task", references__key=str(key)))
        if outcome is True:
            _say(request, Text("Saved.", "保存しました。"), form.cleaned_data["due_on"])
            return HttpResponseRedirect(reverse("task", args=[key]))
    context = {
        "as_of": request.at,
        "title": row.title,
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "version": row.version,
        "cancel_url": reverse("task", args=[key]),
        "accounts": offered(request.user, Permission.TASKS_EDIT),
        "odd": _odd(form, request),
    }
    return render(request, "tasks/form.html", context, status=422 if form.errors else 200)


def _odd(form: TaskForm, request: MemberRequest) -> due_days.Doubt | None:
    """Of the day that the form shows."""
    day = form.cleaned_data.get("due_on") if form.is_bound and form.is_valid() else form["due_on"].initial
    return due_days.doubt(day, navigation.today(request))


def _say(request: MemberRequest, done: Text, day: date | None) -> None:
    """What was done, and what is odd about the due day: the task stands all the same."""
    odd = due_days.doubt(day, navigation.today(request))
    toasts.say(request, Text(f"{done.en} {odd.words.en}", f"{done.ja}{odd.words.ja}") if odd else done)


def find(request: MemberRequest, key: int, permission: Permission = Permission.TASKS_VIEW) -> Task:
    """The task within the viewer's scope; a 404 otherwise."""
    return get_object_or_404(within(request.user, permission).select_related("opened_by", "ended_by"), pk=key)


def editable(request: MemberRequest, key: int) -> bool:
    """May the viewer change this one?"""
    if allowed(request.user, Permission.TASKS_EDIT) is None:
        return False
    return Task.objects.for_member(request.user, Permission.TASKS_EDIT).filter(pk=key).exists()


def back_to(request: MemberRequest, otherwise: str) -> str:
    """Where the form was opened from, if it says so and lies here."""
    asked = plain(request.POST.get("next") or request.GET.get("next"), 2000)
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if asked and is_ours else otherwise


def _beginning(request: MemberRequest) -> dict[str, Any]:
    """One's own task, with what the address names: a title, an account, a template."""
    filled: dict[str, Any] = {"assignee": str(request.user.pk), "title": plain(request.GET.get("title"))}
    if key := whole(request.GET.get("account")):
        account = Account.objects.for_member(request.user, Permission.TASKS_EDIT).filter(pk=key).first()
        if account is None:
            raise Http404(f"account {key}")
        filled["account"] = account.name
    if name := plain(request.GET.get("template"), 60):
        row = TaskTemplate.objects.filter(key=name, archived_at__isnull=True).first()
        if row is not None:
            filled |= {
                "title": row.title, "body": row.body, "minutes": row.minutes, "every": row.every,
                "due_on": task_templates.due_on(row, navigation.today(request)), "steps": "\n".join(row.checklist),
            }  # fmt: skip
    return filled


def _facts(row: Task, request: MemberRequest) -> list[Fact]:
    language, today = get_language() or "ja", navigation.today(request)
    due = format.day(row.due_on, language, "long") if row.due_on else Text("No day", "期日なし")
    found = [
        Fact(Text("State", "状態"), STATES[State(row.state)], _ended(row, language), meaning=MEANT["state"]),
        Fact(Text("Due", "期日"), due, _when(row, today, language), meaning=MEANT["due"]),
        Fact(
            Text("Assignee", "担当"),
            row.assignee.name if row.assignee else Text("Nobody", "担当なし"),
            meaning=MEANT["assignee"],
        ),
        Fact(Text("Time", "所要時間"), _minutes(row, language), meaning=MEANT["minutes"]),
    ]
    if row.every:
        found.append(Fact(Text("Repeats", "繰り返し"), EVERY[Every(row.every)], meaning=MEANT["every"]))
    return found


def _ended(row: Task, language: str) -> str:
    if row.ended_at is None:
        return ""
    return Text("by {who}", "{who}").fill(who=row.ended_by.name if row.ended_by else "Nenrin").in_(language)


def _when(row: Task, today: Any, language: str) -> Text | str:
    """How far it is, or that it is no business day."""
    if row.due_on is None or not row.is_open:
        return ""
    if row.snoozed_until is not None and row.snoozed_until > today:
        day = format.day(row.snoozed_until, language, "brief")
        return Text(f"put off to {day}", f"{day}まであとで")
    if not is_business_day(row.due_on):
        names = [holiday_name(row.due_on, each) for each in ("en", "ja")]
        en, ja = (f" ({names[0]})", f"（{names[1]}）") if all(names) else ("", "")
        return Text(f"no business day{en}", f"休業日{ja}")
    return format.days_left((row.due_on - today).days, language)


def _minutes(row: Task, language: str) -> str:
    told = [format.number(each, language) for each in (row.minutes_spent, row.minutes) if each is not None]
    return Text(f"{' / '.join(told)} min", f"{' / '.join(told)}分").in_(language) if told else "—"


def _history(key: int, may_read: bool) -> list[Moment]:
    """What happened to this task, newest first."""
    about = Q(references__kind="task", references__key=str(key))
    entries = Entry.objects.filter(about).select_related("personal").order_by("-pk")[:50]
    return [_moment(entry, may_read) for entry in entries]


def _moment(entry: Entry, may_read: bool) -> Moment:
    part = getattr(entry, "personal", None) if may_read else None
    words = part.payload if part else {}
    body = words.get("body", "") if entry.action != "work.task.opened" else ""
    return Moment(telling.sentence(entry, words), entry.recorded_at, body, str(entry.particulars.get("by", "")))


urlpatterns = [
    path("tasks/new", new, name="task-new"),
    path("tasks/<int:key>", task, name="task"),
    path("tasks/<int:key>/edit", edit, name="task-edit"),
]
