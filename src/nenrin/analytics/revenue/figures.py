"""KPIs of a book: for one period all at once, for the whole and for every slice of it, with intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue import columns as made
from nenrin.analytics.revenue import intervals, kpis
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Columns, Facts
from nenrin.analytics.revenue.intervals import Interval
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.movements import Movements, net
from nenrin.analytics.revenue.paths import Whole
from nenrin.values import Period

SEED = 20260401


@dataclass(frozen=True, slots=True)
class Figure:
    """One value: None means not enough data. `n` stand behind it."""

    kpi: str
    value: float | None
    n: int
    interval: Interval | None = None


def measured(book: Book, period: Period) -> tuple[Movements, dict[str, Whole]]:
    """The net movements of a period and the columns made of them."""
    moved = net(book, period)
    return moved, made.columns(book, moved)


def whole(columns: Columns, facts: Facts, wanted: Iterable[str] = KPIS) -> dict[str, Figure]:
    """Every KPI over all accounts, with its interval."""
    sums = made.summed(columns)
    out = {}
    for key in wanted:
        kpi = KPIS[key]
        value, n = float(kpis.of(kpi, sums, facts)[0]), int(sums[kpi.count][0])
        shown = None if np.isnan(value) else value
        out[key] = Figure(key, shown, n, interval(kpi, columns) if shown is not None else None)
    return out


def interval(kpi: Kpi, columns: Columns) -> Interval | None:
    """95 %, of the kind that the KPI names."""
    if kpi.interval == "none":
        return None
    over, under = columns[kpi.over], columns[kpi.under]
    if kpi.interval == "wilson":
        found = intervals.wilson(int(over.sum()), int(under.sum()))
    else:
        live = (over != 0) | (under != 0)
        rng = np.random.default_rng(SEED)
        found = intervals.bootstrap(over[live].astype(float), under[live].astype(float), rng=rng)
    return Interval(1 - found.high, 1 - found.low) if found and kpi.loss else found


def without_costs(facts: Facts) -> Facts:
    """Costs are known for the whole only."""
    return replace(facts, acquisition_minor=None)


def masked(
    columns: Columns, facts: Facts, masks: NDArray[np.bool_], wanted: Iterable[str] = KPIS, *, costs: bool = False
) -> dict[str, list[Figure]]:
    """Every KPI for every group of accounts at once (masks: [groups, accounts], may overlap), without intervals."""
    sums = {name: masks.astype(np.int64) @ values for name, values in columns.items()}
    return _figures(sums, facts if costs else without_costs(facts), wanted)


def sliced(
    columns: Columns, facts: Facts, group: Whole, groups: int, wanted: Iterable[str] = KPIS, *, costs: bool = False
) -> dict[str, list[Figure]]:
    """As `masked`, for groups that do not overlap: a number below `groups` for each account, negative for none."""
    return _figures(made.totals(columns, group, groups), facts if costs else without_costs(facts), wanted)


def _figures(sums: Columns, facts: Facts, wanted: Iterable[str]) -> dict[str, list[Figure]]:
    out = {}
    for key in wanted:
        values, counted = kpis.of(KPIS[key], sums, facts), sums[KPIS[key].count]
        out[key] = [
            Figure(key, None if np.isnan(value) else float(value), int(n))
            for value, n in zip(values, counted, strict=True)
        ]
    return out
