"""Which pairs teach and which test: never the same account on both sides, never the future before the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nenrin.analytics.forecasts.hazards import splits
from nenrin.analytics.forecasts.hazards.stacks import Stack
from nenrin.analytics.forecasts.hazards.tables import Days, Table, Truth

ORIGINS, GROUPS, FEW_GROUPS = 4, 2, 10
#: Events before the first origin.
TAUGHT = 20


@dataclass(frozen=True, slots=True)
class Fold:
    """Masks over rows. A pair teaches where its row is in `train` and its outcome had ended by `known`; it tests
    where its row is in `test`. `origin` None: a fold of accounts over all times."""

    origin: int | None
    known: int
    train: Truth
    test: Truth

    def taught(self, table: Table, stack: Stack) -> Truth:
        result: Truth = self.train[stack.row] & (table.ends[stack.later] <= self.known)
        return result


def by_account(table: Table, happened: Truth, groups: int = FEW_GROUPS) -> list[Fold]:
    """Each account in one fold, those with an event spread evenly: over all times, for books too small for origins."""
    group = _groups(table, happened, groups)
    end = int(table.ends.max())
    return [Fold(None, end, group != n, group == n) for n in range(groups)]


def rolling(table: Table, happened: Truth, *, gap: int = 0, count: int = ORIGINS, groups: int = GROUPS) -> list[Fold]:
    """At each of `count` origins the accounts of one group are told from what the others had shown by then.

    Origins part the events after the first third evenly, each with events enough before it; fewer where there are
    not.
    """
    group = _groups(table, happened, groups)
    found = []
    for split in splits.rolling(table.begins, table.ends, origins(table, happened, count), gap=gap):
        known = split.origin - gap
        train = table.ends <= known
        found += [Fold(split.origin, known, train & (group != n), split.test & (group == n)) for n in range(groups)]
    return found


def origins(table: Table, happened: Truth, count: int = ORIGINS) -> list[int]:
    """First days of periods that part the events after the first third evenly."""
    days = np.sort(table.ends[happened])
    shares = 1 / 3 + 2 / 3 * np.arange(count) / count
    wanted = [int(days[max(int(share * len(days)), TAUGHT)]) for share in shares if len(days) > TAUGHT]
    starts = np.unique(table.begins)
    at = np.searchsorted(starts, wanted)
    return sorted({int(starts[n]) for n in at if n < len(starts)})


def at_random(table: Table, happened: Truth, groups: int = GROUPS) -> Iterator[Truth]:
    """Masks of rows without regard to accounts and time: only to see whether that looks too good."""
    order = np.random.default_rng(len(table)).permutation(len(table)) % groups
    for n in range(groups):
        yield order == n


def _groups(table: Table, happened: Truth, groups: int) -> Days:
    """Accounts dealt out by lot, first those with an event."""
    names, who = np.unique(table.account, return_inverse=True)
    had = np.bincount(who, weights=happened, minlength=len(names)) > 0
    lot = np.random.default_rng(len(names)).random(len(names))
    dealt = np.empty(len(names), dtype=np.int64)
    dealt[np.lexsort((lot, ~had))] = np.arange(len(names)) % groups
    result: Days = dealt[who]
    return result
