"""REST: cohorts by the month of the first payment, and the accounts behind each of their figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from ninja import Query, Router
from pydantic import Field

from nenrin.analytics.revenue.cohorts import Cohort
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import OLDEST, PartAsking, answered_period, ledger_for, only, part
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import cohorts
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.cohorts import Fate
from nenrin.insight.revenue.slices import Slice
from nenrin.values import Period

router = Router(tags=["revenue"])
MOST = 500
Months = Annotated[int, Field(ge=1, le=60)]
Age = Annotated[int, Field(ge=0, le=600)]
Month = Annotated[date, Field(ge=OLDEST, le=date(2100, 1, 1))]


class AgeOut(Strict):
    """The end of a month, `age` months after the first: accounts that pay, their MRR in minor units, and both as shares:
    of the accounts that first paid (`stayed`) and of the first month's MRR (`kept`; null where that was nothing)."""

    age: int
    accounts: int
    mrr: int
    stayed: float | None
    kept: float | None
    is_partial: bool


class CohortOut(Strict):
    """`accounts` first paid in `month`."""

    month: date
    accounts: int
    items: list[AgeOut]


class CohortsOut(Strict):
    """Cohorts that hold anyone, the oldest first. `to` is the first day after what is told."""

    currency: str
    policy: int
    known: date
    to: date
    items: list[CohortOut]


class PartOut(Strict):
    """One account: MRR at the end of its first month and `age` months later; `fate` left, less, same or more."""

    account: int
    first: int
    now: int
    fate: Fate


class PartsOut(Strict):
    """At most 500 of `total` accounts, those who lost most first; they add up to the cohort's figures of that age."""

    month: date
    age: int
    total: int
    items: list[PartOut]


@router.get("/cohorts", response=CohortsOut, summary="Get revenue cohorts")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_cohorts(request: ApiRequest, asking: Query[PartAsking], months: Months = 13) -> Any:
    """The cohorts of the last `months` months up to the period that holds `as_of`. `by` with `slice`: of the accounts in
    that part at the end of the period; as closed where the books are closed."""
    only(request, asking, also=("months",))
    ledger, period, last, within = _asked(request, asking)
    found = [each for each in cohorts.table(ledger, last, months, within) if each.at_risk]
    return {
        "currency": ledger.policy.reporting_currency,
        "policy": ledger.policy.version,
        "known": ledger.known,
        "to": period.end,
        "items": [{"month": each.month, "accounts": each.at_risk, "items": _ages(each)} for each in found],
    }


def _ages(of: Cohort) -> list[dict[str, Any]]:
    last = len(of.mrr) - 1
    return [
        {"age": age, "accounts": accounts, "mrr": mrr, "stayed": of.stayed(age), "kept": of.kept(age),
         "is_partial": of.is_partial and age == last}
        for age, (accounts, mrr) in enumerate(zip(of.accounts, of.mrr, strict=True))
    ]  # fmt: skip


@router.get("/cohorts/accounts", response=PartsOut, summary="List the accounts behind a cohort's figure")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_parts(
    request: ApiRequest, asking: Query[PartAsking], month: Month, age: Age = 0, fate: Fate | None = None
) -> Any:
    """Of those that first paid in the month that holds `month`, `age` months later; `fate`: those alone of whom that came."""
    only(request, asking, also=("month", "age", "fate"))
    ledger, _, last, within = _asked(request, asking)
    found = cohorts.parts(ledger, month, age, last, within)
    kept = [one for one in found if fate in (None, one.fate)]
    items = [{"account": one.account, "first": one.first, "now": one.now, "fate": one.fate} for one in kept[:MOST]]
    return {"month": month.replace(day=1), "age": age, "total": len(kept), "items": items}


def _asked(request: ApiRequest, asking: PartAsking) -> tuple[Ledger, Period, date, Slice | None]:
    """The book, the period, its last day and the part asked for."""
    ledger, period = ledger_for(request.member, asking, request.at), answered_period(asking, request.at)
    return ledger, period, period.end - timedelta(days=1), part(asking, ledger, period)
