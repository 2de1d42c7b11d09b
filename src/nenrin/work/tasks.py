"""Tasks: opened once, done or dismissed, put off, handed on; a recurring one opens the next when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checklists, recurrence, survivors, task_entries, task_notices, task_rules
from nenrin.work.models import Notice, Task
from nenrin.work.models.task import Every, State

CHANGEABLE: Final = frozenset(
    {"title", "body", "kind", "due_on", "minutes", "minutes_spent", "checklist", "every", "outcome", "account"}
)


def open(
    account: Account | None,
    title: str,
    *,
    assignee: Member | None,
    due_on: date | None,
    by: Actor,
    at: datetime,
    kind: str = "",
    minutes: int | None = None,
    why: Text | None = None,
    body: str = "",
    checklist: Sequence[str | Mapping[str, Any]] = (),
    key: str = "",
    origin: tuple[str, str] | None = None,
    every: str = Every.NEVER,
) -> Task:
    """Open a task and tell its assignee. Asked for again under the same `key` it is the same task, as it stands.

    Two at once under one key make one row. Raises Refused. Journal: work.task.opened.
    """
    if key and (there := Task.objects.filter(key=key).first()):
        return there
    task = Task(
        account=survivors.of(account), title=title.strip(), assignee=assignee, due_on=due_on, kind=kind, minutes=minutes,
        why={"en": why.en, "ja": why.ja} if why else {}, body=body.strip(), checklist=checklists.built(checklist),
        key=key, every=every, first_on=due_on if every else None, opened_by_id=by.member, created_at=at, changed_at=at,
        origin_kind=origin[0] if origin else "", origin_key=str(origin[1]) if origin else "",
    )  # fmt: skip
    return _written(task, by, at)


def _written(task: Task, by: Actor, at: datetime) -> Task:
    task_rules.check(task)
    try:
        with transaction.atomic():
            task.save(force_insert=True)
            if task.every and not task.series:
                task.series = f"task-{task.pk}"
                task.save(update_fields=["series"])
            said = {"due_on": task.due_on, "assignee": task.assignee.name if task.assignee else None}
            journal.record_many([task_entries.draft("opened", task, by, at, said, {"body": task.body})])
            task_notices.given([task], by=by, at=at)
            task_notices.mentioned(task, task.body, by=by, at=at)
    except IntegrityError:
        if task.key and (there := Task.objects.filter(key=task.key).first()):
            return there
        raise
    return task


def change(task: Task, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> Task:
    """Change words, day, minutes, steps or recurrence. Safe to repeat. Raises Refused, Conflict. Journal: work.task.changed."""
    if unknown := fields.keys() - CHANGEABLE:
        raise TypeError(f"a task has no {', '.join(sorted(unknown))} to change")
    with transaction.atomic():
        stands = _standing(task, version, fields)
        if "checklist" in fields:
            fields["checklist"] = checklists.built(fields["checklist"], stands.checklist)
        fields = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
        changed = {name: value for name, value in fields.items() if getattr(stands, name) != value}
        if not changed:
            return stands
        before = stands.body
        for name, value in changed.items():
            setattr(stands, name, value)
        _count_from_here(stands, changed)
        task_rules.check(stands, is_given=False)
        _save(stands, at)
        facts = {"fact": task_entries.effort(stands, at)} if changed.keys() & {"minutes_spent", "account"} else {}
        said = {"fields": ", ".join(changed), **facts}
        journal.record_many([task_entries.draft("changed", stands, by, at, said, _words(changed))])
        if "body" in changed:
            task_notices.mentioned(stands, stands.body, before, by=by, at=at)
    return stands


def assign(task: Task, member: Member | None, *, by: Actor, at: datetime, version: int | None = None) -> Task:
    """Give a task to a member, or to nobody, and tell them. Safe to repeat. Raises Refused. Journal: work.task.assigned."""
    with transaction.atomic():
        stands = _standing(task, version, {"assignee": member})
        if stands.assignee_id == (member.pk if member else None):
            return stands
        said: dict[str, Any] = {"before_id": stands.assignee_id, "member_id": member.pk if member else None}
        stands.assignee = member
        task_rules.check(stands)
        _save(stands, at)
        said["assignee"] = member.name if member else "—"
        journal.record_many([task_entries.draft("assigned", stands, by, at, said)])
        task_notices.given([stands], by=by, at=at)
    return stands


def tick(task: Task, step: int, *, is_done: bool, by: Actor, at: datetime) -> Task:
    """Tick a step, or take its tick off. Safe to repeat. Raises Refused. Journal: work.task.ticked, unticked."""
    with transaction.atomic():
        stands = _standing(task, None, {})
        steps, found = checklists.ticked(stands.checklist, step, is_done)
        if steps == stands.checklist:
            return stands
        stands.checklist = steps
        _save(stands, at)
        verb = "ticked" if is_done else "unticked"
        journal.record_many([task_entries.draft(verb, stands, by, at, None, {"words": found["words"]})])
    return stands


def finish(
    task: Task, *, outcome: str = "", minutes: int | None = None, by: Actor, at: datetime, version: int | None = None
) -> Task:
    """It is done; `minutes` is how long it took, which becomes hours of the account. A recurring task opens the next.

    Safe to repeat. Raises Refused for a dismissed one, Conflict. Journal: work.task.finished.
    """
    with transaction.atomic():
        stands = _standing(task, version, {"outcome": outcome})
        if stands.state == State.DONE:
            return stands
        _must_be_open(stands)
        stands.outcome = outcome.strip() or stands.outcome
        if minutes is not None:
            stands.minutes_spent = minutes
        _end(stands, State.DONE, by, at)
        facts = {"fact": task_entries.effort(stands, at)} if stands.minutes_spent is not None else {}
        said = {"minutes": stands.minutes_spent, **facts}
        journal.record_many([task_entries.draft("finished", stands, by, at, said, {"body": stands.outcome})])
        task_notices.ended(stands, by=by, at=at)
        _open_next(stands, by, at)
    return stands


def dismiss(task: Task, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Task:
    """It will not be done, and this is why. A recurring task opens the next. Safe to repeat.

    Raises Refused without a reason or for one that is done, Conflict. Journal: work.task.dismissed.
    """
    with transaction.atomic():
        stands = _standing(task, version, {"reason": reason})
        if stands.state == State.DISMISSED:
            return stands
        _must_be_open(stands)
        stands.reason = task_rules.reason(reason)
        _end(stands, State.DISMISSED, by, at)
        journal.record_many([task_entries.draft("dismissed", stands, by, at, None, {"body": stands.reason})])
        task_notices.ended(stands, by=by, at=at)
        _open_next(stands, by, at)
    return stands


def snooze(task: Task, until: date, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Task:
    """Not before this day (moved to a business day), and this is why. Its due date stays. Safe to repeat.

    Raises Refused without a reason, for a day that is not ahead or a task that has ended. Journal: work.task.snoozed.
    """
    with transaction.atomic():
        stands = _standing(task, version, {"snoozed_until": until})
        _must_be_open(stands)
        if not organisation.today(at) < until < task_rules.LATEST:
            raise Refused.one("until", Text("a day that is ahead", "明日以降の日付"), until)
        day, why = recurrence.business_day(until), task_rules.reason(reason)
        if (stands.snoozed_until, stands.snooze_reason) == (day, why):
            return stands
        stands.snoozed_until, stands.snooze_reason = day, why
        _save(stands, at)
        journal.record_many([task_entries.draft("snoozed", stands, by, at, {"until_on": day}, {"body": why})])
    return stands


def wake(task: Task, *, by: Actor, at: datetime) -> Task:
    """A task that was put off is due as before. Safe to repeat. Journal: work.task.changed."""
    with transaction.atomic():
        stands = _standing(task, None, {})
        if stands.snoozed_until is None:
            return stands
        stands.snoozed_until, stands.snooze_reason = None, ""
        _save(stands, at)
        journal.record_many([task_entries.draft("changed", stands, by, at, {"fields": "snoozed_until"})])
    return stands


def reopen(task: Task, *, by: Actor, at: datetime, version: int | None = None) -> Task:
    """A task that had ended is open again; the next of its series, where nobody has touched it, is withdrawn.

    Safe to repeat. Raises Conflict. Journal: work.task.reopened (and withdrawn).
    """
    with transaction.atomic():
        stands = _standing(task, version, {})
        if stands.state == State.OPEN:
            return stands
        had_minutes = stands.state == State.DONE and stands.minutes_spent is not None
        stands.state, stands.ended_at, stands.ended_by, stands.reason = State.OPEN, None, None, ""
        stands.minutes_spent = None
        _save(stands, at)
        facts = {"fact": task_entries.effort(stands, at)} if had_minutes else {}
        journal.record_many([task_entries.draft("reopened", stands, by, at, facts)])
        _withdraw_next(stands, by, at)
    return stands


def _open_next(task: Task, by: Actor, at: datetime) -> None:
    """The next of a series, under a key of its own so that it is opened once."""
    if not task.every or task.first_on is None or task.due_on is None:
        return
    every = Every(task.every)
    turn, due = recurrence.following(task.first_on, every, task.turn, task.due_on, organisation.today(at))
    key = f"{task.series}:after:{task.pk}"
    if Task.objects.filter(key=key).exists():
        return
    steps = [{**step, "is_done": False} for step in task.checklist]
    assignee = task.assignee if task.assignee and task.assignee.is_active else None
    following = Task(
        account_id=task.account_id, title=task.title, body=task.body, kind=task.kind, why=task.why, assignee=assignee,
        due_on=due, minutes=task.minutes, checklist=steps, every=every, series=task.series, first_on=task.first_on,
        turn=turn, key=key, origin_kind=task.origin_kind, origin_key=task.origin_key, opened_by_id=task.opened_by_id,
        created_at=at, changed_at=at,
    )  # fmt: skip
    _written(following, by, at)


def _withdraw_next(task: Task, by: Actor, at: datetime) -> None:
    key = f"{task.series}:after:{task.pk}"
    following = (
        Task.objects.select_for_update().filter(key=key, state=State.OPEN, version=1).first() if task.series else None
    )
    if following is not None:
        journal.record_many([task_entries.draft("withdrawn", following, by, at)])
        mine = f"task:{following.pk}:"
        told = Notice.objects.filter(created_at__gte=following.created_at)  # deputies' copies too
        told.filter(Q(key__startswith=mine) | Q(key__startswith="for:", key__contains=f":{mine}")).delete()
        following.delete()


def _end(task: Task, state: State, by: Actor, at: datetime) -> None:
    task.state, task.ended_at, task.ended_by_id = state, at, by.member
    task.snoozed_until, task.snooze_reason = None, ""
    task_rules.check(task, is_given=False)
    _save(task, at)


def _must_be_open(task: Task) -> None:
    if task.state != State.OPEN:
        raise Refused.one("state", Text("has ended: open it again first", "終了済み: 先に再開する"), task.state)


def _count_from_here(task: Task, changed: Mapping[str, Any]) -> None:
    """A series that begins, or whose day or rhythm was changed, counts from this day on."""
    if not task.every or not changed.keys() & {"every", "due_on"}:
        return
    task.first_on, task.turn = task.due_on, 0
    task.series = task.series or f"task-{task.pk}"


def _standing(task: Task, version: int | None, mine: Mapping[str, Any]) -> Task:
    stands = Task.objects.select_for_update(of=("self",)).select_related("assignee", "account").get(pk=task.pk)
    if version is not None and version != stands.version:
        theirs = {name: getattr(stands, name, None) for name in mine}
        raise Conflict(f"task {task.pk}", asked=version, stands=stands.version, mine=mine, theirs=theirs)
    return stands


def _save(task: Task, at: datetime) -> None:
    task.version, task.changed_at = task.version + 1, at
    task.save()


def _words(changed: Mapping[str, Any]) -> dict[str, str]:
    return {"body": changed["body"]} if "body" in changed else {}
