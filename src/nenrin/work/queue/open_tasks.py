"""The open tasks that a member's day is made of: one query, whose SQL is written once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, DateField, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from nenrin.customers.models import Account
from nenrin.customers.models.deputy import Deputy
from nenrin.foundation import prepared
from nenrin.foundation.models import Member
from nenrin.foundation.prepared import Place, Written
from nenrin.work.models.task import Task

#: Of one person: a deputy's own never crowd out those of whom they stand in for.
MOST = 500
#: What is read of a task.
_TASK = ("id", "title", "kind", "why", "due_on", "minutes", "account_id", "assignee_id")


def due(member: Member, on: date) -> list[Task]:
    """The member's own, whatever account they are for, and those for accounts of colleagues for whom the member stands
    in; those put off come back on their day. Of a task's account and assignee only the name is read."""
    return [_task(row) for row in _written(connection.vendor, MOST).rows({"member": member.pk, "on": on})]


@cache
def _written(vendor: str, most: int) -> Written:
    return prepared.written(rows(Place("member", BigIntegerField()), Place("on", DateField()), most))


def rows(member: int | Place, on: date | Place, most: int) -> QuerySet[Task, Any]:
    """Columns of tasks, then the names of account and assignee; of each assignee the `most` that are due first."""
    away = Deputy.objects.on(on).filter(deputy=member).values("member")
    whose = Q(assignee=member) | Q(assignee__in=away, account__isnull=False)
    is_awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=on)
    found = Task.objects.open().filter(whose, is_awake, due_on__lte=on)
    place = Window(RowNumber(), partition_by="assignee", order_by=["due_on", "pk"])
    near = found.annotate(place=place).filter(place__lte=most).order_by("due_on", "pk")
    return near.values_list(*_TASK, "account__name", "assignee__name")


def _task(row: Sequence[Any]) -> Task:
    *values, account, assignee = row
    task = prepared.instance(Task, _TASK, values)
    task.account = _named(Account, task.account_id, account)
    task.assignee = _named(Member, task.assignee_id, assignee)
    return task


def _named(model: Any, key: int | None, name: str) -> Any:  # Any: a model that has a name, and a row of it
    return None if key is None else prepared.instance(model, ("id", "name"), (key, name))
