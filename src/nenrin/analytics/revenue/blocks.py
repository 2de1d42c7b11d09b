"""Blocks of accounts small enough to stay near the processor while every period's sums by group are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import Whole

Floats = NDArray[np.float64]
#: Accounts of a block.
WIDTH = 512


@dataclass(frozen=True, slots=True)
class Block:
    """Places of accounts, ascending, and which ones of those that were cut they are; the groups that hold any of them, and
    where in the block each begins."""

    at: Whole
    begin: int
    end: int
    held: Whole
    starts: Whole

    def summed(self, values: Floats) -> Floats:
        """[rows, places] by group."""
        out: Floats = np.add.reduceat(values, self.starts, axis=1)
        return out

    def dot(self, one: Floats, other: Floats) -> Floats:
        """The sums of products."""
        if len(self.starts) > 1:
            return self.summed(one * other)
        out: Floats = np.vecdot(one, other)[:, None]
        return out

    def spread(self, of_group: Floats) -> Floats:
        """[rows, groups] by place: one column where there is one group."""
        if len(self.starts) == 1:
            return of_group[:, self.held]
        return np.repeat(of_group[:, self.held], np.diff(np.append(self.starts, len(self.at))), axis=1)


def blocks(groups: Groups, places: Whole) -> Iterator[Block]:
    """These ascending places in blocks: of one group each, small groups side by side."""
    if not len(places):
        return
    group = groups.group[places]
    first = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    begin = 0
    for cut in _cuts(first.tolist(), len(places)):
        low, high = np.searchsorted(first, (begin, cut))
        starts = first[low:high] - begin
        starts = starts if len(starts) and starts[0] == 0 else np.append(0, starts)
        yield Block(places[begin:cut], begin, cut, group[begin + starts], starts)
        begin = cut


def _cuts(starts: list[int], count: int) -> Iterator[int]:
    """Where blocks end: at the end of a group where one fits, else in equal parts of it."""
    begin = 0
    for low, high in zip(starts, [*starts[1:], count], strict=True):
        if high - begin <= WIDTH:
            continue
        if low > begin:
            yield low
            begin = low
        parts = -(-(high - low) // WIDTH)
        for part in range(1, parts):
            begin = low + (high - low) * part // parts
            yield begin
    if count > begin:
        yield count


class Sheet:
    """Sums by group, [rows, groups], that grow block by block."""

    def __init__(self, rows: int, groups: int) -> None:
        self.shape = (rows, groups)
        self._sums: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._sums:
            self._sums[name] = np.zeros(self.shape)
        return self._sums[name]

    def add(self, block: Block, sums: Mapping[str, Floats]) -> None:
        """More of these sums; groups stand in a block once."""
        one = slice(block.held[0], block.held[0] + 1) if len(block.held) == 1 else block.held
        for name, values in sums.items():
            self[name][:, one] += values
