"""REST: closed periods: which are, closing and opening them, and the accounts that later knowledge has adjusted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Query, Router
from ninja import Status as Answer
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import PartAsking, answered_period, books_for, only
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import PeriodLock
from nenrin.insight.revenue import locks
from nenrin.insight.revenue.locks import CannotLock, LaterLock
from nenrin.values import Text

router = Router(tags=["revenue"])
MOST = 500


class LockOut(Strict):
    """The books up to and with `through` are told with what was known at the end of `known`."""

    through: date
    known: date
    locked_at: datetime


class LockIn(Strict):
    """`through`: the last day of what is closed; it lies before today and after the last lock's."""

    through: date


class AdjustedOut(Strict):
    """What an account paid on the eve of the period: `closed` as the books were closed, `now` as is known now; minor units."""

    account: int
    closed: int
    now: int
    amount: int


class AdjustmentsOut(Strict):
    """At most 500 of `total` accounts, the largest amounts first; `amount` is the statement's `adjustment`, of all of them."""

    start: date
    to: date
    currency: str
    amount: int
    total: int
    items: list[AdjustedOut]


@router.get("/locks", response=list[LockOut], summary="List the closed periods")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_locks(request: ApiRequest) -> Any:
    """The newest first, at most 500."""
    return [_lock(row) for row in locks.locks()[:MOST]]


@router.post("/locks", response={200: LockOut, 201: LockOut}, summary="Close the books up to a day")
@grants(Permission.HEALTH_CONFIGURE)
def close_books(request: ApiRequest, body: LockIn) -> Any:
    """Safe to repeat: 201 for a new lock, 200 where the day is closed already."""
    if (held := _held(body.through)) is not None:
        return Answer(200, _lock(held))
    try:
        return Answer(201, _lock(locks.lock(body.through, by=Actor.of(request.member), at=request.at)))
    except CannotLock as problem:
        if (held := _held(body.through)) is not None:  # two at once: the other's stands
            return Answer(200, _lock(held))
        why = Text(str(problem), "本日より前で、前回の締めより後の日を指定してください")
        raise Refused.one("through", why, body.through.isoformat()) from problem


@router.delete("/locks/{through}", response={204: None}, summary="Open the books of the last lock again")
@grants(Permission.HEALTH_CONFIGURE)
def open_books(request: ApiRequest, through: date) -> Any:
    """Safe to repeat: a day that is not closed stays open. 409 where a later lock stands: locks are opened in their order."""
    try:
        locks.unlock(through, by=Actor.of(request.member), at=request.at)
    except LaterLock as problem:
        raise HttpError(409, str(problem)) from problem
    return Answer(204, None)


@router.get("/adjustments", response=AdjustmentsOut, summary="List the accounts behind a prior-period adjustment")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_adjustments(request: ApiRequest, asking: Query[PartAsking]) -> Any:
    """Of the period that holds `as_of`: whose revenue of closed periods is known to be another by now. `by` with `slice`:
    of that part alone."""
    only(request, asking)
    books, period = books_for(request.member, asking, request.at), answered_period(asking, request.at)
    found = locks.adjusted(books, period, asking.by, asking.slice if asking.by else None)
    items = [{"account": one.account, "closed": one.before, "now": one.after, "amount": one.amount} for one in found]
    return {
        "start": period.start,
        "to": period.end,
        "currency": books.telling(period).policy.reporting_currency,
        "amount": sum(one.amount for one in found),
        "total": len(found),
        "items": items[:MOST],
    }


def _lock(row: PeriodLock) -> dict[str, Any]:
    return {"through": row.through, "known": row.known_on, "locked_at": row.locked_at}


def _held(through: date) -> PeriodLock | None:
    return next((row for row in locks.locks() if row.through == through), None)
