"""REST: the same done to many tasks at once, and taken back within an hour."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

from ninja import Field, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import task_deeds
from nenrin.work.models import Task

router = Router(tags=["tasks"])
EDIT = Permission.TASKS_EDIT
MOST = 5000
#: For so long what was done to many can be taken back.
FOR = timedelta(hours=1)
_TOO_LATE = Text("a deed of the last hour", "1時間以内の操作のみ")


class ManyTasks(Strict):
    """`assign` takes `assignee_id` (null: nobody), `due` takes `due_on`, `dismiss` takes `reason`."""

    ids: list[Id] = Field(max_length=MOST)
    do: Literal["assign", "due", "finish", "dismiss"]
    assignee_id: Id | None = None
    due_on: date | None = None
    reason: str = Field("", max_length=500)


class ManyTasksDone(Strict):
    """`undo` goes to /tasks/many/undo."""

    changed: int
    undo: str


class ManyTasksUndo(Strict):
    undo: datetime


class ManyTasksUndone(Strict):
    changed: int


@router.post("/many", response=ManyTasksDone, summary="Do the same to many tasks")
@grants(EDIT)
def do_many_tasks(request: ApiRequest, body: ManyTasks) -> Any:
    """Open tasks in your scope; the others stay as they are and are not counted. Safe to repeat."""
    mine = Task.objects.for_member(request.member, EDIT).filter(pk__in=body.ids)
    keys, by = list(mine.values_list("pk", flat=True)), Actor.of(request.member)
    if body.do == "assign":
        changed = task_deeds.assign(keys, _assignee(body), by=by, at=request.at)
    elif body.do == "due":
        if body.due_on is None:
            raise Refused.one("due_on", Text("a day", "日付"))
        changed = task_deeds.due(keys, body.due_on, by=by, at=request.at)
    elif body.do == "finish":
        changed = task_deeds.finish(keys, by=by, at=request.at)
    else:
        changed = task_deeds.dismiss(keys, body.reason, by=by, at=request.at)
    return {"changed": changed, "undo": request.at.isoformat()}


@router.post("/many/undo", response=ManyTasksUndone, summary="Take back what was done to many tasks")
@grants(EDIT)
def undo_many_tasks(request: ApiRequest, body: ManyTasksUndo) -> Any:
    """Your own deed of the last hour, where nobody has changed the task since. Safe to repeat."""
    if body.undo.tzinfo is None or not timedelta() <= request.at - body.undo <= FOR:
        raise Refused.one("undo", _TOO_LATE, body.undo)
    return {"changed": task_deeds.take_back(body.undo, by=Actor.of(request.member), at=request.at)}


def _assignee(body: ManyTasks) -> Member | None:
    if "assignee_id" not in body.model_fields_set:
        raise Refused.one("assignee_id", Text("a member, or null for nobody", "メンバー、またはnull（担当なし）"))
    found = Member.objects.filter(pk=body.assignee_id or 0, is_active=True).first()
    if body.assignee_id is not None and found is None:
        raise Refused.one("assignee_id", Text("an active member", "有効なメンバー"), body.assignee_id)
    return found
