"""Onboarding as what a playbook is to make better: which accounts completed theirs within so many days of an occasion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nenrin.foundation import bulk
from nenrin.insight.days import number
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject

ONBOARDING: Final = "onboarding"
NAME: Final = Text("Onboarding completed", "オンボーディング完了")
#: Cancelled because it should never have been one.
MISTAKE: Final = "mistake"


@dataclass(frozen=True, slots=True)
class Course:
    """One onboarding of an account, in days since 1970; None where that has not happened. `ended`: completed, closed or
    cancelled, whichever came first."""

    begun: int
    completed: int | None
    ended: int | None


def courses(accounts: Sequence[int] | None = None) -> Mapping[int, list[Course]]:
    """By account, the first begun first; of these accounts only, where they are named. One query."""
    rows = OnboardingProject.objects.exclude(end_reason=MISTAKE)
    if accounts is not None:
        rows = rows.filter(account__in=bulk.among(sorted(set(accounts))))
    found: dict[int, list[Course]] = {}
    for account, *told in rows.order_by("starts_on", "pk").values_list(
        "account_id", "starts_on", "completed_on", "ended_on"
    ):
        begun, completed, ended = (None if day is None else number(day) for day in told)
        ends = [day for day in (completed, ended) if day is not None]
        found.setdefault(account, []).append(Course(begun or 0, completed, min(ends, default=None)))
    return found


def after(
    pairs: Iterable[tuple[int, int]], known: Mapping[int, list[Course]], days: int, through: int
) -> NDArray[np.float64]:
    """Of each account and day (since 1970): 1 where the onboarding that ran on the day, or began within `days` of it, was
    completed within `days`; 0 where it was not; NaN where there was none, or `days` are not over by `through`.

    >>> known = {1: [Course(0, 20, 20)], 2: [Course(0, None, None)], 3: [Course(0, 5, 5)]}
    >>> after([(1, 10), (2, 10), (3, 10), (2, 80)], known, 30, 100).tolist()
    [1.0, 0.0, nan, nan]
    """
    return np.array([_after(known.get(account, ()), day, days, through) for account, day in pairs], np.float64)


def _after(own: Sequence[Course], day: int, days: int, through: int) -> float:
    until = day + days
    met = [one for one in own if one.begun <= until and (one.ended is None or one.ended >= day)]
    if any(one.completed is not None and day <= one.completed <= min(until, through) for one in met):
        return 1.0
    return 0.0 if met and until <= through else np.nan
