"""Which accounts an entry without an account is for: those of a product or of a segment."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from nenrin.analytics.economics.sharing import Mask
from nenrin.analytics.revenue.paths import number
from nenrin.insight.models import Segment
from nenrin.insight.revenue import slices
from nenrin.insight.revenue.books import Ledger
from nenrin.values import Period


def products(ledger: Ledger, period: Period) -> dict[str, Mask]:
    """Who paid for which product at the begin or the end of a period."""
    states, count = ledger.book.states, len(ledger.book.accounts)
    out: dict[str, Mask] = {}
    if not len(states.minor):
        return out
    for day in (number(period.start) - 1, number(period.end) - 1):
        at = states.at(day)
        paid = (at >= 0) & (states.minor[np.maximum(at, 0)] > 0)
        of, products = states.of[paid], states.product[paid].astype(str)
        for key in np.unique(products).tolist():
            out.setdefault(key, np.zeros(count, dtype=bool))[of[products == key]] = True
    return out


def segments(ledger: Ledger) -> dict[str, Mask]:
    """The members on the day of knowledge, by the segment's number and by its name."""
    named = dict(Segment.objects.filter(archived_at__isnull=True).values_list("pk", "name"))
    out: dict[str, Mask] = {}
    for one in slices.slices(ledger, "segment", Period(ledger.known, ledger.known + timedelta(days=1))):
        out[one.key] = out[str(named.get(int(one.key), one.key))] = one.after
    return out
