"""How far plans are: our measures from facts, their figures as last told, milestones by their days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nenrin.analytics.kpis.measures import Measure
from nenrin.insight import measures
from nenrin.insight.models import CurrentMeasure
from nenrin.work.models import PlanMilestone, PlanObjective, SuccessPlan


@dataclass(frozen=True, slots=True)
class Reached:
    """One objective: its value with the day on which it was true; `share` of the way from baseline to target, 0 to 1.

    Null value: never told, or missing in the facts. Null share: no value, no target or no baseline.
    """

    objective: PlanObjective
    measure: Measure | None  # of ours; null where it is a figure of theirs
    value: float | None
    as_of: date | None
    share: float | None
    is_met: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan as a whole: `share` is the mean over objectives whose share is known; null where none is."""

    objectives: tuple[Reached, ...]
    milestones: tuple[PlanMilestone, ...]
    today: date

    @property
    def share(self) -> float | None:
        known = [one.share for one in self.objectives if one.share is not None]
        return sum(known) / len(known) if known else None

    @property
    def met(self) -> int:
        return sum(one.is_met for one in self.objectives)

    @property
    def done(self) -> int:
        return sum(one.done_on is not None for one in self.milestones)

    @property
    def late(self) -> list[PlanMilestone]:
        return [one for one in self.milestones if one.done_on is None and one.due_on and one.due_on < self.today]

    @property
    def next(self) -> PlanMilestone | None:
        """The next step that is still to be done; what is late comes first."""
        return next((one for one in self.milestones if one.done_on is None), None)

    @property
    def as_of(self) -> date | None:
        """The oldest day among the values: as of then the whole is known."""
        return min((one.as_of for one in self.objectives if one.as_of), default=None)


def of(plans: Sequence[SuccessPlan], today: date) -> dict[int, Progress]:
    """By plan; three queries, however many plans."""
    keys = [plan.pk for plan in plans]
    accounts = {plan.pk: plan.account_id for plan in plans}
    objectives = list(PlanObjective.objects.filter(plan__in=keys))
    milestones = list(PlanMilestone.objects.filter(plan__in=keys).select_related("owner"))
    values = _values({accounts[one.plan_id] for one in objectives if one.measure}, objectives)
    known = measures.named({one.measure for one in objectives if one.measure})

    def reached(one: PlanObjective) -> Reached:
        return _reached(one, known.get(one.measure), values.get((accounts[one.plan_id], one.measure)))

    return {
        key: Progress(
            tuple(reached(one) for one in objectives if one.plan_id == key),
            tuple(one for one in milestones if one.plan_id == key),
            today,
        )
        for key in keys
    }


def _values(accounts: Iterable[int], objectives: Sequence[PlanObjective]) -> dict[tuple[int, str], tuple[float, date]]:
    wanted = {one.measure for one in objectives if one.measure}
    if not wanted:
        return {}
    rows = CurrentMeasure.objects.filter(account__in=list(accounts), measure__in=wanted)
    return {
        (account, measure): (value, as_of)
        for account, measure, value, as_of in rows.values_list("account_id", "measure", "value", "as_of")
    }


def current(account: int, measure: str) -> float | None:
    """A measure's value now, for the baseline of a new objective."""
    return CurrentMeasure.objects.filter(account=account, measure=measure).values_list("value", flat=True).first()


def _reached(one: PlanObjective, measure: Measure | None, told: tuple[float, date] | None) -> Reached:
    value, as_of = (told or (None, None)) if one.measure else (one.current, one.current_on)
    if value is None or one.target is None:
        return Reached(one, measure, value, as_of, None, one.achieved_on is not None)
    met = one.achieved_on is not None or is_met(value, one.target, falls=_falls(one, measure))
    return Reached(one, measure, value, as_of, 1.0 if met else share(value, one.baseline, one.target), met)


def _falls(one: PlanObjective, measure: Measure | None) -> bool:
    """Less is better: by the way from baseline to target, else by the measure's own direction."""
    if one.baseline is not None and one.target is not None and one.baseline != one.target:
        return one.target < one.baseline
    return measure is not None and measure.direction == "lower"


def is_met(value: float, target: float, *, falls: bool) -> bool:
    return value <= target if falls else value >= target


def share(value: float, baseline: float | None, target: float) -> float | None:
    """How much of the way from baseline to target is done, from 0 to 1; None without a way to go.

    >>> share(30, 40, 20), share(50, 40, 20), share(3, None, 4)
    (0.5, 0.0, None)
    """
    if baseline is None or baseline == target:
        return None
    return min(max((value - baseline) / (target - baseline), 0.0), 1.0)
