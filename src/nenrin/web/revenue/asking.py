"""What a revenue page was asked: which period, of which slice, in which view, as known when; within the viewer's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.http import urlencode

from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.analytics.revenue.periods import Grain
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks as revenue_locks
from nenrin.insight.revenue import policies
from nenrin.insight.revenue import slices as revenue_slices
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.slices import DIMENSIONS, Slice
from nenrin.insight.revenue.statements import VIEWS, Statement, View
from nenrin.insight.revenue.words import GRAINS, named, parsed_day
from nenrin.values import Period, Text
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain

VIEW = Permission.SUBSCRIPTIONS_VIEW
#: How far back the pages offer periods, and how many a table of them shows.
REACH: dict[Grain, int] = {"month": 36, "quarter": 12, "year": 5}
SHOWN: dict[Grain, int] = {"month": 13, "quarter": 9, "year": 5}


@dataclass(frozen=True, slots=True)
class Asked:
    """`ledger` tells the period: as closed, or as known now. `period` ends with `as_of` where it is not over; `within` is the part chosen of `slices`, None for all."""

    ledger: Ledger
    as_of: date
    known: date
    grain: Grain
    period: Period
    view: View
    by: str
    slices: tuple[Slice, ...]
    within: Slice | None
    fiscal: Fiscal
    books: Closed
    today: date
    is_restated: bool
    has_locks: bool

    @property
    def is_partial(self) -> bool:
        return self.period.end != self.fiscal.holding(self.period.start, self.grain).end

    def name(self, period: Period | None = None) -> Text:
        return named(period or self.period, self.grain, self.fiscal)

    def series(self, count: int = 0) -> list[Period]:
        """Periods up to the one asked for, the last one cut at today."""
        return [*self.fiscal.series(self.period, self.grain, count or SHOWN[self.grain])[:-1], self.period]

    def options(self) -> list[tuple[str, Text]]:
        """The periods that can be chosen, the newest first."""
        newest = self.fiscal.holding(self.as_of, self.grain)
        offered = reversed(self.fiscal.series(newest, self.grain, REACH[self.grain]))
        return [(each.start.isoformat(), self.name(each)) for each in offered]

    def statement(self, period: Period | None = None) -> Statement:
        """The movements of a period as its books were closed; as known now where they are open."""
        key = self.within.key if self.within else None
        return revenue_locks.statement(self.books, period or self.period, self.view, self.by, key)

    def address(self) -> str:
        """What was asked, for the address of another page."""
        given = {"grain": self.grain, "start": self.period.start.isoformat()}
        given |= {"known": self.known.isoformat()} if self.known < self.today else {}
        given |= {"by": self.by} if self.by else {}
        given |= {"slice": self.within.key} if self.within else {}
        return urlencode(given)

    def told(self, period: Period) -> tuple[Ledger, Slice | None]:
        """The ledger that tells a period, as closed or as known now, with the chosen slice of it."""
        return self.books.telling(period), self.slice_at(period)

    @property
    def closed_on(self) -> date | None:
        """With what was known when the period's books were closed; None where they are open."""
        return None if self.ledger is self.books.open else self.ledger.known

    def slice_at(self, period: Period) -> Slice | None:
        """The chosen slice as it stood in another period."""
        if self.within is None or period == self.period:
            return self.within
        return revenue_slices.at(self.books.telling(period), self.by, self.within, period)


def asked(request: MemberRequest, permission: Permission = VIEW) -> Asked:
    """From the address; whatever makes no sense falls back to the current month of everything."""
    given, today = request.GET, organisation.today(request.at)
    grain = cast(Grain, given.get("grain") if given.get("grain") in GRAINS else "month")
    view = cast(View, given.get("view") if given.get("view") in VIEWS else "net")
    known = min(parsed_day(given.get("known")) or today, today)
    fiscal = policies.fiscal()
    period = _period(parsed_day(given.get("start")), grain, known, fiscal)
    own = scope(request, permission)
    ledger = revenue.limited(revenue.ledger(known), own)
    ledger = ledger if allowed(request.user, Permission.COSTS_VIEW) else revenue.uncosted(ledger)
    is_restated, closed = given.get("books") == "restated", tuple(revenue_locks.locks())
    locks, has_locks = () if known < today or is_restated else closed, bool(closed)
    books = Closed(ledger, None if own is None else tuple(own), locks)
    ledger = books.telling(period)
    by = given.get("by", "") if given.get("by") in DIMENSIONS else ""
    slices = tuple(revenue_slices.slices(ledger, by, period)) if by else ()
    chosen = plain(given.get("slice"))
    within = next((each for each in slices if each.key == chosen), None) if "slice" in given else None
    return Asked(
        ledger, known, known, grain, period, view, by, slices, within, fiscal, books, today, is_restated, has_locks
    )


def _period(start: date | None, grain: Grain, known: date, fiscal: Fiscal) -> Period:
    """The period that holds `start`, cut at the day of knowledge; the current one where none is told or it lies ahead."""
    if start is None or start > known or start.year < 1990:
        return revenue.period(known, grain, fiscal)
    held = fiscal.holding(start, grain)
    return held if held.end <= known else revenue.period(known, grain, fiscal)


def scope(request: MemberRequest, permission: Permission) -> list[int] | None:
    """The accounts of a viewer who may not see all of them."""
    if allowed(request.user, permission) is Scope.ALL:
        return None
    return list(Account.objects.for_member(request.user, permission).values_list("pk", flat=True))
