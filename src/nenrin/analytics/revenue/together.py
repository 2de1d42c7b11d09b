"""All that KPIs are made of, for periods that follow one another at once: sums by period and group, and moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.intervals import Moments
from nenrin.analytics.revenue import linked, medians, powers, spots
from nenrin.analytics.revenue.blocks import Floats
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import Number, Whole
from nenrin.analytics.revenue.powers import ALONE, BESIDE
from nenrin.analytics.revenue.readings import Reading
from nenrin.analytics.revenue.spans import Span
from nenrin.analytics.revenue.spots import Spots
from nenrin.analytics.revenue.standings import Pair, Standings
from nenrin.values import Period

Told = Mapping[str, Spots]


def added_up(
    read: Sequence[Reading], asked: Sequence[Period], groups: Groups, pairs: Iterable[Pair], needed: frozenset[str]
) -> tuple[dict[str, Whole], dict[Pair, Moments]]:  # fmt: skip
    """Sums of the columns that are needed (none named: all but the chain) and moments of the pairs: [periods, groups]."""
    pairs, span = list(pairs), Span(read[0], asked)
    columns = needed.union(*pairs) if needed else needed
    standing = Standings(span, groups, columns)
    wanted = columns | {*medians.NEEDED} if columns & {*medians.NAMES} else columns
    few = spots.told(span, lambda name: not wanted or name in wanted)
    cells = _Cells(span, groups, few)
    sums = {name: values for name, values in standing.sums().items() if not needed or name in needed}
    sums |= {name: cells.summed(name) for name in few if name not in sums and (not needed or name in needed)}
    if needed & {*medians.NAMES}:
        sums |= _medians(span, groups, few)
    if "chain_under_0" in needed:
        sums |= linked.summed(span, groups)
    return sums, {pair: standing.moments(pair) or cells.moments(pair, standing) for pair in pairs}


class _Cells:
    """Spots counted by their period and group."""

    def __init__(self, span: Span, groups: Groups, few: Told) -> None:
        self.span, self.groups, self.few = span, groups, few
        self._known: dict[int, _Runs] = {}

    def summed(self, name: str) -> Whole:
        return self._sum(name, self.few[name].values.astype(np.int64))

    def moments(self, pair: Pair, standing: Standings) -> Moments:
        over, under = pair
        y, x = self._real(over), self._beside(over, under)
        yy, yx = y * y, y * x
        told = dict(zip(BESIDE, (y, yy, yx, yy * y, yy * x, yx * x), strict=True))
        sums = {name: self._sum(over, values) for name, values in told.items()}
        found = powers.of_sides(sums, self._under(under) if self._is_few(under) else standing.under(under))
        is_alone = (x == 0) & (y != 0)
        return found._replace(n=found.n + self._sum(over, is_alone.astype(np.float64))) if is_alone.any() else found

    def _is_few(self, name: str) -> bool:
        return name in self.few and name != "opening"

    def _beside(self, over: str, under: str) -> Floats:
        """The lower side where the upper one is told."""
        at = self.few[over]
        if self._is_few(under) or (under == "opening" and self.few[under].row is at.row):
            return self._real(under)
        if not len(at.row):
            return np.zeros(0)
        before = self.span.table[self.span.before[at.period], at.row]
        return (before > 0).astype(np.float64) if under == "accounts_begin" else before

    def _under(self, name: str) -> dict[str, Floats]:
        x = self._real(name)
        xx = x * x
        told = ((x != 0).astype(np.float64), x, xx, xx * x)
        return {power: self._sum(name, values) for power, values in zip(ALONE, told, strict=True)}

    def _real(self, name: str) -> Floats:
        return self.few[name].values.astype(np.float64)

    def _sum(self, name: str, values: NDArray[Number]) -> NDArray[Number]:
        at = self.few[name]
        if id(at.row) not in self._known:
            self._known[id(at.row)] = self._runs(at)
        return self._known[id(at.row)].summed(values, (len(self.span.asked), self.groups.count))

    def _runs(self, at: Spots) -> _Runs:
        cell, inside = at.period * self.groups.count + self.groups.group[at.row], self.groups.inside
        own = None if inside is None else np.flatnonzero(inside[at.period, at.row])
        cell = cell if own is None else cell[own]
        starts = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1]))) if len(cell) else cell
        return _Runs(own, cell[starts], starts)


class _Runs(NamedTuple):
    """Spots of one cell after another: which ones count (None: all), the cells, and where each begins."""

    own: Whole | None
    cell: Whole
    starts: Whole

    def summed(self, values: NDArray[Number], size: tuple[int, int]) -> NDArray[Number]:
        out = np.zeros(size[0] * size[1], dtype=values.dtype)
        if len(self.starts):
            out[self.cell] = np.add.reduceat(values if self.own is None else values[self.own], self.starts)
        return out.reshape(size)


def _medians(span: Span, groups: Groups, few: Told) -> dict[str, Whole]:
    found = []
    for n in range(len(span.asked)):
        columns = {name: np.zeros(len(groups.row), dtype=np.int64) for name in medians.NEEDED}
        for name, column in columns.items():
            own = few[name].period == n
            column[few[name].row[own]] = few[name].values[own]
        found.append(medians.by_place(columns, groups, n))
    return {name: np.stack([told[name] for told in found]) for name in medians.NAMES}
