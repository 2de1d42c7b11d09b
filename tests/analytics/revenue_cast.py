"""Contracts in few words, for the worked examples."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import Any

from nenrin.analytics import revenue
from nenrin.analytics.revenue import figures, medians, movements
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Facts, summed
from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.analytics.revenue.groups import everyone
from nenrin.analytics.revenue.movements import KINDS
from nenrin.analytics.revenue.policies import Policy
from nenrin.values import Period

YEN = Policy(gap_merge_days=0)
DOLLARS = Policy(gap_merge_days=0, reporting_currency="USD")
_keys = count()


def day(text: str) -> date:
    return date.fromisoformat(text)


def paying(
    account: int, minor: int, start: str, end: str | None = None, *, then: Iterable[tuple[str, int]] = (), **fields: Any
) -> Contract:
    """One contract at `minor` a month; `then` later prices."""
    steps = (Step(day(start), minor), *(Step(day(on), later) for on, later in then))
    words = {"ends_on": day("2099-01-01"), "ended_on": day(end) if end else None, **fields}
    return Contract(f"c{next(_keys)}", account, day(start), steps=steps, **words)


def month(text: str) -> Period:
    start = day(f"{text}-01")
    return Period(start, date(start.year + start.month // 12, start.month % 12 + 1, 1))


def between(start: str, end: str) -> Period:
    return Period(day(start), day(end))


def moved(book: Book, period: Period, view: Any = movements.net) -> dict[str, int]:
    """What is not zero of a period, with its ends."""
    found = view(book, period)
    told = dict(zip(KINDS, found.amounts.sum(axis=0).tolist(), strict=True))
    told = {"begin": int(found.before.sum()), **told, "fx": int(found.fx.sum()), "end": int(found.after.sum())}
    assert told["end"] == sum(value for name, value in told.items() if name != "end")
    return {name: value for name, value in told.items() if value}


def value(book: Book, period: Period, key: str, facts: Facts | None = None) -> float:
    """A KPI without its minimum number."""
    _, columns = figures.measured(book, period)
    sums = summed(columns) | medians.of_columns(columns, everyone(len(book.accounts)))
    return float(KPIS[key].value(sums, facts or Facts())[0])


def book(contracts: Iterable[Contract], policy: Policy = YEN) -> Book:
    return revenue.of_contracts(list(contracts), policy)
