"""Templates of tasks by their key."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.customers.errors import Conflict, Refused
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, nothing
from nenrin.values import Text
from nenrin.work import task_templates
from nenrin.work.models import TaskTemplate

FIELDS = ("name", "title", "body", "kind", "minutes", "due_in", "checklist", "every")


def live() -> Mapping[str, Document]:
    rows = TaskTemplate.objects.filter(archived_at__isnull=True)
    return {row.key: {name: getattr(row, name) for name in FIELDS} for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    unknown = sorted(set(document) - set(FIELDS))
    missing = [name for name in ("name", "title") if name not in document]
    if unknown or missing:
        expected = Text(f"{', '.join(FIELDS)}; name and title are needed", f"{'・'.join(FIELDS)}（nameとtitleは必須）")
        raise Refused.one((unknown or missing)[0], expected)
    task_templates.save(key, by=taking.by, at=taking.at, **document)


def retire(key: str, taking: Taking) -> None:
    for row in TaskTemplate.objects.filter(key=key, archived_at__isnull=True):
        task_templates.archive(row, by=taking.by, at=taking.at)


KIND = Kind(
    "task-templates", Text("Task template", "タスクのテンプレート"), live, take, retire, nothing, (Refused, Conflict)
)
