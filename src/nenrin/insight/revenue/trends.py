"""A KPI over periods, each told by the books that tell that period: as closed where they are closed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.revenue import kpis, slices
from nenrin.insight.revenue.books import Ledger
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


def told_alike(kpi: str, one: Ledger, other: Ledger) -> bool:
    """May two ledgers' figures be compared? Amounts of two currencies may not."""
    return KPIS[kpi].unit != "money" or one.policy.reporting_currency == other.policy.reporting_currency
