"""What the journal and the lake are told of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.work.models import Task


def draft(
    verb: str,
    task: Task,
    by: Actor,
    at: datetime,
    said: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> journal.Draft:
    """One entry `work.task.<verb>`; the task's words stand in its personal part."""
    particulars = {**({"kind": task.kind} if task.kind else {}), **_origin(task), **(said or {})}
    words = {"title": task.title, **{name: text for name, text in (personal or {}).items() if text}}
    subjects = [("task", task.pk)]
    return journal.Draft(
        f"work.task.{verb}", by, at, task.account_id, subjects, particulars, words, at, task.version
    )  # fmt: skip


def _origin(task: Task) -> dict[str, Any]:
    return {"origin": [task.origin_kind, task.origin_key]} if task.origin_kind else {}


def effort(task: Task, at: datetime) -> dict[str, Any]:
    """The minutes spent as hours of the account's month (category cs); gone where none are stated (any more)."""
    fact: dict[str, Any] = {"kind": "effort", "key": f"task-{task.pk}", "body": {}}
    if task.minutes_spent is None or task.account_id is None:
        return {**fact, "gone": True}
    month = organisation.today(task.ended_at or at).replace(day=1)
    return {**fact, "body": {"month": month, "category": "cs", "minutes": task.minutes_spent}}
