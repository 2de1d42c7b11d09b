"""KPIs of a book: for one period all at once, for the whole and for every slice of it, with intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nenrin.analytics import intervals
from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue import columns as made
from nenrin.analytics.revenue import kpis, medians
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Columns, Facts
from nenrin.analytics.revenue.groups import Groups, everyone
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.movements import Movements, compared
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.readings import readings
from nenrin.values import Period


@dataclass(frozen=True, slots=True)
class Figure:
    """One value: None means not enough data. `n` stand behind it."""

    kpi: str
    value: float | None
    n: int
    interval: Interval | None = None


def measured(book: Book, period: Period) -> tuple[Movements, dict[str, Whole]]:
    """The net movements of a period and the columns made of them."""
    reading = readings(book, [period])[0]
    moved = compared(reading, period)
    return moved, made.columns(reading, moved)


def whole(columns: Columns, facts: Facts, wanted: Iterable[str] = KPIS) -> dict[str, Figure]:
    """Every KPI over all accounts, with its interval."""
    wanted = list(wanted)
    sums = _summed(columns, wanted, _everyone(columns))
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
    if kpi.interval == "median":
        low, high = (float(medians.of_columns(columns, _everyone(columns))[name][0]) for name in medians.NAMES[1:])
        return None if medians.NONE in (low, high) else Interval(low, high)
    if kpi.interval == "wilson":
        found = intervals.wilson(int(over.sum()), int(under.sum()))
    else:
        ends = [float(end[0]) for end in _ends(kpi, columns)]
        found = None if np.isnan(ends).any() else Interval(*ends)
    return Interval(1 - found.high, 1 - found.low) if found and kpi.loss else found


def _ends(kpi: Kpi, columns: Columns) -> tuple[intervals.Floats, intervals.Floats]:
    if kpi.interval == "nps":
        names = ("promoters", "detractors", "nps_answers")
        promoters, detractors, n = (np.array([columns[name].sum()], dtype=float) for name in names)
        return intervals.nps(promoters, detractors, n)
    return intervals.accelerated(intervals.moments(columns[kpi.over].astype(float), columns[kpi.under].astype(float)))


def grouped(columns: Columns, facts: Facts, groups: Groups, wanted: Iterable[str] = KPIS) -> dict[str, list[Figure]]:
    """Every KPI for every group of accounts, without intervals."""
    wanted = list(wanted)
    sums = _summed(columns, wanted, groups)
    out = {}
    for key in wanted:
        values, counted = kpis.of(KPIS[key], sums, facts), sums[KPIS[key].count]
        out[key] = [
            Figure(key, None if np.isnan(value) else float(value), int(n))
            for value, n in zip(values, counted, strict=True)
        ]
    return out


def _everyone(columns: Columns) -> Groups:
    return everyone(len(columns["accounts_any"]))


def _summed(columns: Columns, wanted: Iterable[str], groups: Groups) -> dict[str, Whole]:
    """What the KPIs are made of, by group."""
    needed: frozenset[str] = frozenset().union(*(kpis.needed(KPIS[key]) for key in wanted))
    sums = {name: groups.summed(columns[name][groups.row]) for name in sorted(needed - {*medians.NAMES})}
    return sums | medians.of_columns(columns, groups) if needed & {*medians.NAMES} else sums
