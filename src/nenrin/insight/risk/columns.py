"""What is told of many accounts as columns of numbers: the JSON of all rows is read at once, not row by row.

A forecast is made of every account's row, and Django turns JSON into values one field at a time: of 20,000 accounts that
takes longer than all that is done with them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import msgspec
import numpy as np
from django.db.models import Count, F, Max, QuerySet, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole
from nenrin.insight.models import Risk, RiskSaid
from nenrin.insight.risk.expected import Floats


@dataclass(frozen=True, slots=True)
class Now:
    """A row an account, in the order of the rows: `months` a column for each month ahead; `year`: p, low and high of the
    longest horizon; `as_of`: the last day of any row."""

    as_of: date
    minor: Whole
    low: Floats
    high: Floats
    months: Floats
    year: Floats


@dataclass(frozen=True, slots=True)
class Then:
    """What was said of one month at its begin; `p`: that it happens in it."""

    account: Whole
    is_replayed: NDArray[np.bool_]
    minor: Whole
    low: Floats
    high: Floats
    p: Floats

    def of(self, accounts: Collection[int]) -> Then:
        """Of some accounts."""
        return self.taken(np.isin(self.account, np.fromiter(accounts, dtype=np.int64, count=len(accounts))))

    def taken(self, own: NDArray[np.bool_]) -> Then:
        return Then(*(getattr(self, one.name)[own] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Mark:
    """Which rows are kept of a month. A row that was said never changes, and no other row ever has its id: rows that are
    as many, with the same last one, are the same."""

    count: int
    last: int


def now(rows: QuerySet[Risk]) -> Now | None:
    """None where nothing is told."""
    told = rows.annotate(_day=_text("as_of"), _months=_text("months"), _horizons=_text("horizons"))
    found = list(told.values_list("minor", "low", "high", "_day", "_months", "_horizons"))
    if not found:
        return None
    minor, low, high, days, months, horizons = zip(*found, strict=True)
    year = [one[-1][1:] for one in _decoded(horizons)]
    return Now(date.fromisoformat(max(days)), _whole(minor), _floats(low), _floats(high), _floats(_decoded(months)), _floats(year))  # fmt: skip


def then(rows: QuerySet[RiskSaid]) -> dict[date, Then]:
    """By the day at whose end it was said, the first one first."""
    told = rows.annotate(_day=_text("as_of"), _months=_text("months"))
    found = list(told.values_list("_day", "account_id", "is_replayed", "minor", "low", "high", "_months"))
    if not found:
        return {}
    days, account, is_replayed, minor, low, high, months = zip(*found, strict=True)
    first = _decoded([text.strip("[] ").partition(",")[0] for text in months])
    whole = Then(_whole(account), np.array(is_replayed, dtype=bool), _whole(minor), _floats(low), _floats(high), _floats(first))  # fmt: skip
    told_on = np.array(days)
    return {date.fromisoformat(day): whole.taken(told_on == day) for day in sorted(set(days))}


def marks(rows: QuerySet[RiskSaid]) -> dict[date, Mark]:
    """By the day of which rows are kept."""
    found = rows.order_by().values_list("as_of").annotate(count=Count("pk"), last=Max("pk"))
    return {day: Mark(count, last) for day, count, last in found}


def _text(name: str) -> Cast:
    """The column as the database writes it."""
    return Cast(F(name), TextField())


def _decoded(texts: Sequence[str]) -> list[Any]:  # Any: whatever the JSON holds
    found: list[Any] = msgspec.json.decode(f"[{','.join(texts)}]")
    return found


def _whole(values: Sequence[int]) -> Whole:
    return np.array(values, dtype=np.int64)


def _floats(values: Sequence[Any]) -> Floats:  # Any: numbers, or rows of them
    return np.array(values, dtype=np.float64)
