"""What winning a customer has cost, for pages that reckon with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from nenrin.insight.revenue import books, kpis


def cac(known: date, currency: str, accounts: Iterable[int] | None = None) -> float | None:
    """CAC over the last twelve months as known on a day, in minor units.

    None where no costs were told or too few were won to tell, where it is counted in another currency, and for a viewer of some
    accounts only (costs are of the whole).
    """
    if accounts is not None:
        return None
    ledger = books.ledger(known)
    if ledger.policy.reporting_currency != currency:
        return None
    found = kpis.figures_of(ledger, books.period(known, "month"), "month", wanted=("cac",), interval=False)
    return found["cac"].value
