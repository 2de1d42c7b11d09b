"""How many complete their onboarding, and how fast, by the month or quarter in which it began.

Kaplan and Meier's estimate of the time to completion: who is still under way, or rests, is counted as long as it was
seen (right-censored); who left before completing, or was closed without it, never completes and stays among those who
have not; what was started by mistake is left out. Beside it the plain share that was completed by its first planned end,
of those due. Where nobody has reached it by a day, at most three of those watched may; where everybody has, at least all
but three: the rule of three.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.survival import Curve, kaplan_meier
from nenrin.analytics.intervals import wilson
from nenrin.work.models.onboarding import OnboardingProject, State

By = Literal["month", "quarter", "all"]
Goal = Literal["completed", "first_value"]
#: Fewer projects than this have no curve.
LEAST = 5
#: Longer than anybody is watched: where those stand who left and will never complete.
NEVER = 100_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Stay:
    """One project: days from its first day (the first is 1) to the goal, or as long as it was seen without it."""

    cohort: str
    days: int
    is_reached: bool
    is_due: bool
    is_in_time: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval and what it was counted from."""

    value: float
    low: float
    high: float
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """`curve` is None with fewer than LEAST projects. `by_due` is None where nobody was due yet."""

    key: str
    projects: int
    reached: int
    under_way: int
    over: int  # ended without it: the customer left, or it was closed so
    curve: Curve | None
    by_due: Share | None

    @property
    def median(self) -> float | None:
        """The day by which half have reached the goal; None where fewer than half have, or there is no curve."""
        found = self.curve.median if self.curve else None
        return found if found is not None and found < NEVER else None

    def share(self, day: int) -> tuple[float, float, float] | None:
        """How many have reached it by that day, with interval; None where nobody was watched for so long."""
        if self.curve is None or not self._watched(day):
            return None
        at = max(place for place, time in enumerate(self.curve.times) if time <= day)
        reached, low, high = 1 - self.curve.share[at], 1 - self.curve.high[at], 1 - self.curve.low[at]
        if day and reached == 0:
            high = min(3 / max(self.curve.at_risk[at], 1), 1.0)
        if reached == 1:
            low = max(1 - 3 / self.projects, 0.0)
        return reached, low, high

    def _watched(self, day: int) -> bool:
        assert self.curve is not None
        return any(time >= day for time in self.curve.times) or self.curve.share[-1] == 0


def stays(projects: Iterable[OnboardingProject], today: date, *, by: By, goal: Goal = "completed") -> list[Stay]:
    """A row a project that counts: started by `today`, and not by mistake."""
    counted = (one for one in projects if one.starts_on <= today and one.end_reason != "mistake")
    return [_stay(one, today, by, goal) for one in counted]


def _stay(project: OnboardingProject, today: date, by: By, goal: Goal) -> Stay:
    on = project.completed_on if goal == "completed" else project.first_value_on
    is_due = project.first_due_on <= today
    cohort = cohort_of(project.starts_on, by)
    if on is not None:
        in_time = on <= project.first_due_on
        return Stay(cohort, max((on - project.starts_on).days + 1, 1), True, is_due, is_due and in_time)
    if project.state == State.CLOSED or (project.state == State.CANCELLED and project.end_reason == "left"):
        return Stay(cohort, NEVER, False, is_due, False)
    last = project.ended_on or project.paused_on or today
    return Stay(cohort, max((min(last, today) - project.starts_on).days + 1, 1), False, is_due, False)


def cohort_of(day: date, by: By) -> str:
    """
    >>> cohort_of(date(2026, 5, 9), "month"), cohort_of(date(2026, 5, 9), "quarter")
    ('2026-05', '2026-Q2')
    """
    if by == "all":
        return ""
    return f"{day:%Y-%m}" if by == "month" else f"{day.year}-Q{(day.month + 2) // 3}"


def read(rows: Sequence[Stay]) -> list[Cohort]:
    """The cohorts, the newest first."""
    groups: dict[str, list[Stay]] = {}
    for row in rows:
        groups.setdefault(row.cohort, []).append(row)
    return [_cohort(key, groups[key]) for key in sorted(groups, reverse=True)]


def _cohort(key: str, rows: Sequence[Stay]) -> Cohort:
    columns = ([row.days for row in rows], *([getattr(row, name) for row in rows] for name in _FLAGS))
    return of_columns(key, *(np.array(column) for column in columns))


_FLAGS = ("is_reached", "is_due", "is_in_time")


def of_columns(key: str, days: NDArray[Any], is_reached: NDArray[Any], is_due: NDArray[Any], is_in_time: NDArray[Any]) -> Cohort:  # fmt: skip
    """A cohort from what `Stay` says of each row, as columns."""
    over, reached = int((days == NEVER).sum()), int(is_reached.sum())
    curve = kaplan_meier(days, is_reached, LEVEL) if len(days) >= LEAST else None
    due = share_of(int((is_in_time & is_due).sum()), int(is_due.sum()))
    return Cohort(key, len(days), reached, len(days) - reached - over, over, curve, due)


def share_of(part: int, whole: int) -> Share | None:
    """A share with Wilson's interval; None where there is nothing to share."""
    found = wilson(part, whole, LEVEL)
    return Share(part / whole, found.low, found.high, part, whole) if found else None
