"""The same done to many tasks at once, and taken back: five hundred in a transaction, one journal entry each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Entry, Member
from nenrin.work import task_entries, task_notices, task_rules, tasks
from nenrin.work.models import Task
from nenrin.work.models.task import State

CHUNK = 500
#: Changes a task; False where there was nothing to change.
Deed = Callable[[Task], bool]


def assign(chosen: Iterable[int], member: Member | None, *, by: Actor, at: datetime) -> int:
    """Give open tasks to a member; how many changed hands. Raises Refused. Journal: work.task.assigned, one each."""

    def give(task: Task) -> bool:
        if task.assignee_id == (member.pk if member else None):
            return False
        task.assignee = member
        task_rules.check(task)
        return True

    name = member.name if member else "—"
    after = {"member_id": member.pk if member else None, "assignee": name}
    return _done(chosen, "assigned", give, ("assignee_id",), after, by, at, heard=True)


def due(chosen: Iterable[int], day: date | None, *, by: Actor, at: datetime) -> int:
    """Let open tasks fall due on this day. Raises Refused. Journal: work.task.changed, one each."""

    def move(task: Task) -> bool:
        if task.due_on == day:
            return False
        task.due_on = day
        if task.every:
            task.first_on, task.turn = day, 0
        task_rules.check(task)
        return True

    return _done(chosen, "changed", move, ("due_on", "first_on", "turn"), {"fields": "due_on"}, by, at)


def finish(chosen: Iterable[int], *, by: Actor, at: datetime) -> int:
    """All of these that are open are done; recurring ones open their next. Journal: work.task.finished, one each."""
    return _one_by_one(chosen, lambda task: tasks.finish(task, by=by, at=at))


def dismiss(chosen: Iterable[int], reason: str, *, by: Actor, at: datetime) -> int:
    """None of these that are open will be done. Raises Refused without a reason. Journal: work.task.dismissed, one each."""
    task_rules.reason(reason)
    return _one_by_one(chosen, lambda task: tasks.dismiss(task, reason, by=by, at=at))


def take_back(at_first: datetime, *, by: Actor, at: datetime) -> int:
    """Undo what this member did to many tasks at that instant, where nobody has changed them since.

    Returns how many are as they were. Journal: what the verbs write.
    """
    told = Entry.objects.filter(
        action__startswith="work.task.", recorded_at=at_first, actor_kind=by.kind, actor_key=by.key
    ).prefetch_related("references")
    count = 0
    with transaction.atomic():
        for entry in told:
            key = next((one.key for one in entry.references.all() if one.kind == "task"), "0")
            task = Task.objects.select_for_update().filter(pk=key, version=entry.version or 0).first()
            count += task is not None and _put_back(task, entry, by, at)
    return count


def _put_back(task: Task, entry: Entry, by: Actor, at: datetime) -> bool:
    if entry.action in ("work.task.finished", "work.task.dismissed"):
        tasks.reopen(task, by=by, at=at)
        return True
    before = entry.particulars.get("before")
    if entry.action == "work.task.assigned":
        key = (before or {}).get("assignee_id") or 0
        member = Member.objects.filter(pk=key, is_active=True).first()
        tasks.assign(task, member, by=by, at=at)
        return True
    if before is None or "due_on" not in before:
        return False
    tasks.change(task, by=by, at=at, due_on=_day(before["due_on"]))
    if task.every and "turn" in before:  # else the series would count from this turn's business day on
        Task.objects.filter(pk=task.pk).update(first_on=_day(before["first_on"]), turn=before["turn"])
    return True


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _done(
    chosen: Iterable[int], verb: str, deed: Deed, names: Sequence[str], after: dict[str, Any], by: Actor, at: datetime,
    *, heard: bool = False,
) -> int:  # fmt: skip
    count = 0
    for keys in _chunks(chosen):
        with transaction.atomic():
            changed, drafts = [], []
            for task in _open_ones(keys):
                before = {name: getattr(task, name) for name in names}
                if deed(task):
                    task.version, task.changed_at = task.version + 1, at
                    drafts.append(task_entries.draft(verb, task, by, at, {**after, "before": before}))
                    changed.append(task)
            bulk.update(changed, [name.removesuffix("_id") for name in names] + ["version", "changed_at"])
            journal.record_many(drafts)
            if heard:
                task_notices.given(changed, by=by, at=at)
        count += len(changed)
    return count


def _one_by_one(chosen: Iterable[int], deed: Callable[[Task], object]) -> int:
    count = 0
    for keys in _chunks(chosen):
        with transaction.atomic():
            for task in _open_ones(keys):
                deed(task)
                count += 1
    return count


def _open_ones(keys: Sequence[int]) -> list[Task]:
    rows = Task.objects.select_for_update(of=("self",)).select_related("account", "assignee", "opened_by")
    return list(rows.filter(pk__in=keys, state=State.OPEN).order_by("pk"))


def _chunks(chosen: Iterable[int]) -> Iterator[list[int]]:
    keys = sorted(set(chosen))
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
