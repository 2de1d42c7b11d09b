"""The balance of the organisation: plan and actual by month for both sides, what each won, and whether it drifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.economics import balance
from nenrin.analytics.economics.balance import Drift, Row, Won
from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.movements import EXPANSION, NEW, REACTIVATION
from nenrin.analytics.revenue.periods import month_start
from nenrin.insight.economics import plans
from nenrin.insight.models import BudgetPhase
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.spendings import spending
from nenrin.values import Period

#: How many months pages show, and how many can be asked for.
SHOWN, MOST = 18, 60


@dataclass(frozen=True, slots=True)
class Balance:
    """Months ascending. `whole` adds up those that are over; `left_out` entries have no exchange rate.

    `target`: the share for existing customers that the phase asks for.
    """

    rows: tuple[Row, ...]
    whole: Row
    drift: Drift | None
    phase: BudgetPhase | None
    left_out: int
    currency: str

    @property
    def has_costs(self) -> bool:
        return any(cell.minor is not None for row in self.rows for cell in (row.acquisition, row.existing))


def balance_of(ledger: Ledger, last: date, count: int = SHOWN) -> Balance:
    """The months up to the one that holds `last`, as known by the ledger; the month not over yet is a row, not a part of the whole."""
    months = [month_start(last, -back) for back in range(count - 1, -1, -1)]
    told, planned = spending(ledger), plans.of(months[0], months[-1])
    won_of = {month: won(ledger, month_of(month, ledger.known)) for month in months}
    rows = balance.rows(months, told, planned, won_of)
    over = [month for month in months if month_start(month, 1) <= ledger.known + timedelta(days=1)]
    whole = balance.whole([row for row in rows if row.month in over])
    drift = balance.drift(over, told, won_of)
    phase = plans.phase_at(months[-1])
    return Balance(tuple(rows), whole, drift, phase, told.left_out, ledger.policy.reporting_currency)


def month_of(month: date, known: date) -> Period:
    """The month, cut at the end of the day of knowledge; empty where it lies ahead."""
    end = min(month_start(month, 1), known + timedelta(days=1))
    return Period(month, max(end, month))


def won(ledger: Ledger, period: Period) -> Won:
    """MRR of customers new in a period; MRR added by those who paid before, and by those won back."""
    key = ("won", period)
    if key not in ledger.worked_out:
        if period.start == period.end:
            return Won(0, 0)
        amounts = movements.net(ledger.book, period).amounts.sum(axis=0)
        ledger.worked_out[key] = Won(int(amounts[NEW]), int(amounts[EXPANSION] + amounts[REACTIVATION]))
    found: Won = ledger.worked_out[key]
    return found
