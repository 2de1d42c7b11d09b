"""Tables of lines by account: the first column is the account's row in the book, ascending."""

from __future__ import annotations

import numpy as np

from nenrin.analytics.revenue.paths import Whole


def runs(sorted_keys: Whole, wanted: Whole) -> tuple[Whole, Whole]:
    """The places of each wanted key in ascending keys, one run after another, and which wanted one each is of.

    >>> [found.tolist() for found in runs(np.array([0, 0, 2]), np.array([2, 0]))]
    [[2, 0, 1], [0, 1, 1]]
    """
    size = int(max(sorted_keys.max(initial=0), wanted.max(initial=0))) + 1
    held = np.bincount(sorted_keys, minlength=size)
    low, length = (held.cumsum() - held)[wanted], held[wanted]
    ends = length.cumsum()
    at = np.repeat(low - ends + length, length)
    at += np.arange(len(at))
    return at, np.repeat(np.arange(len(wanted)), length)


def placed(accounts: Whole, account: Whole, *then: Whole) -> tuple[Whole, Whole]:
    """The rows of lines in ascending accounts, ascending by row and then by the columns named; the places of those lines.

    Lines of others are left out.
    """
    order = np.lexsort((*reversed(then), account))
    at = order[np.isin(account[order], accounts)]
    return np.searchsorted(accounts, account[at]), at


def added(row: Whole, values: Whole | None = None) -> tuple[Whole, Whole]:
    """Ascending rows once, with their sums; with their number where there are no values.

    >>> [found.tolist() for found in added(np.array([1, 1, 4]))]
    [[1, 4], [2, 1]]
    """
    at, first, count = np.unique(row, return_index=True, return_counts=True)
    sums = count.astype(np.int64) if values is None else np.add.reduceat(values, first) if len(at) else at
    return at, sums
