"""How a plan is read for a verb, saved, written out as agreed, and told to the journal. The verbs are in `plans`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.work import checking
from nenrin.work.models import SuccessPlan
from nenrin.work.models.plan import Sort


def locked(plan: SuccessPlan, version: int | None = None, mine: Mapping[str, Any] | None = None) -> SuccessPlan:
    """The row as it stands, held until the transaction ends. Raises Conflict."""
    stands = SuccessPlan.objects.select_for_update().get(pk=plan.pk)
    asked = dict(mine or {})
    theirs = {name: getattr(stands, name, None) for name in asked}
    checking.stand_at(f"plan-{stands.pk}", stands.version, version, asked, theirs)
    return stands


def save(plan: SuccessPlan, at: datetime) -> None:
    plan.version, plan.changed_at = plan.version + 1, at
    plan.save()


def document(plan: SuccessPlan) -> dict[str, Any]:
    """The text that is agreed: words, objectives and milestones, without how far they are."""
    return {
        "title": plan.title,
        "success": plan.success,
        "usage_reason": plan.usage_reason,
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else None,
        "objectives": [
            {
                "title": each.title, "sort": each.sort, "measure": each.measure, "figure": each.figure,
                "unit": each.unit, "baseline": each.baseline, "target": each.target,
                "due_on": each.due_on.isoformat() if each.due_on else None,
            }
            for each in plan.objectives.order_by("position", "id")
        ],
        "milestones": [
            {"title": each.title, "side": each.side, "due_on": each.due_on.isoformat() if each.due_on else None}
            for each in plan.milestones.order_by("position", "id")
        ],
    }  # fmt: skip


def record(
    code: str,
    plan: SuccessPlan,
    by: Actor,
    at: datetime,
    *,
    note: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> None:
    """One entry with the plan's whole state as a fact, without any words of persons."""
    has_business = plan.objectives.filter(sort=Sort.BUSINESS).exists()
    body = {"state": plan.state, "starts_on": plan.starts_on, "ends_on": plan.ends_on, "agreed_on": plan.agreed_on,
            "edition": plan.edition, "reviewed_on": plan.reviewed_on, "closed_on": plan.closed_on,
            "has_business_measure": has_business}  # fmt: skip
    particulars = {**(note or {}), "fact": {"kind": "plan", "key": str(plan.pk), "body": body}}
    journal.record(
        code, actor=by, at=at, account=plan.account_id, subject=("plan", plan.pk), particulars=particulars,
        personal={"title": plan.title, **(personal or {})}, version=plan.version,
    )  # fmt: skip
