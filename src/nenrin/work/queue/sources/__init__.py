"""Where reasons come from: one file for each, each with `reasons(accounts, member, on)`.

`accounts` is the member's Portfolio: a sequence of ids, whose `standing` holds what is read anyway. A source that needs
more asks one query for all accounts together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from nenrin.foundation.models import Member
from nenrin.work.queue.portfolio import Portfolio
from nenrin.work.queue.reasons import Reason
from nenrin.work.queue.sources import (
    cadence,
    deadlines,
    handoffs,
    health,
    journeys,
    onboarding,
    opportunities,
    promises,
    renewals,
    risk,
    seats,
    tasks,
    unknown,
    voices,
)

Source = Callable[[Portfolio, Member, date], Sequence[Reason]]
#: In the order in which reasons of equal worth are told.
SOURCES: tuple[Source, ...] = (
    tasks.reasons,
    promises.reasons,
    handoffs.reasons,
    deadlines.reasons,
    renewals.reasons,
    voices.reasons,
    onboarding.reasons,
    journeys.reasons,
    health.reasons,
    risk.reasons,
    cadence.reasons,
    opportunities.reasons,
    seats.reasons,
    unknown.reasons,
)


def reasons(portfolio: Portfolio) -> list[Reason]:
    """Every reason of every source for a member's accounts."""
    return [one for source in SOURCES for one in source(portfolio, portfolio.member, portfolio.on)]
