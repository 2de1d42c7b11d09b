"""The one-page result: each KPI of the baseline beside today's, what lies between them, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.policies import Policy
from nenrin.foundation import organisation
from nenrin.insight.models import StartBaseline
from nenrin.insight.revenue import policies
from nenrin.insight.start import answers, baselines, deeds, differences, focus, measuring, sorts
from nenrin.insight.start.deeds import Deed
from nenrin.insight.start.differences import Verdict
from nenrin.insight.start.focus import Focus
from nenrin.insight.start.sorts import LENGTH, Sort
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI. `change` None: either side has not enough data, or the windows are not of one length yet; `verdict` None
    before the ninety days are over."""

    sort: Sort
    before: Figure
    after: Figure
    change: float | None
    reach: Interval | None
    verdict: Verdict | None
    is_main: bool


@dataclass(frozen=True, slots=True)
class Result:
    """As of `day`, the `days`th after the baseline. `who`: whose figures; none are told of today where the part is gone."""

    focus: Focus
    who: Text
    baseline: StartBaseline
    day: date
    days: int
    policy: Policy
    lines: tuple[Line, ...]
    deeds: tuple[Deed, ...]

    @property
    def is_over(self) -> bool:
        """Are the ninety days over, so that it can be compared?"""
        return self.days >= LENGTH

    @property
    def days_left(self) -> int:
        return max(LENGTH - self.days, 0)

    @property
    def is_counted_alike(self) -> bool:
        """By the same version of the metric policy?"""
        return self.policy.version == self.baseline.policy


def result(at: datetime, number: int | None = None, every: Sequence[StartBaseline] | None = None) -> Result | None:
    """Of today against the baseline that holds, or against an earlier one by its number; None where there is none.

    `every`: the baselines as they were read already.
    """
    row = next((one for one in (baselines.every() if every is None else every) if number in (None, one.number)), None)
    if row is None:
        return None
    own, day = organisation.current(), organisation.today(at)
    held, days = focus.of(own), (day - row.taken_on).days
    who, part = answers.named(row.begins_with, answers.parts()), Focus(begins_with=row.begins_with).part
    before = baselines.figures(row)
    after = {} if who is answers.GONE else measuring.measured(day, part, days=min(max(days, 1), LENGTH))
    policy, main = policies.live(day), held.main()
    lines = tuple(
        _line(sort, before.get(sort.key, _none(sort)), after.get(sort.key, _none(sort)), days, sort.key in main,
              is_comparable=sort.unit != "money" or policy.reporting_currency == row.currency)
        for sort in sorts.ordered(main)
    )  # fmt: skip
    return Result(held, who, row, day, days, policy, lines, tuple(deeds.since(row.taken_at, at)))


def _line(sort: Sort, before: Figure, after: Figure, days: int, is_main: bool, *, is_comparable: bool) -> Line:
    is_over = days >= LENGTH
    if days == 0 or (sort.grows and not is_over):
        after = _none(sort)
    found = differences.between(before, after) if is_comparable else None
    change, reach = found or (None, None)
    verdict = differences.verdict(reach, sort.direction) if reach and is_over else None
    return Line(sort, before, after, change, reach, verdict, is_main)


def _none(sort: Sort) -> Figure:
    return Figure(sort.key, None, 0)
