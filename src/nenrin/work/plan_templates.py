"""Templates of our own: kept from a plan that went well, renamed, archived."""

from __future__ import annotations

from collections.abc import Mapping
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
from nenrin.work.models.plan import Side, Sort
from nenrin.work.planning import templates

_OBJECTIVE = frozenset({"title", "sort", "measure", "figure", "unit", "target"})
_MILESTONE = frozenset({"title", "side", "after"})


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


def put(key: str, name: str, document: Mapping[str, Any], *, by: Actor, at: datetime) -> PlanTemplate:
    """A template as a document, under its key: `objectives` and `milestones` as `keep` writes them. Safe to repeat.

    Raises Refused. Journal: work.plan.templated.
    """
    checking.refuse(checking.words("name", name, 120))
    _refuse(key, name.strip(), document)
    with transaction.atomic():
        there = PlanTemplate.objects.filter(key=key).first()
        if there and (there.name, there.document, there.archived_at) == (name.strip(), document, None):
            return there
        row = there or PlanTemplate(key=key)
        row.name, row.document, row.archived_at, row.changed_at = name.strip(), dict(document), None, at
        row.save()
        journal.record("work.plan.templated", actor=by, at=at, particulars={"name": row.name, "key": row.key})
    return row


def _refuse(key: str, name: str, document: Mapping[str, Any]) -> None:
    if key in templates.library() or slugify(key) != key or len(key) > 40:
        raise Refused.one(
            "key",
            Text("a key of its own, small letters and hyphens", "製品のものと重ならない英小文字・ハイフンのキー"),
            key,
        )
    if PlanTemplate.objects.filter(name=name, archived_at__isnull=True).exclude(key=key).exists():
        raise Refused.one("name", Text("another template has this name", "同じ名前のテンプレートがある"), name)
    objectives, milestones = document.get("objectives"), document.get("milestones", [])
    if set(document) - {"objectives", "milestones"} or not objectives:
        raise Refused.one("objectives", Text("objectives and milestones", "objectives と milestones"))
    _refuse_rows("objectives", objectives, "sort", [one.value for one in Sort], _OBJECTIVE)
    _refuse_rows("milestones", milestones, "side", [one.value for one in Side], _MILESTONE)


def _refuse_rows(where: str, rows: Any, choice: str, choices: list[str], known: frozenset[str]) -> None:
    """Each row with a title and one of the choices, and no key that nobody reads."""
    for place, row in enumerate(rows if isinstance(rows, list) else [rows]):
        fits = isinstance(row, Mapping) and set(row) <= known and row.get("title") and row.get(choice) in choices
        if not fits or not isinstance(rows, list):
            expected = Text(f"title, {choice} ({', '.join(choices)})", f"title・{choice}（{'・'.join(choices)}）")
            raise Refused.one(f"{where}.{place}", expected, row)


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
