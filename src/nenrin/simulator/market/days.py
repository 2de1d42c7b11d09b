"""Columns of the generator as days of the calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from nenrin.customers.terms import add_months
from nenrin.simulator.economy.population import Floats


@dataclass(frozen=True, slots=True)
class Window:
    """The months seen: column 0 begins on `first`, the last column holds `today`."""

    first: date
    today: date
    months: int

    @classmethod
    def until(cls, today: date, months: int) -> "Window":
        """Return the window of so many calendar months that ends with the month of `today`."""
        return cls(add_months(today.replace(day=1), 1 - months), today, months)

    @property
    def days(self) -> int:
        """Number of days from the first to today, both counted."""
        return (self.today - self.first).days + 1

    def month(self, column: int) -> date:
        """Return the first day of a column, which may lie before the window."""
        return add_months(self.first, column)

    def day(self, position: int) -> date:
        """Return the day at a position."""
        return self.first + timedelta(int(position))


def daily(points: tuple[tuple[date, float], ...], first: date, days: int) -> Floats:
    """Return the level of each day, shape (days,): linear between the points, level outside them."""
    at = np.array([(day - first).days for day, _ in points], dtype=float)
    order = np.argsort(at, kind="stable")
    levels: Floats = np.interp(np.arange(days), at[order], np.array([level for _, level in points])[order])
    return levels
