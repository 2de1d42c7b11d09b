"""Plans as pages show them: values with their units, words of codes, who may read and change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from django.http import Http404
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.work.models import PlanMilestone, PlanObjective, SuccessPlan
from nenrin.work.models.plan import PLAN_STATES, SIDES, SORTS, PlanState, Side, Sort
from nenrin.work.planning.progress import Progress, Reached

K = TypeVar("K", bound=StrEnum)
VIEW, EDIT = Permission.PLANS_VIEW, Permission.PLANS_EDIT
HIDDEN = "●●●"
_DIGITS = {"ratio": 2, "per_week": 1, "per_user": 2, "grade": 1}
NOBODY = Text("Nobody", "担当なし")


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective in words; `values` are baseline, now and target as written."""

    row: PlanObjective
    title: str
    sort: Text
    measured_by: Text
    is_ours: bool
    baseline: str
    now: str
    target: str
    as_of: date | None
    share: float | None
    is_met: bool
    evidence: str
    evidence_url: str


@dataclass(frozen=True, slots=True)
class Milestone:
    row: PlanMilestone
    title: str
    side: Text
    who: str
    days: int | None
    is_late: bool
    evidence: str
    evidence_url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan with its progress, as the viewer may read it."""

    plan: SuccessPlan
    title: str
    success: str
    state: Text
    progress: Progress
    objectives: tuple[Objective, ...]
    milestones: tuple[Milestone, ...]

    @property
    def is_draft(self) -> bool:
        return self.plan.state == PlanState.DRAFT

    @property
    def is_live(self) -> bool:
        return self.plan.state in (PlanState.DRAFT, PlanState.AGREED)


def shown(plan: SuccessPlan, told: Progress, *, may_read: bool, names: bool = True) -> Shown:
    """`names`: whether colleagues and contacts are named (not on what the customer's link shows)."""
    language = get_language() or "ja"
    return Shown(
        plan,
        plan.title if may_read else HIDDEN,
        plan.success if may_read or not plan.success else HIDDEN,
        PLAN_STATES[PlanState(plan.state)],
        told,
        tuple(_objective(one, language, may_read) for one in told.objectives),
        tuple(_milestone(one, told.today, may_read, names) for one in told.milestones),
    )


def _objective(one: Reached, language: str, may_read: bool) -> Objective:
    row = one.objective
    by = one.measure.name if one.measure else Text(row.figure, row.figure)
    hidden = not may_read
    return Objective(
        row, HIDDEN if hidden else row.title, SORTS[Sort(row.sort)],
        Text(HIDDEN, HIDDEN) if hidden and not one.measure else by, bool(row.measure),
        value(row.baseline, one, language), value(one.value, one, language), value(row.target, one, language),
        one.as_of, one.share, one.is_met, "" if hidden else row.evidence, "" if hidden else row.evidence_url,
    )  # fmt: skip


def value(figure: float | None, one: Reached, language: str) -> str:
    """A figure with its unit; empty where there is none."""
    if figure is None:
        return ""
    if one.measure is None:
        digits = 0 if float(figure).is_integer() else 2
        number = format.number(figure, language, digits)
        unit = one.objective.unit
        return f"{number}{'' if not unit or unit == '%' or language.startswith('ja') else ' '}{unit}"
    if one.measure.unit == "share":
        return format.percent(figure, language, 0)
    return format.number(figure, language, _DIGITS.get(one.measure.unit, 0))


def _milestone(row: PlanMilestone, today: date, may_read: bool, names: bool) -> Milestone:
    late = row.done_on is None and row.due_on is not None and row.due_on < today
    days = (row.due_on - today).days if row.due_on and row.done_on is None else None
    who = row.owner.name if names and row.owner else ""
    hidden = not may_read
    return Milestone(
        row, HIDDEN if hidden else row.title, SIDES[Side(row.side)], who, days, late,
        "" if hidden else row.evidence, "" if hidden else row.evidence_url,
    )  # fmt: skip


def options(words: Mapping[K, Text]) -> list[tuple[str, str]]:
    language = get_language() or "ja"
    return [(key.value, word.in_(language)) for key, word in words.items()]


def may_read(request: MemberRequest) -> bool:
    return visible(request.user, FieldClass.PERSONAL)


def may(request: MemberRequest, permission: Permission, account: int) -> bool:
    scope = allowed(request.user, permission)
    rows = Account.objects.for_member(request.user, permission)
    return scope is Scope.ALL or (scope is not None and rows.filter(pk=account).exists())


def one(request: MemberRequest, key: int, permission: Permission = VIEW) -> SuccessPlan:
    """The plan within the viewer's scope; a 404 otherwise."""
    rows = SuccessPlan.objects.for_member(request.user, permission)
    found = rows.select_related("account", "owner", "said_by", "agreed_by").filter(pk=key).first()
    if found is None:
        raise Http404(f"plan {key}")
    return found


def texts(words: Iterable[Text]) -> Text:
    found = list(words)
    return Text("; ".join(text.en for text in found), "、".join(text.ja for text in found))
