"""A KPI over periods, each told by the books that tell that period: as closed where they are closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.revenue import kpis, slices
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.kpis import Row
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.slices import Slice
from nenrin.values import Period


def trend(
    books: Closed, periods: Sequence[Period], grain: Grain, kpi: str, by: str = "", within: Slice | None = None
) -> list[Figure]:
    """Of everyone, or of a part as it stood in each period; amounts in the last period's currency alone."""
    last, out = books.telling(periods[-1]), list[Figure]()
    for _, run in groupby(periods, key=lambda each: id(books.telling(each))):
        told = list(run)
        ledger = books.telling(told[0])
        parts = [] if within is None else slices.through(ledger, by, within, told)
        found = kpis.trend(ledger, told, grain, kpi, parts)
        out += found if told_alike(kpi, ledger, last) else [Figure(kpi, None, each.n) for each in found]
    return out


def rows(
    books: Closed, period: Period, last: Period, grain: Grain, by: str = "", wanted: Iterable[str] = KPIS
) -> list[Row]:  # fmt: skip
    """Every KPI of one of several periods, as its books tell it, of everyone and (`by`) of every part; amounts in the `last`
    period's currency alone. What they are made of is let go, but for the last period's."""
    ledger = books.telling(period)
    parts = slices.slices(ledger, by, period) if by else []
    found = kpis.rows(ledger, period, grain, parts, by, wanted)
    if period == last:
        return found
    kpis.let_go(ledger, period)
    now = books.telling(last)
    return [
        each if told_alike(each.kpi, ledger, now) else replace(each, value=None, low=None, high=None) for each in found
    ]


def told_alike(kpi: str, one: Ledger, other: Ledger) -> bool:
    """May two ledgers' figures be compared? Amounts of two currencies may not."""
    return KPIS[kpi].unit != "money" or one.policy.reporting_currency == other.policy.reporting_currency
