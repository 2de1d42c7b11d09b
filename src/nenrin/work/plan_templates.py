"""Templates of our own: kept from a plan that went well, renamed, archived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import is_business_day
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import PlanTemplate, SuccessPlan
from nenrin.work.planning import templates


def keep(plan: SuccessPlan, name: str, *, by: Actor, at: datetime) -> PlanTemplate:
    """A template from a plan's objectives and milestones; the customer's words and figures stay with the customer.

    The same name replaces it. Raises Refused. Journal: work.plan.templated.
    """
    checking.refuse(checking.words("name", name, 120))
    if not plan.objectives.exists():
        raise Refused.one("name", Text("the plan has no objectives", "目標がない"))
    with transaction.atomic():
        there = PlanTemplate.objects.filter(name=name.strip()).first()
        row = there or PlanTemplate(name=name.strip(), key=_key(name))
        row.document, row.archived_at, row.changed_at = _document(plan), None, at
        row.save()
        journal.record("work.plan.templated", actor=by, at=at, particulars={"name": row.name, "key": row.key})
    return row


def archive(template: PlanTemplate, *, by: Actor, at: datetime) -> None:
    """It is offered no more. Safe to repeat. Journal: work.plan.untemplated."""
    with transaction.atomic():
        if PlanTemplate.objects.filter(pk=template.pk, archived_at__isnull=True).update(archived_at=at):
            note = {"name": template.name, "key": template.key}
            journal.record("work.plan.untemplated", actor=by, at=at, particulars=note)


def _key(name: str) -> str:
    """A free key: the name's own letters, or a number."""
    begins = slugify(name)[:30] or "own"
    taken = set(PlanTemplate.objects.values_list("key", flat=True)) | set(templates.library())
    return next(key for key in (begins, *(f"{begins}-{n}" for n in range(2, 10_000))) if key not in taken)


def _document(plan: SuccessPlan) -> dict[str, Any]:
    return {
        "objectives": [
            {"title": each.title, "sort": each.sort, "measure": each.measure, "figure": each.figure, "unit": each.unit,
             "target": each.target if each.measure else None}
            for each in plan.objectives.all()
        ],
        "milestones": [
            {"title": each.title, "side": each.side, "after": _after(plan, each.due_on)}
            for each in plan.milestones.order_by("position", "id")
        ],
    }  # fmt: skip


def _after(plan: SuccessPlan, due: Any) -> int | None:  # Any: a day, or none
    """Business days from the plan's start to a day."""
    if due is None:
        return None
    first, last = plan.starts_on.toordinal() + 1, due.toordinal()
    return sum(is_business_day(type(due).fromordinal(day)) for day in range(first, min(last, first + 1000) + 1))
