"""Who hears of a task: whoever it is given to, whoever asked for it, whoever is mentioned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import mentions, notices
from nenrin.work.models import Task
from nenrin.work.notices import News

#: More than so many at once for one member are told as one.
ONE_BY_ONE = 5


def given(tasks: Sequence[Task], *, by: Actor, at: datetime) -> None:
    """Tell the assignees, except those who gave it to themselves."""
    whose: dict[int, list[Task]] = {}
    for task in tasks:
        if task.assignee is not None and task.is_open and not _is(task.assignee, by):
            whose.setdefault(task.assignee.pk, []).append(task)
    news = [each for theirs in whose.values() for each in _given(theirs, by, at)]
    notices.tell_many(news, by=by, at=at)


def _given(tasks: Sequence[Task], by: Actor, at: datetime) -> list[News]:
    member = tasks[0].assignee
    assert member is not None
    if len(tasks) > ONE_BY_ONE:
        text = Text(
            f"{format.counted(len(tasks), 'task')} given to you.", f"{len(tasks)}件のタスクが割り当てられました。"
        )
        key = f"tasks:{member.pk}:{at.isoformat()}"
        return [News(member=member, code="task.assigned", text=text, key=key, url="/tasks?whose=mine")]
    return [_one(task, member, by) for task in tasks]


def _one(task: Task, member: Member, by: Actor) -> News:
    en = f"Task for you: {_named(task)}" + (f", due {format.day(task.due_on, 'en')}" if task.due_on else "")
    ja = f"タスクの割り当て: {_named(task)}" + (f"（期日 {format.day(task.due_on, 'ja')}）" if task.due_on else "")
    return News(
        member=member, code="task.assigned", text=Text(en, ja), url=f"/tasks/{task.pk}", account=task.account_id,
        key=f"task:{task.pk}:given:{task.version}",
    )  # fmt: skip


def ended(task: Task, *, by: Actor, at: datetime) -> None:
    """Whoever asked for it hears that it is done or will not be, where somebody else ended it."""
    if task.opened_by is None or not task.opened_by.is_active or _is(task.opened_by, by):
        return
    done = Text("Done", "完了") if task.state == "done" else Text("Dismissed", "見送り")
    text = Text(f"{done.en} by {by.name}: {_named(task)}", f"{by.name}が{done.ja}: {_named(task)}")
    notices.tell(
        task.opened_by, f"task.{task.state}", text=text, url=f"/tasks/{task.pk}", account=task.account,
        key=f"task:{task.pk}:ended:{task.version}", by=by, at=at,
    )  # fmt: skip


def mentioned(task: Task, words: str, before: str = "", *, by: Actor, at: datetime) -> None:
    """Whoever the words mention hears of it once, as far as the words before did not."""
    if "@" not in words and "＠" not in words:
        return
    colleagues = list(Member.objects.filter(is_active=True))
    known = {member.pk for member in mentions.found(before, colleagues)}
    text = Text(f"{by.name} mentions you: {_named(task)}", f"{by.name}がメンション: {_named(task)}")
    notices.tell_many(
        [
            News(member=member, code="mention.task", text=text, url=f"/tasks/{task.pk}", account=task.account_id,
                 key=f"task:{task.pk}:mention:{task.version}")
            for member in mentions.found(words, colleagues)
            if member.pk not in known and not _is(member, by)
        ],
        by=by, at=at,
    )  # fmt: skip


def _named(task: Task) -> str:
    return f"{task.title} ({task.account.name})" if task.account is not None else task.title


def _is(member: Member, by: Actor) -> bool:
    return by.kind == "member" and by.key == str(member.pk)
