"""What the revenue operations are asked: which period, known when, by what; within the token's member's scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from ninja.errors import HttpError
from pydantic import AfterValidator, Field

from nenrin.analytics.revenue.periods import Grain
from nenrin.api.guard import ApiRequest
from nenrin.api.paging import Strict, Word
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.revenue import books, locks, slices
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.slices import DIMENSIONS, Slice
from nenrin.values import Period, Text

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


class PartAsking(Asking):
    """`slice` with `by`: that part of the accounts alone, by its key ("none": those without one); left out, all of them."""

    slice: Annotated[Word, AfterValidator(slices.heard)] | None = None


class Reach(Strict):
    """Of a list that is worked out as a whole: how many, after how many."""

    limit: Annotated[int, Field(ge=1, le=500)] = 500
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0

    def next(self, total: int) -> int | None:
        """The offset of what follows; None after the last."""
        end = self.offset + self.limit
        return end if end < total else None


def only(request: ApiRequest, *asked: Strict, also: Sequence[str] = ()) -> None:
    """Refuses what the address asks and nothing answers to: a typing error would else be a figure of something else."""
    known = {name for each in asked for name in type(each).model_fields} | {*also}
    faults = [Fault(name, Text(f"not known here: one of {', '.join(sorted(known))}", "この指定はない"), request.GET[name])
              for name in sorted({*request.GET} - known)]  # fmt: skip
    if faults:
        raise Refused(faults)


def part(asking: PartAsking, ledger: Ledger, period: Period) -> Slice | None:
    """The part asked for as it stands in a period; None for all accounts. Nobody may be in it."""
    if asking.slice is None:
        return None
    if not asking.by:
        raise Refused.one(
            "slice", Text("only with by, which says of what it is a part", "byの指定が必要"), asking.slice
        )
    return slices.at(ledger, asking.by, slices.nobody(ledger, asking.slice), period)


def ledger_for(member: Member, asking: Asking, at: datetime) -> Ledger:
    """The book that tells the period asked for, as books_for has it."""
    return books_for(member, asking, at).telling(answered_period(asking, at))


def books_for(member: Member, asking: Asking, at: datetime) -> Closed:
    """The books as closed or known, of the accounts that the member may see; without costs for who may not see them."""
    if asking.by and asking.by not in DIMENSIONS:
        raise HttpError(422, f"by: {asking.by!r} is none of {', '.join(DIMENSIONS)}")
    within = own(member)
    if asking.known:
        return Closed(_seen(member, _past(asking.known, at, "known"), within), within, ())
    known, closed = locks.knowing(answered_period(asking, at).end - timedelta(days=1), answered_day(asking, at))
    return Closed(_seen(member, known, within), within, closed)


def _seen(member: Member, known: date, within: tuple[int, ...] | None) -> Ledger:
    found = books.limited(books.ledger(known), within)
    return found if allowed(member, Permission.COSTS_VIEW) else books.uncosted(found)


def own(member: Member) -> tuple[int, ...] | None:
    """The accounts of a member who may not see all of them; None for all."""
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
