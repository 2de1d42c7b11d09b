"""From contributions to values: adding up step functions over a grid of days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Steps = npt.NDArray[np.int64]
EPOCH = date(1970, 1, 1)


def day_numbers(days: Iterable[date]) -> Steps:
    return np.array([(day - EPOCH).days for day in days], dtype=np.int64)


def integrate(batches: Iterable[pa.RecordBatch], values: tuple[str, ...], accounts: Steps, days: Steps) -> list[Steps]:
    """Running sums of contributions: for each value an array of shape (accounts, days), integers.

    - `batches`: columns account, opens, closes (day numbers) and `values`; rows of other accounts are left out.
    - `accounts` and `days` ascending. A row counts on every day with opens <= day < closes.

    >>> row = pa.record_batch({"account": [7], "opens": [2], "closes": [4], "n": [5]})
    >>> integrate([row], ("n",), np.array([7]), np.array([1, 2, 3, 4]))[0].tolist()
    [[0, 5, 5, 0]]
    """
    width = len(days) + 1  # the last column takes what closes after the grid
    changes = [np.zeros(len(accounts) * width, dtype=np.int64) for _ in values]
    for batch in batches:
        _add(batch, values, changes, accounts, days)
    grids = [change.reshape(len(accounts), width) for change in changes]
    return [np.cumsum(grid, axis=1, out=grid)[:, :-1] for grid in grids]


def _add(batch: pa.RecordBatch, values: tuple[str, ...], changes: list[Steps], accounts: Steps, days: Steps) -> None:
    account = _column(batch, "account")
    place = _places(accounts, account)
    known = np.take(accounts, place, mode="clip") == account if len(accounts) else np.zeros(len(account), bool)
    everyone = bool(known.all())
    start = place * (len(days) + 1)
    opens, closes = (start + _places(days, _column(batch, edge)) for edge in ("opens", "closes"))
    if not everyone:
        opens, closes = opens[known], closes[known]
    for name, change in zip(values, changes, strict=True):
        amount = _column(batch, name) if everyone else _column(batch, name)[known]
        np.add.at(change, opens, amount)
        np.subtract.at(change, closes, amount)


def _places(ascending: Steps, values: Steps) -> Steps:
    """How many of the ascending numbers are smaller, by plain arithmetic where they follow one another."""
    if len(ascending) and int(ascending[-1] - ascending[0]) == len(ascending) - 1:
        return np.asarray(np.clip(values - ascending[0], 0, len(ascending)), dtype=np.int64)
    return np.searchsorted(ascending, values)


def _column(batch: pa.RecordBatch, name: str) -> Steps:
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=np.int64)
