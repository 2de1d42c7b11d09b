"""REST: revenue movements, to read; amounts in minor units of the reporting currency."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Query, Router

from nenrin.analytics.revenue import periods
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import Asking, answered_period, ledger_for
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import slices as revenue_slices
from nenrin.insight.revenue import statements
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.statements import Statement, View
from nenrin.values import Period

router = Router(tags=["revenue"])


class MovementOut(Strict):
    """end = begin + new + reactivation + expansion + contraction + churn + fx + transfer, exactly; losses negative.

    `to` is the first day after. `slice` is empty for all accounts; `counts` are accounts, in the gross view changes.
    """

    start: date
    to: date
    slice: str
    begin: int
    new: int
    reactivation: int
    expansion: int
    contraction: int
    churn: int
    fx: int
    transfer: int
    end: int
    unwilling_churn: int
    accounts_begin: int
    accounts_end: int
    counts: dict[str, int]
    causes: dict[str, dict[str, int]]


class MovementsOut(Strict):
    """`left_out`: accounts in a currency without a rate, which nothing here counts."""

    currency: str
    policy: int
    known: date
    view: str
    left_out: list[int]
    items: list[MovementOut]


@router.get("/movements", response=MovementsOut, summary="Get revenue movements")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_movements(request: ApiRequest, asking: Query[Asking], view: View = "net") -> Any:
    """The last `periods` periods up to the one that holds `as_of`; `by` adds a line for every slice of each."""
    ledger = ledger_for(request.member, asking, request.at)
    last = answered_period(asking, request.at)
    held = periods.series(
        periods.holding(last.start, asking.grain, ledger.policy.fiscal_start_month), asking.grain, asking.periods
    )
    items = [line for each in [*held[:-1], last] for line in _lines(ledger, each, asking, view)]
    return {
        "currency": ledger.policy.reporting_currency,
        "policy": ledger.policy.version,
        "known": ledger.known,
        "view": view,
        "left_out": [account for account, _ in ledger.book.left_out],
        "items": items,
    }


def _lines(ledger: Ledger, period: Period, asking: Asking, view: View) -> list[dict[str, Any]]:
    told = [_line(statements.statement(ledger, period, view))]
    if asking.by:
        slices = revenue_slices.slices(ledger, asking.by, period)
        told += [_line(statements.statement(ledger, period, view, each)) for each in slices]
    return told


def _line(told: Statement) -> dict[str, Any]:
    plain = ("begin", "end", "fx", "transfer", "accounts_begin", "accounts_end", "counts", "causes")
    return {
        "start": told.period.start,
        "to": told.period.end,
        "slice": told.slice.key if told.slice else "",
        "unwilling_churn": told.unwilling,
        **told.amounts,
        **{name: getattr(told, name) for name in plain},
    }
