"""Rows in the order of each account's months, so that what came before can be read and what came after cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.tables import Array, Table

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class History:
    """`rows`: the table's rows by account and time. By place in that order: `opens` whether it is its account's first,
    `age` periods since the one before it (0 for the first). `rounds[n]`: places of every account's row number n."""

    rows: Places
    opens: NDArray[np.bool_]
    age: Places
    rounds: tuple[Places, ...]

    def put(self, values: Array) -> Array:
        """From this order back to the table's."""
        found = np.empty_like(values)
        found[self.rows] = values
        return found

    def newest(self, recorded: Places) -> Places:
        """(rows of the table) the newest of the account's days up to and with each row's."""
        group = self.opens.cumsum() * 10_000_000
        found: Places = np.empty_like(recorded)
        found[self.rows] = np.maximum.accumulate(recorded[self.rows] + group) - group
        return found


def history(table: Table) -> History:
    periods = _periods(table.begins)
    order = np.lexsort((periods, table.account))
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = np.diff(table.account[order]) != 0
    age = np.where(opens, 0, np.diff(periods[order], prepend=0))
    rows = np.arange(len(order), dtype=np.int64)
    place = rows - np.maximum.accumulate(np.where(opens, rows, 0)) if len(rows) else rows
    by_place = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=1)
    return History(order, opens, age, tuple(np.split(by_place, counts.cumsum()[:-1])) if len(rows) else ())


def _periods(begins: Places) -> Places:
    """The number of each row's period; one in which nobody has a row is counted too.

    >>> _periods(np.array([60, 0, 31, 121])).tolist()
    [2, 0, 1, 4]
    """
    days, place = np.unique(begins, return_inverse=True)
    if len(days) < 2:
        return np.zeros(len(begins), dtype=np.int64)
    apart = np.diff(days)
    steps = np.maximum(np.rint(apart / np.median(apart)), 1).astype(np.int64)
    number: Places = np.concatenate([[0], steps.cumsum()])
    return number[place]
