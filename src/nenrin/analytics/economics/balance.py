"""The balance between winning customers and keeping those we have: what was planned, what was spent, what it won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nenrin.analytics.economics.categories import BALANCED, Side
from nenrin.analytics.economics.spending import Spending, total

#: How many months are compared with as many before them.
WINDOW = 3
#: The warning's thresholds: new MRR fell by this share, customer marketing's share rose by so much.
FELL, ROSE = 0.10, 0.02
#: What customer marketing is a share of: everything spent to be heard of, by whomever.
MARKETING = ("acquisition", "marketing", "customer_marketing")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one side may spend in a month: money in minor units, time in minutes; None: not planned."""

    minor: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Won:
    """MRR that a month brought: of customers who did not pay before it, and more from those who did."""

    new: int
    expansion: int

    def of(self, side: Side) -> int:
        return self.new if side == "acquisition" else self.expansion


@dataclass(frozen=True, slots=True)
class Cell:
    """One side over one month or several; None: not told, not planned. `arr` is won, at twelve times the MRR."""

    minor: int | None
    minutes: int | None
    plan_minor: int | None
    plan_minutes: int | None
    arr: int

    @property
    def arr_per_unit(self) -> float | None:
        """ARR won for each unit of money spent."""
        return self.arr / self.minor if self.minor and self.minor > 0 else None

    @property
    def used(self) -> float | None:
        """Spent as a share of the plan."""
        return None if self.minor is None or not self.plan_minor else self.minor / self.plan_minor


@dataclass(frozen=True, slots=True)
class Row:
    """A month, or the whole (`month` None)."""

    month: date | None
    acquisition: Cell
    existing: Cell

    def cell(self, side: Side) -> Cell:
        return self.acquisition if side == "acquisition" else self.existing

    @property
    def share(self) -> float | None:
        """The part of the money that existing customers get."""
        return _share(self.acquisition.minor, self.existing.minor)

    @property
    def plan_share(self) -> float | None:
        return _share(self.acquisition.plan_minor, self.existing.plan_minor)

    @property
    def hours_share(self) -> float | None:
        return _share(self.acquisition.minutes, self.existing.minutes)


def _share(one: int | None, other: int | None) -> float | None:
    """None where either was not told: half of a picture is no share."""
    if one is None or other is None or one + other <= 0:
        return None
    return other / (one + other)


def rows(
    months: Sequence[date], spending: Spending, plans: Mapping[tuple[date, Side], Plan], won: Mapping[date, Won]
) -> list[Row]:
    """One row a month, in the order given."""
    return [Row(month, *(_cell(month, side, spending, plans, won[month]) for side in BALANCED)) for month in months]


def _cell(month: date, side: Side, spending: Spending, plans: Mapping[tuple[date, Side], Plan], won: Won) -> Cell:
    plan = plans.get((month, side), Plan())
    spent, worked = (total(spending.of(what, month), side) for what in ("costs", "hours"))
    return Cell(spent, worked, plan.minor, plan.minutes, 12 * won.of(side))


def whole(of: Sequence[Row]) -> Row:
    """All months together. ARR counts in the months that have costs alone, so that it is divided by what won it."""
    return Row(None, *(_together([row.cell(side) for row in of]) for side in BALANCED))


def _together(cells: Sequence[Cell]) -> Cell:
    arr = sum(cell.arr for cell in cells if cell.minor is not None)
    return Cell(
        _sum([cell.minor for cell in cells]),
        _sum([cell.minutes for cell in cells]),
        _sum([cell.plan_minor for cell in cells]),
        _sum([cell.plan_minutes for cell in cells]),
        arr,
    )


def _sum(values: Sequence[int | None]) -> int | None:
    told = [value for value in values if value is not None]
    return sum(told) if told else None


@dataclass(frozen=True, slots=True)
class Drift:
    """New MRR a month and customer marketing's share of all marketing: the last months, and as many before."""

    new_before: int
    new_now: int
    share_before: float
    share_now: float

    @property
    def warns(self) -> bool:
        """New MRR falls while customer marketing takes more: growth may be paid for with its own future."""
        fell = self.new_before > 0 and self.new_now <= self.new_before * (1 - FELL)
        return fell and round(self.share_now - self.share_before, 9) >= ROSE


def drift(months: Sequence[date], spending: Spending, won: Mapping[date, Won]) -> Drift | None:
    """Over the last whole months (ascending); None where there are too few, or marketing was not told in one of them."""
    if len(months) < 2 * WINDOW:
        return None
    before, now = months[-2 * WINDOW : -WINDOW], months[-WINDOW:]
    shares = [_marketing_share(part, spending) for part in (before, now)]
    if shares[0] is None or shares[1] is None:
        return None
    new = [round(sum(won[month].new for month in part) / WINDOW) for part in (before, now)]
    return Drift(new[0], new[1], shares[0], shares[1])


def _marketing_share(months: Sequence[date], spending: Spending) -> float | None:
    told = [entry for month in months for entry in spending.of("costs", month) if entry.category in MARKETING]
    everything = sum(entry.amount for entry in told)
    if {entry.month for entry in told} != set(months) or everything <= 0:
        return None
    return sum(entry.amount for entry in told if entry.category == "customer_marketing") / everything
