"""What a page of balance or contribution was asked: how many months up to which, as known when, shared out by what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.http import urlencode

from nenrin.analytics.revenue.periods import month_start
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.economics.contributions import BASES, Basis
from nenrin.insight.revenue import books
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.words import parsed_day
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import whole

VIEW, EDIT = Permission.COSTS_VIEW, Permission.COSTS_EDIT
COUNTS = (6, 12, 18, 24, 36)
#: A month of its own: behind a line of the table by month.
ONE = 1
USUAL = 18
EARLIEST = 1990


@dataclass(frozen=True, slots=True)
class Asked:
    """`known` is the day whose knowledge is used; the last month is that of `last`."""

    ledger: Ledger
    known: date
    today: date
    last: date
    count: int
    basis: Basis

    @property
    def currency(self) -> str:
        return self.ledger.policy.reporting_currency

    @property
    def is_before(self) -> bool:
        return self.known < self.today

    @property
    def counts(self) -> tuple[int, ...]:
        """What may be chosen, and what was."""
        return COUNTS if self.count in COUNTS else (self.count, *COUNTS)

    def address(self, **changes: str) -> str:
        """What was asked, for the address of another page."""
        given = {"months": str(self.count), "share": self.basis, "known": self.known.isoformat()}
        given |= {"last": f"{self.last:%Y-%m}"} if month_start(self.last) != month_start(self.known) else {}
        return urlencode(given | changes)


def asked(request: MemberRequest, usual: int = USUAL) -> Asked:
    """From the address; whatever makes no sense falls back to the default."""
    given, today = request.GET, organisation.today(request.at)
    told = parsed_day(given.get("known"))
    known = min(told, today) if told and told.year >= EARLIEST else today
    last = parsed_month(given.get("last"))
    count = whole(given.get("months"))
    basis = cast(Basis, given.get("share") if given.get("share") in BASES else "time")
    return Asked(
        books.ledger(known), known, today, last if last and last <= known else known,
        count if count in (ONE, *COUNTS) else usual, basis,
    )  # fmt: skip


def may_take(request: MemberRequest) -> bool:
    """Whoever exports without seeing costs gets a file without a row."""
    return allowed(request.user, VIEW) is not None


def parsed_month(told: str | None) -> date | None:
    """The first day of a month such as 2026-04; None for anything else."""
    day = parsed_day(f"{told}-01") if told else None
    return day if day and EARLIEST <= day.year < 2200 else None
