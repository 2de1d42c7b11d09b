"""Person-period rows: one for each account and month that it began as a customer, with whether it left in it.

An account that is still a customer, or was last seen as one, gives rows too: partial histories count. A month that had
not ended on the last known day gives none, because what it would have brought is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes.lives import Life

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of equal length. `begins` and `ends` are days since 1970-01-01; features must be known before a period
    begins. `tenure` in days at that moment; `is_lost`: no longer a customer at its end (a loss on the first day of the
    next period belongs to this one, as the account begins no other)."""

    account: Days
    begins: Days
    ends: Days
    tenure: Days
    is_lost: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.account)

    def chosen(self, mask: NDArray[np.bool_]) -> Rows:
        return Rows(self.account[mask], self.begins[mask], self.ends[mask], self.tenure[mask], self.is_lost[mask])


def rows(lives: Iterable[Life], grid: Sequence[date], known: date) -> Rows:
    """`grid` are the ascending first days of the periods; the last one ends nothing. Losses after `known` are unknown.

    >>> signed, left = date(2026, 1, 10), date(2026, 3, 20)
    >>> one = Life(7, signed, 1, True, 1, 1, 100, "JPY", left)
    >>> found = rows([one], [date(2026, m, 1) for m in range(1, 7)], date(2026, 6, 1))
    >>> found.is_lost.tolist(), found.tenure.tolist()
    ([False, True], [22, 50])
    """
    edges = np.array([_day(day) for day in grid], dtype=np.int64)
    begins, ends = edges[:-1], edges[1:]
    open_ = ends <= _day(known)
    begins, ends = begins[open_], ends[open_]
    parts = [_of(one, begins, ends) for one in lives]
    columns = (np.concatenate(column) for column in zip(*parts, strict=True)) if parts else (_none() for _ in range(5))
    account, start, end, tenure, lost = columns
    return Rows(account, start, end, tenure, lost.astype(bool))


def _of(one: Life, begins: Days, ends: Days) -> tuple[Days, ...]:
    start = _day(one.starts_on)
    lost = _day(one.lost_on) if one.lost_on else 2**31
    stands = (begins >= start) & (begins < lost)
    first, last = begins[stands], ends[stands]
    is_lost = (last >= lost).astype(np.int64)
    return np.full(len(first), one.account, dtype=np.int64), first, last, first - start, is_lost


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _none() -> Days:
    return np.zeros(0, dtype=np.int64)
