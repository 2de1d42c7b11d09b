"""KPIs of a book: for one period all at once, for the whole and for every slice of it, with intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nenrin.analytics import intervals
from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue import chains, kpis, limits, medians, products
from nenrin.analytics.revenue import columns as made
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Columns, Facts
from nenrin.analytics.revenue.groups import Groups, everyone
from nenrin.analytics.revenue.kpis import Kpi, Totals
from nenrin.analytics.revenue.movements import Movements, compared
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.readings import readings
from nenrin.values import Period

_NOTHING = np.full(1, np.nan)


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


def whole(
    columns: Columns, facts: Facts, wanted: Iterable[str] = KPIS, closing: Columns | None = None
) -> dict[str, Figure]:  # fmt: skip
    """Every KPI over all accounts, with its interval. Of a part: `columns` of the accounts in it before the period, `closing`
    of those in it at its end."""
    wanted, after = list(wanted), columns if closing is None else closing
    sums, ending = (_summed(side, wanted, _everyone(side), reach=True) for side in (columns, after))
    out = {}
    for key in wanted:
        kpi = KPIS[key]
        own, side = kpis.mixed(kpi, sums, ending), after if kpis.of_end(kpi, kpi.over or kpi.count) else columns
        value, n = float(kpis.of(kpi, own, facts)[0]), int(own[kpi.count][0])
        shown = None if np.isnan(value) else value
        is_told = shown is not None and not (closing is not None and kpi.is_two_sided)
        grown = after if kpi.grown[0] and kpis.of_end(kpi, kpi.grown[0]) else columns
        out[key] = Figure(key, shown, n, interval(kpi, side, own, facts, grown) if is_told else None)
    return out


def interval(
    kpi: Kpi, columns: Columns, sums: Totals, facts: Facts, grown: Columns | None = None
) -> Interval | None:  # fmt: skip
    """95 %, of the kind that the KPI names; not beyond what the figure can be. `grown`: the accounts of what has grown, where
    they are others."""
    found = _reached(kpi, columns, sums, facts, columns if grown is None else grown)
    if found is None:
        return None
    value = np.asarray(kpi.value(sums, facts), dtype=np.float64)
    return _told(limits.cut(kpi, value, (np.asarray(found.low), np.asarray(found.high))))


def _reached(kpi: Kpi, columns: Columns, sums: Totals, facts: Facts, grown: Columns) -> Interval | None:
    if kpi.interval in ("none", "product", "poisson", "chain"):
        return _of_sums(kpi, columns, sums, facts, grown)
    over, under = (columns[name] for name in kpi.sides(facts))
    if kpi.interval == "median":
        low, high = (float(medians.of_columns(columns, _everyone(columns))[name][0]) for name in medians.NAMES[1:])
        return None if medians.NONE in (low, high) else Interval(low, high)
    if kpi.interval == "wilson":
        found = intervals.wilson(int(over.sum()), int(under.sum()))
    else:
        value = kpi.value(sums, facts)
        ends = tuple(kpi.scale * end + kpi.shift for end in _ends(kpi, columns, facts))
        found = _told(kpis.narrowed(kpi, sums, facts, value, (ends[0], ends[1])))
    return Interval(1 - found.high, 1 - found.low) if found and kpi.loss else found


def _of_sums(kpi: Kpi, columns: Columns, sums: Totals, facts: Facts, grown: Columns) -> Interval | None:
    """Where it is not that of a fraction of two columns."""
    if kpi.interval == "product":
        return _told(products.product(kpi, sums, facts, _rate(kpi, columns, facts), _grown(kpi, grown)))
    if kpi.interval == "poisson":
        return _told(kpis.counted(kpi, sums, facts))
    if kpi.interval == "chain":
        return _told(chains.ends(kpi.value(sums, facts), *(sums[name] for name in chains.NAMES)))
    return None


def _told(ends: tuple[intervals.Floats, intervals.Floats]) -> Interval | None:
    low, high = (float(np.ravel(end)[0]) for end in ends)
    return None if np.isnan([low, high]).any() else Interval(low, high)


def _rate(kpi: Kpi, columns: Columns, facts: Facts) -> tuple[intervals.Floats, intervals.Floats]:
    """The ends of the rate of a product, where it has one."""
    return _ends(kpi, columns, facts) if kpi.over else (_NOTHING, _NOTHING)


def _grown(kpi: Kpi, columns: Columns) -> tuple[intervals.Floats, intervals.Floats]:
    """The ends of how much was added, where it has that."""
    return _of_pair(columns, kpi.grown) if kpi.grown[0] else (_NOTHING, _NOTHING)


def _ends(kpi: Kpi, columns: Columns, facts: Facts) -> tuple[intervals.Floats, intervals.Floats]:
    if kpi.interval == "nps":
        names = ("promoters", "detractors", "nps_answers")
        promoters, detractors, n = (np.array([columns[name].sum()], dtype=float) for name in names)
        return intervals.nps(promoters, detractors, n)
    return _of_pair(columns, kpi.sides(facts))


def _of_pair(columns: Columns, pair: tuple[str, str]) -> tuple[intervals.Floats, intervals.Floats]:
    over, under = (columns[name].astype(float) for name in pair)
    return intervals.accelerated(intervals.moments(over, under))


def grouped(
    columns: Columns, facts: Facts, groups: Groups, wanted: Iterable[str] = KPIS, closing: Groups | None = None
) -> dict[str, list[Figure]]:  # fmt: skip
    """Every KPI for every group of accounts, without intervals. `closing`: the groups at the end, where accounts move."""
    wanted = list(wanted)
    sums = _summed(columns, wanted, groups)
    ending = sums if closing is None else _summed(columns, wanted, closing)
    out = {}
    for key in wanted:
        own = kpis.mixed(KPIS[key], sums, ending)
        values, counted = kpis.of(KPIS[key], own, facts), own[KPIS[key].count]
        out[key] = [
            Figure(key, None if np.isnan(value) else float(value), int(n))
            for value, n in zip(values, counted, strict=True)
        ]
    return out


def _everyone(columns: Columns) -> Groups:
    return everyone(len(columns["accounts_any"]))


def _summed(columns: Columns, wanted: Iterable[str], groups: Groups, *, reach: bool = False) -> dict[str, Any]:
    """What the KPIs (with `reach` their intervals too) are made of, by group."""
    needed: frozenset[str] = frozenset().union(*(kpis.needed(KPIS[key]) for key in wanted))
    sums: dict[str, Any] = {
        name: groups.summed(columns[name][groups.row]) for name in sorted(needed - {*medians.NAMES})
    }
    if reach and "chain_under_0" in needed:
        sums |= chains.of_columns(columns, groups)
    return sums | medians.of_columns(columns, groups) if needed & {*medians.NAMES} else sums
