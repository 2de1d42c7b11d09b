"""Fiscal years whose first month was changed: what ended under the old one stays as it was cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.revenue import periods
from nenrin.analytics.revenue.periods import Grain
from nenrin.values import Period


@dataclass(frozen=True, slots=True)
class Fiscal:
    """`begins`: the first month of the fiscal year and the day from which it is (date.min for the first), ascending.

    A year that a change cuts is shorter than twelve months; no day lies in two periods, none in none.
    """

    begins: tuple[tuple[date, int], ...]

    def month(self, day: date) -> int:
        """The first month of the fiscal year that holds a day."""
        return next(month for start, month in reversed(self.begins) if start <= day)

    def holding(self, day: date, grain: Grain) -> Period:
        """The month, fiscal quarter or fiscal year that holds a day.

        >>> fiscal = changed(4, [(date(2026, 5, 10), 1)])
        >>> [str(fiscal.holding(date(*day), "year").start) for day in ((2026, 3, 31), (2026, 12, 31), (2027, 1, 1))]
        ['2025-04-01', '2026-04-01', '2027-01-01']
        """
        held = periods.holding(day, grain, self.month(day))
        starts = [start for start, _ in self.begins]
        first = max(start for start in starts if start <= day)
        return Period(max(held.start, first), min([held.end, *(start for start in starts if start > day)]))

    def before(self, period: Period, grain: Grain) -> Period:
        """The period before one."""
        return self.holding(period.start - timedelta(days=1), grain)

    def series(self, last: Period, grain: Grain, count: int) -> list[Period]:
        """So many periods in a row, up to the one in which `last` begins."""
        out = [self.holding(last.start, grain)]
        while len(out) < count:
            out.append(self.before(out[-1], grain))
        return out[::-1]


def changed(first: int, changes: Iterable[tuple[date, int]]) -> Fiscal:
    """The fiscal years of an organisation whose first month was changed on these days, ascending.

    A new first month holds from the first day of the next fiscal year that it makes; what was to begin and had not when the
    month was changed again never does.

    >>> changed(4, [(date(2026, 5, 10), 1), (date(2026, 5, 10), 4)]) == changed(4, [])
    True
    """
    begins = [(date.min, first)]
    for day, month in changes:
        begins = [one for one in begins if one[0] <= day]
        if month != begins[-1][1]:
            begins.append((periods.holding(day, "year", month).end, month))
    return Fiscal(tuple(begins))
