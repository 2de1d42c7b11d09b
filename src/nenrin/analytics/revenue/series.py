"""Every KPI for many periods and groups in one pass: [periods, groups], with 95 % intervals.

Accounts are put in the order of their groups once; each period's columns are then added up in runs. The chained rate's
months are summed once and shared by the periods that need them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics import intervals
from nenrin.analytics.intervals import Moments
from nenrin.analytics.revenue import (
    books,
    chains,
    columns,
    flows,
    kpis,
    limits,
    medians,
    movements,
    products,
    spans,
    together,
    years,
)
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Columns, Facts, Few
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.readings import Reading, chain, days, readings
from nenrin.values import Period

Floats = NDArray[np.float64]
Sums = Mapping[str, Any]
Pair = tuple[str, str]
#: Kinds of intervals that need what each account adds to both sides.
PAIRED = ("bootstrap", "product")
#: The same in every period of one reading.
STEADY = ("committed", "accounts_any")
#: Of a closing day (its exchange rates), two days, and a period where accounts move between groups: the sums of both sides
#: by group, and what each place adds to the chain.
Links = dict[tuple[date, int, int, int], tuple[Whole, Whole, Floats]]


@dataclass(frozen=True, slots=True)
class Series:
    """One KPI: [periods, groups]; NaN is not enough data. `n` stand behind each value; no ends of a KPI that is_of_one."""

    value: Floats
    n: Whole
    low: Floats
    high: Floats


def computed(
    book: Book, asked: Sequence[Period], groups: Groups, facts: Facts, wanted: Iterable[str] = KPIS,
    read: Sequence[Reading] | None = None, closing: Groups | None = None,
) -> dict[str, Series]:  # fmt: skip
    """The KPIs of every period and group. `facts.acquisition_minor` must suit the groups.

    `read`: the book's readings where they are kept; only of a book that is in the order of the groups. `closing`: the
    groups at the end of each period, where accounts move between them; else they are those before it.
    """
    wanted = list(wanted)
    if closing is not None:
        return _of_both(book, asked, groups, closing, facts, wanted)
    pairs = _pairs(wanted, facts)
    needed = frozenset().union(*(kpis.needed(KPIS[key]) for key in wanted))
    if not pairs:
        sums = totals(book, asked, groups, needed, read)
        return {key: _one(KPIS[key], sums, {}, facts) for key in wanted}
    read = read or readings(books.picked(book, groups.row), asked, prepared=False)
    sums, moments = _added_up(read, asked, groups, pairs, needed)
    return {key: _one(KPIS[key], sums, moments, facts) for key in wanted}


def _of_both(
    book: Book, asked: Sequence[Period], groups: Groups, closing: Groups, facts: Facts, wanted: list[str]
) -> dict[str, Series]:  # fmt: skip
    """Each column by the accounts of its side of the periods."""
    pairs = _pairs(wanted, facts)
    needed = frozenset().union(*(kpis.needed(KPIS[key]) for key in wanted))
    (sums, moments), (ending, after) = (
        _added_up(readings(books.picked(book, cut.row), asked, prepared=False), asked, cut, pairs, needed)
        for cut in (groups, closing)
    )
    out = {}
    for key in wanted:
        kpi = KPIS[key]
        side = after if kpis.of_end(kpi, kpi.over or kpi.count) else moments
        out[key] = _one(kpi, kpis.mixed(kpi, sums, ending), side, facts)
    return out


def _pairs(wanted: Iterable[str], facts: Facts) -> set[Pair]:
    """What their intervals take moments of."""
    told = (KPIS[key] for key in wanted)
    return {kpi.sides(facts) for kpi in told if kpi.interval in PAIRED and kpi.over and not kpi.is_of_one}


def totals(
    book: Book, asked: Sequence[Period], groups: Groups, wanted: Iterable[str] = (), read: Sequence[Reading] | None = None
) -> dict[str, Whole]:  # fmt: skip
    """What the KPIs are made of: each column's exact sums, [periods, groups]; all but the chain, or the `wanted` alone.

    `read`: the book's readings where they are kept. Movements and what is left of a year come from the changes of the rate lines where nothing else is asked for.
    """
    names = frozenset(wanted)
    if not names or names - flows.COLUMNS - years.COLUMNS or not flows.tells(book, asked, groups):
        in_order = read if read and groups.is_everyone(len(book.accounts)) else None
        return _added_up(
            in_order or readings(books.picked(book, groups.row), asked, prepared=False), asked, groups, (), names
        )[0]
    reading = (read or readings(book, asked, prepared=False))[0]
    kept = years.summed(reading, asked, groups, names) if names & years.COLUMNS else {}
    moved = flows.summed(reading, asked, groups) if names & flows.COLUMNS else {}
    return {name: values for name, values in {**moved, **kept}.items() if name in names}


def of_totals(sums: Sums, facts: Facts, wanted: Iterable[str]) -> dict[str, Floats]:
    """KPIs of such sums, without intervals."""
    return {key: kpis.of(KPIS[key], sums, facts) for key in wanted}


def _one(kpi: Kpi, sums: Sums, moments: Mapping[Pair, Moments], facts: Facts) -> Series:
    value, n = kpis.of(kpi, sums, facts), sums[kpi.count]
    low, high = kpis.narrowed(kpi, sums, facts, value, _reach(kpi, sums, moments, facts))
    low, high = limits.cut(kpi, value, (1 - high, 1 - low) if kpi.loss else (low, high))
    hidden = np.isnan(value)
    return Series(value, n, np.where(hidden, np.nan, low), np.where(hidden, np.nan, high))


def _reach(kpi: Kpi, sums: Sums, moments: Mapping[Pair, Moments], facts: Facts) -> tuple[Floats, Floats]:
    if kpi.is_of_one:
        nothing = np.full(np.shape(sums[kpi.count]), np.nan)
        return nothing, nothing
    if kpi.interval == "wilson":
        return intervals.wilsons(sums[kpi.over].astype(float), sums[kpi.under].astype(float))
    if kpi.interval == "product":
        nothing = np.full(np.shape(sums[kpi.count]), np.nan)
        rate = intervals.accelerated(moments[kpi.sides(facts)]) if kpi.over else (nothing, nothing)
        return products.product(kpi, sums, facts, rate, (nothing, nothing))
    if kpi.interval == "bootstrap":
        low, high = intervals.accelerated(moments[kpi.sides(facts)])
        return kpi.scale * low + kpi.shift, kpi.scale * high + kpi.shift
    if kpi.interval == "median":
        ends = (sums[name].astype(float) for name in medians.NAMES[1:])
        low, high = (np.where(end == medians.NONE, np.nan, end) for end in ends)
        return np.where(np.isnan(high), np.nan, low), np.where(np.isnan(low), np.nan, high)
    if kpi.interval == "poisson":
        return kpis.counted(kpi, sums, facts)
    if kpi.interval == "chain":
        return chains.ends(kpi.value(sums, facts), *(sums[name] for name in chains.NAMES))
    if kpi.interval == "nps":
        promoters, detractors, n = (sums[name].astype(float) for name in ("promoters", "detractors", "nps_answers"))
        return intervals.nps(promoters, detractors, n)
    nothing = np.full(np.shape(sums[kpi.count]), np.nan)
    return nothing, nothing


def _added_up(
    read: Sequence[Reading],
    asked: Sequence[Period],
    groups: Groups,
    pairs: Iterable[Pair],
    needed: frozenset[str] = frozenset(),
) -> tuple[dict[str, Whole], dict[Pair, Moments]]:
    """The sums of the columns and the moments of the pairs; periods that follow one another at once where that is exact."""
    pairs, parts = list(pairs), []
    for cut in spans.in_a_row(asked):
        inside = groups if groups.inside is None else replace(groups, inside=groups.inside[cut])
        work = together.added_up if read[cut][0] is read[cut][-1] and spans.tells(read[cut][0]) else _one_by_one
        parts.append(work(read[cut], asked[cut], inside, pairs, needed))
    sums = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    return sums, {pair: Moments(*(np.concatenate(side) for side in zip(*(part[1][pair] for part in parts), strict=True)))
                  for pair in pairs}  # fmt: skip


def _one_by_one(
    read: Sequence[Reading], asked: Sequence[Period], groups: Groups, pairs: Iterable[Pair], needed: frozenset[str]
) -> tuple[dict[str, Whole], dict[Pair, Moments]]:  # fmt: skip
    sums: dict[str, list[Any]] = {}
    found: dict[Pair, list[list[Floats]]] = {pair: [] for pair in pairs}
    links: Links = {}
    if read[0] is read[-1]:
        read[0].prepare(day for period in asked for day in days(period))
    for n, (reading, period) in enumerate(zip(read, asked, strict=True)):
        moved = movements.compared(reading, period)
        standing, few = columns.standing(reading, moved), columns.flowing(reading, moved)
        for name in standing if not needed else needed & standing.keys():
            is_told = n > 0 and name in STEADY and groups.inside is None and read[n - 1] is reading
            told = sums[name][-1] if is_told else groups.summed(standing[name], n)
            sums.setdefault(name, []).append(told)
        for name in few if not needed else needed & few.keys():
            sums.setdefault(name, []).append(groups.picked(few[name].values, few[name].row, n))
        if needed & {*medians.NAMES}:
            for name, told in medians.by_place(_by_place(few, len(groups.row)), groups, n).items():
                sums.setdefault(name, []).append(told)
        if "chain_under_0" in needed:
            _link(sums, reading, period, groups, n, links)
        powers = _Powers(standing, few, groups, n)
        for pair, kept in found.items():
            kept.append(powers.moments(pair))
    stacked = {name: np.stack(rows) for name, rows in sums.items()}
    return stacked, {pair: Moments(*(np.stack(side) for side in zip(*rows, strict=True)))
                     for pair, rows in found.items()}  # fmt: skip


def _by_place(few: Mapping[str, Few], places: int) -> dict[str, Whole]:
    """What medians need, of every place."""
    out = {name: np.zeros(places, dtype=np.int64) for name in medians.NEEDED}
    for name, column in out.items():
        column[few[name].row] = few[name].values
    return out


def _link(
    sums: dict[str, list[Any]], reading: Reading, period: Period, groups: Groups, n: int,
    links: Links,
) -> None:  # fmt: skip
    """The twelve months of the chained rate; where nobody moves between groups, months are shared by all periods."""
    moves, added = n if groups.inside is not None else 0, []
    for month, pair in enumerate(chain(period)):
        key = (reading.closing, *pair, moves)
        if key not in links:
            under, over = reading.chained(*pair)
            both = groups.summed(under, n), groups.summed(over, n)
            links[key] = (*both, chains.influence(under, over, groups, both))
        for side, values in zip(("under", "over"), links[key][:2], strict=True):
            sums.setdefault(f"chain_{side}_{month}", []).append(values)
        added.append(links[key][2])
    for name, told in chains.summed(chains.total(added), groups, n).items():
        sums.setdefault(name, []).append(told)


class _Powers:
    """Products of a period's columns by group; what several ratios divide by is worked out once."""

    def __init__(self, standing: Columns, few: Mapping[str, Few], groups: Groups, period: int) -> None:
        self.standing, self.few, self.groups, self.period = standing, few, groups, period
        self._under: dict[str, list[Floats]] = {}
        self._real: dict[str, Floats] = {}

    def moments(self, pair: Pair) -> list[Floats]:
        at, y, x = self._beside(*pair)
        n, x1, x2, x3 = self._of_under(pair[1])
        is_alone, yy, yx = (x == 0) & (y != 0), y * y, y * x
        alone = self._sum(is_alone.astype(np.float64), at) if is_alone.any() else 0.0
        rows = [self._sum(row, at) for row in (y, yy, yx, yy * x)]
        yy *= y
        yx *= x
        return [n + alone, rows[0], x1, rows[1], rows[2], x2, self._sum(yy, at), rows[3], self._sum(yx, at), x3]

    def _beside(self, over: str, under: str) -> tuple[Whole | None, Floats, Floats]:
        """Both sides where the upper one is anything; of two sides told for few, both are of the same accounts."""
        if over not in self.few:
            return None, self._dense(over), self._dense(under)
        at, y = self.few[over]
        x = self.few[under].values if under in self.few else self.standing[under][at]
        return at, y.astype(np.float64), x.astype(np.float64)

    def _dense(self, name: str) -> Floats:
        if name not in self._real:
            self._real[name] = self.standing[name].astype(np.float64)
        return self._real[name]

    def _of_under(self, name: str) -> list[Floats]:
        if name not in self._under:
            at, x = self.few[name] if name in self.few else (None, self._dense(name))
            x = x.astype(np.float64, copy=False)
            xx = x * x
            self._under[name] = [self._sum(row, at) for row in ((x != 0).astype(np.float64), x, xx, xx * x)]
        return self._under[name]

    def _sum(self, values: Floats, at: Whole | None) -> Floats:
        found = self.groups.summed(values, self.period) if at is None else self.groups.picked(values, at, self.period)
        return found.astype(np.float64)
