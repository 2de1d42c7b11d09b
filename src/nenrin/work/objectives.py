"""Objectives of a success plan: added, changed, taken out, measured, achieved."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.insight import measures
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import PlanObjective, PlanReading, SuccessPlan
from nenrin.work.models.plan import LIVE_PLANS, Sort
from nenrin.work.planning import progress, rows

FIELDS = frozenset(
    {"title", "sort", "measure", "figure", "unit", "baseline", "target", "due_on", "evidence", "evidence_url"}
)
MOST = 20
#: Groups of measures that tell of use, not of the customer's business.
USAGE_GROUPS = frozenset({"adoption"})


def add(plan: SuccessPlan, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> PlanObjective:
    """A new objective; a measure of ours begins with today's value as its baseline. Raises Refused, Conflict.

    Journal: work.objective.added.
    """
    with transaction.atomic():
        stands = _live(plan, version)
        if stands.objectives.count() >= MOST:
            raise Refused.one("title", Text(f"at most {MOST} objectives", f"目標は{MOST}件まで"))
        last = stands.objectives.aggregate(last=Max("position"))["last"]
        made = PlanObjective(plan=stands, position=0 if last is None else last + 1, **_named(fields))
        if made.measure and made.baseline is None:
            made.baseline = progress.current(stands.account_id, made.measure)
        _check(made)
        made.save()
        _told("added", made, stands, by, at)
    return made


def change(
    objective: PlanObjective, *, by: Actor, at: datetime, version: int | None = None, **fields: Any
) -> PlanObjective:
    """Change an objective; `version` is the plan's. Safe to repeat. Raises Refused, Conflict. Journal: work.objective.changed."""
    with transaction.atomic():
        plan = _live(objective.plan, version)
        stands = PlanObjective.objects.select_for_update().get(pk=objective.pk)
        changed = {name: value for name, value in _named(fields).items() if getattr(stands, name) != value}
        if not changed:
            return stands
        for name, value in changed.items():
            setattr(stands, name, value)
        _check(stands)
        stands.save()
        _told("changed", stands, plan, by, at)
    return stands


def remove(objective: PlanObjective, *, by: Actor, at: datetime) -> None:
    """Take an objective out; agreed editions keep it. Safe to repeat. Raises Refused. Journal: work.objective.removed."""
    with transaction.atomic():
        plan = _live(objective.plan)
        if PlanObjective.objects.filter(pk=objective.pk).delete()[0]:
            _told("removed", objective, plan, by, at)


def measure(objective: PlanObjective, value: float, *, by: Actor, at: datetime, on: date | None = None) -> PlanReading:
    """What a figure of theirs was on a day (default today). Raises Refused for a measure of ours, which facts tell.

    Journal: work.objective.measured.
    """
    faults = checking.day("on", on) + _number("value", value)
    if objective.measure:
        faults.append(Fault("value", Text("is told by facts, not by hand", "利用データから自動で更新される")))
    checking.refuse(faults)
    day = on or organisation.today(at)
    with transaction.atomic():
        plan = _live(objective.plan)
        stands = PlanObjective.objects.select_for_update().get(pk=objective.pk)
        made = PlanReading.objects.create(objective=stands, value=value, on=day, by_id=by.member, at=at)
        if stands.current_on is None or day >= stands.current_on:
            stands.current, stands.current_on = value, day
        if stands.baseline is None:
            stands.baseline = value
        stands.save()
        _told("measured", stands, plan, by, at, {"value": value})
    return made


def achieve(
    objective: PlanObjective,
    *,
    by: Actor,
    at: datetime,
    on: date | None = None,
    evidence: str = "",
    evidence_url: str = "",
) -> PlanObjective:
    """It is achieved, with its evidence. Safe to repeat. Raises Refused. Journal: work.objective.achieved."""
    faults = checking.words("evidence", evidence, 1000, needed=False) + checking.address("evidence_url", evidence_url)
    checking.refuse(faults + checking.day("on", on))
    with transaction.atomic():
        plan = _live(objective.plan)
        stands = PlanObjective.objects.select_for_update().get(pk=objective.pk)
        if stands.achieved_on and not (evidence or evidence_url):
            return stands
        stands.achieved_on = on or stands.achieved_on or organisation.today(at)
        stands.evidence = evidence.strip() or stands.evidence
        stands.evidence_url = evidence_url or stands.evidence_url
        stands.save()
        _told("achieved", stands, plan, by, at)
    return stands


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - FIELDS
    if unknown:
        raise TypeError(f"an objective has no {', '.join(sorted(unknown))} to change")
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _check(one: PlanObjective) -> None:
    faults = checking.words("title", one.title, 200) + checking.words("figure", one.figure, 120, needed=False)
    faults += checking.words("unit", one.unit, 20, needed=False) + checking.words(
        "evidence", one.evidence, 1000, needed=False
    )
    faults += checking.address("evidence_url", one.evidence_url) + checking.day("due_on", one.due_on)
    faults += [fault for name in ("baseline", "target") for fault in _number(name, getattr(one, name))]
    if one.sort not in set(Sort):
        faults.append(Fault("sort", Text("business or usage", "事業成果か利用状況"), one.sort))
    if one.measure:
        faults += _measure_faults(one)
    elif not one.figure:
        faults.append(
            Fault(
                "figure", Text("a measure of ours, or the name of their figure", "指標を選ぶか、お客様の指標名を入力")
            )
        )
    checking.refuse(faults)


def _measure_faults(one: PlanObjective) -> list[Fault]:
    known = measures.usable().get(one.measure)
    if known is None:
        return [Fault("measure", Text("no such measure", "指標がない"), one.measure)]
    if known.group in USAGE_GROUPS and one.sort == Sort.BUSINESS:
        said = Text("tells of usage: it is no measure of their business", "利用状況の指標のため、事業成果にはできない")
        return [Fault("sort", said, one.measure)]
    return []


def _number(name: str, value: float | None) -> list[Fault]:
    if value is None or (math.isfinite(value) and abs(value) < 1e15):
        return []
    return [Fault(name, Text("a number", "数値"))]


def _live(plan: SuccessPlan, version: int | None = None) -> SuccessPlan:
    stands = rows.locked(plan, version)
    if stands.state not in LIVE_PLANS:
        raise Refused.one("state", Text("closed: open it again first", "終了済み。先に再開する"), stands.state)
    return stands


def _told(
    verb: str, one: PlanObjective, plan: SuccessPlan, by: Actor, at: datetime, note: dict[str, Any] | None = None
) -> None:
    rows.save(plan, at)
    rows.record(f"work.objective.{verb}", plan, by, at, note=note, personal={"objective": one.title})
