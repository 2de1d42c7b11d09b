"""Costs and hours shared out to accounts: what is an account's own goes to it, the rest by weights; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.economics.spending import Entry
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.shares import allocate_rows

Mask = NDArray[np.bool_]
Pool = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Served:
    """The accounts (ids ascending) of a month, by row: who was there, and what they are.

    `products`, `touch_models`, `segments`: by key, the accounts that belong to it. `weights`: none negative.
    """

    accounts: Whole
    present: Mask
    weights: Whole
    products: Mapping[str, Mask]
    touch_models: Mapping[str, Mask]
    segments: Mapping[str, Mask]

    def pool(self, of: Pool) -> Mask:
        """The accounts present that an entry without an account is for."""
        inside = self.present.copy()
        for key, known in zip(of, (self.products, self.touch_models, self.segments), strict=True):
            if key:
                inside &= known.get(key, np.zeros(len(inside), dtype=bool))
        return inside


@dataclass(frozen=True, slots=True)
class Shared:
    """By account: `own` was told for it, `share` is its part of the rest; `nobody` could be given to no account."""

    own: Whole
    share: Whole
    nobody: int

    @property
    def all(self) -> Whole:
        return self.own + self.share

    @property
    def total(self) -> int:
        return int(self.all.sum()) + self.nobody


def shared(entries: Iterable[Entry], served: Served) -> Shared:
    """Every entry lands with accounts or with nobody: total = the sum of the entries, to the unit.

    - An entry of an account is that account's, whether it was there or not; of an account that the book does not know
      it is nobody's.
    - Any other is shared by weight among those present that have its product, touch model and segment; equally where
      they have no weight; it is nobody's where there are none.
    """
    own, pools, nobody = np.zeros(len(served.accounts), dtype=np.int64), dict[Pool, int](), 0
    for entry in entries:
        row = _row(served.accounts, entry.account)
        if row is not None:
            own[row] += entry.amount
        elif entry.account is not None:
            nobody += entry.amount
        else:
            pool = (entry.product, entry.touch_model, entry.segment)
            pools[pool] = pools.get(pool, 0) + entry.amount
    share = np.zeros_like(own)
    for pool, amount in pools.items():
        part = _divided(amount, served.pool(pool), served.weights)
        share += part
        nobody += amount - int(part.sum())
    return Shared(own, share, nobody)


def _row(accounts: Whole, account: int | None) -> int | None:
    if account is None:
        return None
    at = int(np.searchsorted(accounts, account))
    return at if at < len(accounts) and accounts[at] == account else None


def _divided(amount: int, inside: Mask, weights: Whole) -> Whole:
    weighed = np.where(inside, weights, 0)
    if not weighed.any():
        weighed = inside.astype(np.int64)
    parts: Whole = allocate_rows(np.array([amount], dtype=np.int64), weighed[None, :])[0]
    return parts
