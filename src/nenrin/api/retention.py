"""REST: how long customers stay, by group, and what goes with leaving sooner; to read."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.lifetimes import VIEW, reach
from nenrin.api.paging import Strict
from nenrin.foundation import organisation
from nenrin.insight.lifetimes import books
from nenrin.insight.retention import curves, factors, reports
from nenrin.insight.retention.stays import By

router = Router(tags=["value"])


class Asking(Strict):
    """Known at the end of `as_of` (today). `segment` is the id of the segment where `by` is segment."""

    as_of: date | None = None
    by: By = "tier"
    segment: int | None = None


class RetentionMonthOut(Strict):
    """`share` of the customers left after so many months with its 95 % interval; null where nobody was seen so long."""

    month: int
    at_risk: int
    share: float | None
    low: float | None
    high: float | None


class RetentionGroupOut(Strict):
    """`months` is empty where there was not enough (then `reason` says so)."""

    group: str
    customers: int
    losses: int
    reason: str
    months: list[RetentionMonthOut]


class LogRankOut(Strict):
    """`p`: how often chance alone would part equal groups so far."""

    chi_square: float
    degrees: int
    p: float


class LongerOut(Strict):
    """A figure of Weibull's law with its interval: by how much the time until leaving is multiplied, or the law's shape."""

    factor: float
    low: float
    high: float


class FactorOut(Strict):
    """By how much the rate of leaving is multiplied, other traits equal. `trait` short (terms under six months), mrr
    (twice as much at signature) or tier (`key` against `against`). `is_constant` false: it changes with time."""

    trait: str
    key: str
    against: str
    factor: float
    low: float
    high: float
    p: float
    proportional_p: float
    is_constant: bool
    time: LongerOut | None


class FactorsOut(Strict):
    customers: int
    losses: int
    concordance: float | None
    reason: str
    weibull_shape: LongerOut | None
    factors: list[FactorOut]


class RetentionOut(Strict):
    """`left_out` customers are in no group; months count from `counted_from_month` on (3 for first_value)."""

    as_of: date
    by: By
    customers: int
    losses: int
    left_out: int
    counted_from_month: int
    groups: list[RetentionGroupOut]
    log_rank: LogRankOut | None
    factors: FactorsOut


@router.get("", response=RetentionOut, summary="Get retention curves by group")
@grants(VIEW)
def get_retention(request: ApiRequest, asking: Query[Asking]) -> Any:
    """Of the accounts that the token's member may see. A day ahead is read as today."""
    today = organisation.today(request.at)
    day = min(asking.as_of or today, today)
    book = books.read(day, reach(request.member))
    told = reports.of_retention(curves.read(book, asking.by, asking.segment))
    found = factors.read(book, organisation.current().currency)
    return {"as_of": day, **told, "factors": reports.of_factors(found)}
