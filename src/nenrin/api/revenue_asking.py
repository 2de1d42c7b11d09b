"""What the revenue operations are asked: which period, known when, by what; within the token's member's scope."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from ninja.errors import HttpError
from pydantic import Field

from nenrin.analytics.revenue.periods import Grain
from nenrin.api.paging import Strict
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.revenue import books, locks
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.slices import DIMENSIONS
from nenrin.values import Period

VIEW = Permission.SUBSCRIPTIONS_VIEW
OLDEST = date(1990, 1, 1)


class Asking(Strict):
    """`as_of`: a day in the period asked for (default today). `known`: with what was known at the end of that day; without
    it, a closed period is told as it was closed, an open one with what was known on `as_of`."""

    as_of: date | None = None
    known: date | None = None
    grain: Grain = "month"
    by: str = ""
    periods: Annotated[int, Field(ge=1, le=60)] = 1


def ledger_for(member: Member, asking: Asking, at: datetime) -> Ledger:
    """The book that tells the period asked for, as books_for has it."""
    return books_for(member, asking, at).telling(answered_period(asking, at))


def books_for(member: Member, asking: Asking, at: datetime) -> Closed:
    """The books as closed or known, of the accounts that the member may see; without costs for who may not see them."""
    if asking.by and asking.by not in DIMENSIONS:
        raise HttpError(422, f"by: {asking.by!r} is none of {', '.join(DIMENSIONS)}")
    own = _own(member)
    if asking.known:
        return Closed(_seen(member, _past(asking.known, at, "known"), own), own, ())
    known, closed = locks.knowing(answered_period(asking, at).end - timedelta(days=1), answered_day(asking, at))
    return Closed(_seen(member, known, own), own, closed)


def _seen(member: Member, known: date, own: tuple[int, ...] | None) -> Ledger:
    found = books.limited(books.ledger(known), own)
    return found if allowed(member, Permission.COSTS_VIEW) else books.uncosted(found)


def _own(member: Member) -> tuple[int, ...] | None:
    if allowed(member, VIEW) is Scope.ALL:
        return None
    return tuple(Account.objects.for_member(member, VIEW).values_list("pk", flat=True))


def answered_day(asking: Asking, at: datetime) -> date:
    return _past(asking.as_of or organisation.today(at), at, "as_of")


def answered_period(asking: Asking, at: datetime) -> Period:
    """The period that holds the day, up to its end."""
    return books.period(answered_day(asking, at), asking.grain)


def _past(day: date, at: datetime, name: str) -> date:
    if not OLDEST <= day <= organisation.today(at):
        raise HttpError(422, f"{name}: {day} must lie between {OLDEST} and today")
    return day
