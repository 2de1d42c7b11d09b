"""Tasks as they stand in a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import get_language

from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work.models import Task
from nenrin.work.models.task import STATES, State

HIDDEN = "●●●"
SORTS = {"due": "due_on", "account": "account__name", "assignee": "assignee__name", "minutes": "minutes",
         "opened": "created_at", "changed": "changed_at"}  # fmt: skip
DEFAULT_SORT = "due"


@dataclass(frozen=True, slots=True)
class Line:
    """One row; words are dots for whoever may not read personal data."""

    task: Task
    title: str
    why: Text | str
    state: Text
    is_late: bool
    is_off: bool  # put off to a later day
    steps: str  # "2/5" of its checklist


def within(member: Member, permission: Permission = Permission.TASKS_VIEW) -> QuerySet[Task]:
    """The tasks that a member may see."""
    return Task.objects.for_member(member, permission).select_related("account", "assignee")


def lines(tasks: Iterable[Task], member: Member, today: date) -> list[Line]:
    may_read = visible(member, FieldClass.PERSONAL)
    return [_line(task, may_read, today) for task in tasks]


def _line(task: Task, may_read: bool, today: date) -> Line:
    is_late = task.is_open and task.due_on is not None and task.due_on < today
    return Line(
        task,
        task.title if may_read else HIDDEN,
        (task.reasoning or "") if may_read else "",
        STATES[State(task.state)],
        is_late,
        task.is_open and task.snoozed_until is not None and task.snoozed_until > today,
        f"{task.ticked}/{len(task.checklist)}" if task.checklist else "",
    )


@dataclass(frozen=True, slots=True)
class Group:
    name: Text | str
    url: str
    lines: Sequence[Line]


WAYS: dict[str, Text] = {
    "account": Text("Account", "顧客"),
    "due": Text("Due", "期日"),
    "assignee": Text("Assignee", "担当"),
}


def grouped(found: Sequence[Line], way: str, today: date) -> list[Group]:
    """The page's rows by account, by day or by assignee, in the order in which they come."""
    groups: dict[str, tuple[Text | str, str, list[Line]]] = {}
    for line in found:
        key, name, url = _place(line.task, way, today)
        groups.setdefault(key, (name, url, []))[2].append(line)
    return [Group(name, url, rows) for name, url, rows in groups.values()]


def _place(task: Task, way: str, today: date) -> tuple[str, Text | str, str]:
    if way == "account":
        none = Text("Without an account", "顧客なし")
        return str(task.account_id), task.account.name if task.account else none, _url(task.account_id)
    if way == "assignee":
        return str(task.assignee_id), task.assignee.name if task.assignee else Text("Nobody", "担当なし"), ""
    if task.due_on is None:
        return "", Text("Without a day", "期日なし"), ""
    if task.is_open and task.due_on < today:
        return "late", Text("Overdue", "期限超過"), ""
    return str(task.due_on), format.day(task.due_on, get_language() or "ja", "long"), ""


def _url(account: int | None) -> str:
    return f"/accounts/{account}" if account else ""
