"""What a feature was lately and usually: one noisy month says less than the months before it say together.

Both are means over the account's rows up to and with its own, older ones counting less. With every month missing they
are missing. Nothing later than a row is read, so what is known on its day stays what is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.tables import Array, Feature, Table

#: Periods after which a value counts half.
HALF_LIVES: Mapping[str, float] = {"lately": 1.5, "usually": 12.0}
#: Less weight than this (a month very long ago) is nothing known.
LEAST = 0.02


def remembered(table: Table, names: Sequence[str] | None = None, half_lives: Mapping[str, float] = HALF_LIVES) -> Table:
    """The table with `<name>, lately` and `<name>, usually` beside each feature, or those named.

    Give the account's earlier rows too, learning and asking alike; then choose the rows that are asked about.
    """
    order, opens, periods = _order(table)
    wanted = [one for one in table.features if names is None or one.name in names]
    more = [
        _remembered(one, f"{one.name}, {how}", life, order, opens, periods)
        for one in wanted
        for how, life in half_lives.items()
    ]
    return replace(table, features=(*table.features, *more))


def _order(table: Table) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Rows by account and time, whether each is its account's first, and its period's number."""
    periods = np.unique(table.begins, return_inverse=True)[1].astype(np.int64)
    order = np.lexsort((periods, table.account))
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = np.diff(table.account[order]) != 0
    return order, opens, periods[order]


def _remembered(
    one: Feature, name: str, life: float, order: NDArray[np.int64], opens: NDArray[np.bool_], periods: NDArray[np.int64]
) -> Feature:
    values = one.values[order]
    known = ~np.isnan(values)
    age = np.where(opens, 0, np.diff(periods, prepend=0))
    kept = np.where(opens, 0.0, 0.5 ** (age / life))
    mass, total = _running(known.astype(np.float64), kept), _running(np.where(known, values, 0.0), kept)
    mean = np.where(mass >= LEAST, total / np.maximum(mass, LEAST), np.nan)
    found = np.empty_like(mean)
    found[order] = mean
    return replace(one, name=name, values=found, recorded=_newest(one, order, opens))


def _running(values: Array, kept: Array) -> Array:
    """s[n] = kept[n] s[n - 1] + values[n], all accounts side by side: as many rounds as the longest has rows."""
    found = values.copy()
    place = np.flatnonzero(kept > 0)
    length = _places(kept)
    for step in range(1, int(length.max(initial=0)) + 1):
        here = place[length[place] == step]
        found[here] += kept[here] * found[here - 1]
    return found


def _places(kept: Array) -> NDArray[np.int64]:
    """How many rows of the account stand before each."""
    rows = np.arange(len(kept), dtype=np.int64)
    first = np.maximum.accumulate(np.where(kept == 0, rows, 0))
    result: NDArray[np.int64] = rows - first
    return result


def _newest(one: Feature, order: NDArray[np.int64], opens: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """The newest fact behind the row's own value and all before it."""
    if one.recorded is None:
        return None
    group = opens.cumsum() * 10_000_000
    newest = np.maximum.accumulate(one.recorded[order] + group) - group
    found: NDArray[np.int64] = np.empty_like(newest)
    found[order] = newest
    return found
