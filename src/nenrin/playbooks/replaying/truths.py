"""The truth of conditions on every account and day: each comparison is asked where its field stands, once, and the answers
are joined in three-valued logic.

Measures are asked of the rows of the grid, standing of each version of an account (there are few), health of the scores.
Answers are ranks: 0 no, 1 unknown, 2 yes, so that *and* is the least, *or* the greatest, *not* the other way round (Kleene).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.analytics.conditions.trees import All, Any, Is, Not, leaves

Longs = NDArray[np.int64]
Ranks = NDArray[np.uint8]
#: Further apart than any two days.
SPAN = 10_000_000
#: Ranks as the truth that replays count by: 1, 0 or -1 for unknown.
_TRUTH = np.array([0, -1, 1], np.int8)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Answers of accounts from a day until before another, sorted by account and day; those of an account never overlap."""

    account: Longs
    begins: Longs
    ends: Longs
    ranks: Mapping[Is, Ranks]

    def place(self, account: Longs, day: Longs) -> tuple[Longs, NDArray[np.bool_]]:
        """Of each account and day the stretch that it lies in, and whether there is one."""
        if not len(self.account):
            return np.zeros(len(account), np.int64), np.zeros(len(account), bool)
        at = np.searchsorted(keys(self.account, self.begins), keys(account, day), side="right") - 1
        near = np.maximum(at, 0)
        return near, (at >= 0) & (self.account[near] == account) & (day < self.ends[near])

    def between(self, low: int, high: int) -> Stretches:
        """Those of the accounts from one to another, both included."""
        part = slice(np.searchsorted(self.account, low), np.searchsorted(self.account, high, side="right"))
        ranks = {leaf: told[part] for leaf, told in self.ranks.items()}
        return Stretches(self.account[part], self.begins[part], self.ends[part], ranks)


def keys(account: Longs, day: Longs) -> Longs:
    return account * SPAN + day


def earlier(account: Longs, day: Longs, days: int) -> tuple[Longs, NDArray[np.bool_]]:
    """Of each row (sorted by account and day) the one of its account so many days before, and whether there is one."""
    key = keys(account, day)
    then = np.asarray(np.searchsorted(key, key - days), np.int64)
    return then, key[then] == key - days


def distinct(asked: Iterable[Condition]) -> list[Is]:
    return list(dict.fromkeys(leaf for one in asked for leaf in leaves(one)))


def ranks(frame: pa.Table, some: Sequence[Is], fields: Fields) -> dict[Is, Ranks]:
    """The answer of each row of the frame to each comparison, in the order of the rows."""
    told = conditions.ranks(frame, some, fields, date.max)
    return dict(zip(some, told, strict=True))


def joined(condition: Condition, found: Mapping[Is, Ranks], count: int) -> Ranks:
    """The condition's rank on each of `count` rows."""
    match condition:
        case Is():
            return found[condition]
        case Not(part):
            return 2 - joined(part, found, count)
        case All(parts):
            told = np.full(count, 2, np.uint8)
            for part in parts:
                told = np.minimum(told, joined(part, found, count))
            return told
        case Any(parts):
            told = np.zeros(count, np.uint8)
            for part in parts:
                told = np.maximum(told, joined(part, found, count))
            return told


def truth(found: Ranks) -> NDArray[np.int8]:
    return _TRUTH[found]


def days(column: pa.ChunkedArray) -> Longs:
    """Days since 1970."""
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()).to_numpy(), np.int64)
