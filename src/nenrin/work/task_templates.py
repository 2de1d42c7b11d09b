"""Templates of tasks: kept, changed, archived, used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checklists, recurrence, task_rules, tasks
from nenrin.work.models import Task, TaskTemplate
from nenrin.work.models.task import Every

MOST_DAYS = 400


def save(
    key: str,
    *,
    name: str,
    title: str,
    by: Actor,
    at: datetime,
    body: str = "",
    kind: str = "",
    minutes: int | None = None,
    due_in: int | None = None,
    checklist: Sequence[str] = (),
    every: str = Every.NEVER,
    version: int | None = None,
) -> TaskTemplate:
    """Keep a template under its key, new or changed. Safe to repeat. Raises Refused, Conflict. Journal: work.template.saved."""
    steps = [step["words"] for step in checklists.built(checklist)]
    given = {"name": name.strip(), "title": title.strip(), "body": body.strip(), "kind": kind.strip(),
             "minutes": minutes, "due_in": due_in, "checklist": steps, "every": every}  # fmt: skip
    with transaction.atomic():
        row = TaskTemplate.objects.select_for_update().filter(key=key).first() or TaskTemplate(key=key, version=0)
        if version is not None and row.version != version:
            theirs = {field: getattr(row, field) for field in given}
            raise Conflict(f"template {key}", asked=version, stands=row.version, mine=given, theirs=theirs)
        if row.pk and row.archived_at is None and all(getattr(row, field) == value for field, value in given.items()):
            return row
        for field, value in given.items():
            setattr(row, field, value)
        _check(row)
        row.archived_at, row.changed_at, row.version = None, at, row.version + 1
        row.save()
        _note("saved", row, by, at)
    return row


def archive(row: TaskTemplate, *, by: Actor, at: datetime) -> None:
    """Offer it no more; tasks made of it stay. Safe to repeat. Journal: work.template.archived."""
    with transaction.atomic():
        if TaskTemplate.objects.filter(pk=row.pk, archived_at__isnull=True).update(archived_at=at):
            _note("archived", row, by, at)


def restore(row: TaskTemplate, *, by: Actor, at: datetime) -> None:
    """Offer it again. Safe to repeat. Journal: work.template.restored."""
    with transaction.atomic():
        if TaskTemplate.objects.filter(pk=row.pk, archived_at__isnull=False).update(archived_at=None):
            _note("restored", row, by, at)


def use(
    row: TaskTemplate, account: Account | None, *, assignee: Member | None, by: Actor, at: datetime, key: str = ""
) -> Task:
    """Open a task of this template, due so many business days from today. Raises Refused. Journal: work.task.opened."""
    due = due_on(row, organisation.today(at))
    return tasks.open(
        account, row.title, assignee=assignee, due_on=due, by=by, at=at, kind=row.kind, minutes=row.minutes,
        body=row.body, checklist=row.checklist, key=key, every=row.every if due else Every.NEVER,
        origin=("template", row.key),
    )  # fmt: skip


def due_on(row: TaskTemplate, today: date) -> date | None:
    """The day on which a task of this template would fall due, used today."""
    if row.due_in is None:
        return None
    return add_business_days(today, row.due_in) if row.due_in else recurrence.business_day(today)


def _check(row: TaskTemplate) -> None:
    """The rules of the task that it would make, and of its own name and days. Raises Refused."""
    faults: list[Fault] = []
    if not 0 < len(row.name) <= 120:
        faults.append(Fault("name", Text("from 1 to 120 characters", "1〜120文字"), row.name[:60]))
    if row.due_in is not None and not 0 <= row.due_in <= MOST_DAYS:
        faults.append(
            Fault("due_in", Text(f"from 0 to {MOST_DAYS} business days", f"0〜{MOST_DAYS}営業日"), row.due_in)
        )
    if row.every and row.due_in is None:
        faults.append(Fault("due_in", Text("a recurring task needs a first day", "繰り返しには最初の期日が必要")))
    try:
        task_rules.check(Task(title=row.title, body=row.body, kind=row.kind, minutes=row.minutes))
    except Refused as refused:
        faults += refused.faults
    if faults:
        raise Refused(faults)


def _note(verb: str, row: TaskTemplate, by: Actor, at: datetime) -> None:
    about = {"name": row.name, "key": row.key}
    journal.record(f"work.template.{verb}", actor=by, at=at, subject=("template", row.key), particulars=about)
