"""Templates of success plans by their key; those that come with the product are no files."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.customers.errors import Conflict, Refused
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, nothing
from nenrin.values import Text
from nenrin.work import plan_templates
from nenrin.work.models import PlanTemplate


def live() -> Mapping[str, Document]:
    rows = PlanTemplate.objects.filter(archived_at__isnull=True)
    return {row.key: {"name": row.name, **row.document} for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    told = {name: value for name, value in document.items() if name != "name"}
    plan_templates.put(key, str(document.get("name") or ""), told, by=taking.by, at=taking.at)


def retire(key: str, taking: Taking) -> None:
    for row in PlanTemplate.objects.filter(key=key, archived_at__isnull=True):
        plan_templates.archive(row, by=taking.by, at=taking.at)


KIND = Kind(
    "plan-templates", Text("Success plan template", "サクセスプランのテンプレート"), live, take, retire, nothing,
    (Refused, Conflict),
)  # fmt: skip
