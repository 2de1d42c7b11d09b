"""Money and hours as they were told: what was spent in a month, on what, and on whom where that is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from nenrin.analytics.economics import categories
from nenrin.analytics.economics.categories import Side


@dataclass(frozen=True, slots=True)
class Entry:
    """Money (minor units of the reporting currency) or minutes of one month; blanks: of nobody's alone."""

    month: date
    category: str
    amount: int
    account: int | None = None
    product: str = ""
    touch_model: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """Everything told of costs and of hours; `left_out`: entries in currencies for which no rate is known."""

    costs: tuple[Entry, ...] = ()
    hours: tuple[Entry, ...] = ()
    left_out: int = 0
    _by_month: dict[tuple[str, date], tuple[Entry, ...]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, what: str, month: date) -> tuple[Entry, ...]:
        """The entries of a month: "costs" or "hours"."""
        if not self._by_month:
            for name, rows in (("costs", self.costs), ("hours", self.hours)):
                self._by_month.update({(name, at): found for at, found in _by_month(rows).items()})
        return self._by_month.get((what, month), ())


def _by_month(rows: Sequence[Entry]) -> dict[date, tuple[Entry, ...]]:
    found: dict[date, list[Entry]] = {}
    for row in rows:
        found.setdefault(row.month, []).append(row)
    return {month: tuple(entries) for month, entries in found.items()}


def total(rows: Iterable[Entry], *sides: Side) -> int | None:
    """The sum over some sides' categories; None where nothing was told of them.

    >>> total([Entry(date(2026, 4, 1), "sales", 300), Entry(date(2026, 4, 1), "cs", 200)], "acquisition")
    300
    """
    wanted = {key for side in sides for key in categories.of(side)}
    told = [row.amount for row in rows if row.category in wanted]
    return sum(told) if told else None
