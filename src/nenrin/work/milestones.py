"""Milestones of a success plan: added, changed, taken out, done with their evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import PlanMilestone, SuccessPlan
from nenrin.work.models.plan import LIVE_PLANS, Side
from nenrin.work.planning import rows

FIELDS = frozenset({"title", "side", "owner", "contact", "due_on", "evidence", "evidence_url"})
MOST = 50


def add(plan: SuccessPlan, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> PlanMilestone:
    """A new step. Raises Refused, Conflict. Journal: work.milestone.added."""
    with transaction.atomic():
        stands = _live(plan, version)
        if stands.milestones.count() >= MOST:
            raise Refused.one("title", Text(f"at most {MOST} milestones", f"マイルストーンは{MOST}件まで"))
        last = stands.milestones.aggregate(last=Max("position"))["last"]
        made = PlanMilestone(plan=stands, position=0 if last is None else last + 1, **_named(fields))
        _check(made, stands)
        made.save()
        _told("added", made, stands, by, at)
    return made


def change(
    milestone: PlanMilestone, *, by: Actor, at: datetime, version: int | None = None, **fields: Any
) -> PlanMilestone:
    """Change a step; `version` is the plan's. Safe to repeat. Raises Refused, Conflict. Journal: work.milestone.changed."""
    with transaction.atomic():
        plan = _live(milestone.plan, version)
        stands = PlanMilestone.objects.select_for_update().get(pk=milestone.pk)
        changed = {name: value for name, value in _named(fields).items() if getattr(stands, name) != value}
        if not changed:
            return stands
        for name, value in changed.items():
            setattr(stands, name, value)
        _check(stands, plan)
        stands.save()
        _told("changed", stands, plan, by, at)
    return stands


def remove(milestone: PlanMilestone, *, by: Actor, at: datetime) -> None:
    """Take a step out; agreed editions keep it. Safe to repeat. Raises Refused. Journal: work.milestone.removed."""
    with transaction.atomic():
        plan = _live(milestone.plan)
        if PlanMilestone.objects.filter(pk=milestone.pk).delete()[0]:
            _told("removed", milestone, plan, by, at)


def done(
    milestone: PlanMilestone,
    *,
    by: Actor,
    at: datetime,
    on: date | None = None,
    evidence: str = "",
    evidence_url: str = "",
) -> PlanMilestone:
    """It is done, with its evidence. Safe to repeat. Raises Refused. Journal: work.milestone.done."""
    faults = checking.words("evidence", evidence, 1000, needed=False) + checking.address("evidence_url", evidence_url)
    checking.refuse(faults + checking.day("on", on))
    with transaction.atomic():
        plan = _live(milestone.plan)
        stands = PlanMilestone.objects.select_for_update().get(pk=milestone.pk)
        if stands.done_on and not (evidence or evidence_url):
            return stands
        stands.done_on = on or stands.done_on or organisation.today(at)
        stands.evidence = evidence.strip() or stands.evidence
        stands.evidence_url = evidence_url or stands.evidence_url
        stands.save()
        _told("done", stands, plan, by, at)
    return stands


def undo(milestone: PlanMilestone, *, by: Actor, at: datetime) -> PlanMilestone:
    """It is not done after all. Safe to repeat. Raises Refused. Journal: work.milestone.undone."""
    with transaction.atomic():
        plan = _live(milestone.plan)
        stands = PlanMilestone.objects.select_for_update().get(pk=milestone.pk)
        if stands.done_on is not None:
            stands.done_on = None
            stands.save()
            _told("undone", stands, plan, by, at)
    return stands


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - FIELDS
    if unknown:
        raise TypeError(f"a milestone has no {', '.join(sorted(unknown))} to change")
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _check(one: PlanMilestone, plan: SuccessPlan) -> None:
    faults = checking.words("title", one.title, 200) + checking.words("evidence", one.evidence, 1000, needed=False)
    faults += checking.address("evidence_url", one.evidence_url) + checking.day("due_on", one.due_on)
    if one.side not in set(Side):
        faults.append(Fault("side", Text("ours or theirs", "当社かお客様"), one.side))
    if one.contact and one.contact.account_id != plan.account_id:
        faults.append(Fault("contact", Text("somebody at this account", "この顧客の担当者"), one.contact_id))
    checking.refuse(faults)


def _live(plan: SuccessPlan, version: int | None = None) -> SuccessPlan:
    stands = rows.locked(plan, version)
    if stands.state not in LIVE_PLANS:
        raise Refused.one("state", Text("closed: open it again first", "終了済み。先に再開する"), stands.state)
    return stands


def _told(verb: str, one: PlanMilestone, plan: SuccessPlan, by: Actor, at: datetime) -> None:
    rows.save(plan, at)
    rows.record(f"work.milestone.{verb}", plan, by, at, personal={"milestone": one.title})
