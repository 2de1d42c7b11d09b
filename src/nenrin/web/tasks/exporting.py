"""The task list as a file: the rows and the order of the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import path

from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered
from nenrin.web.tasks import rows as task_rows
from nenrin.web.tasks.listed import shown
from nenrin.work.models import Task

HEAD = (
    Text("id", "id"),
    Text("Task", "タスク"),
    Text("Account", "顧客"),
    Text("Assignee", "担当"),
    Text("Due", "期日"),
    Text("State", "状態"),
    Text("Minutes planned", "予定（分）"),
    Text("Minutes spent", "実績（分）"),
    Text("Kind", "種類"),
    Text("Put off to", "あとで"),
    Text("Outcome", "結果"),
    Text("Reason", "理由"),
)


@requires(Permission.EXPORT)
def tasks_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Tasks of accounts within the right to export, and one's own, as CSV or Excel."""
    filters, rows = shown(request)
    reach = Task.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = ordered(
        rows.filter(pk__in=reach), chosen_sort(request, task_rows.SORTS, task_rows.DEFAULT_SORT), task_rows.SORTS
    )
    language, today = exports.language(), navigation.today(request)
    base = Task.objects.select_related("account", "assignee")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            for line in task_rows.lines(chunk, request.user, today):
                yield _cells(line, language)

    exports.note(request, "task", rows.count(), filters, room="work")
    return exports.answer(kind, "tasks", [head.in_(language) for head in HEAD], lines(), request.at)


def _cells(line: task_rows.Line, language: str) -> list[Any]:
    task, may_read = line.task, line.title != task_rows.HIDDEN
    return [
        task.pk, line.title, task.account.name if task.account else "", task.assignee.name if task.assignee else "",
        task.due_on, line.state.in_(language), task.minutes, task.minutes_spent, task.kind, task.snoozed_until,
        task.outcome if may_read else "", task.reason if may_read else "",
    ]  # fmt: skip


urlpatterns = [path("tasks/export.<str:kind>", tasks_export, name="tasks-export")]
