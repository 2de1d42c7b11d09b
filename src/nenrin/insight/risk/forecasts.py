"""MRR that will probably be lost or won month by month, and the same months held against what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

from nenrin.analytics.forecasts.hazards import drifts
from nenrin.analytics.revenue.paths import number
from nenrin.customers.terms import add_months
from nenrin.foundation import bulk
from nenrin.insight.models import RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import learning, lists, outcomes, tables
from nenrin.insight.risk.expected import Expected, doubt, expected
from nenrin.insight.risk.outcomes import UNPAID

Basis = Literal["said", "replayed"]
#: A row of values of Risk or RiskSaid, in the order in which it was asked for.
Said = tuple[Any, ...]
BACK = 12
#: Events that a month may be off without telling anything, however rare they are: one is no drift.
LEAST_SPREAD = 1.0


@dataclass(frozen=True, slots=True)
class Ahead:
    """A month ahead, [begins, ends): minor units of the reporting currency; how many accounts it is expected of."""

    begins: date
    ends: date
    expected: Expected
    accounts: float


@dataclass(frozen=True, slots=True)
class Held:
    """A past month, [begins, ends): what was expected at its begin, and what came. `unpaid`: lost without a decision,
    foretold apart. `told`: how many events were expected of the accounts, with the standard deviation that chance alone
    gives (`spread`); `happened`: how many came. `has_ended` False: so far."""

    begins: date
    ends: date
    basis: Basis
    expected: Expected
    actual: int
    unpaid: int
    accounts: int
    told: float
    spread: float
    happened: int
    has_ended: bool

    @property
    def is_within(self) -> bool:
        return self.expected.low <= self.actual <= self.expected.high


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether what came drifts away from what was told: cumulative sums in standard deviations, one a month that ended.

    `since`: begin of the month in which the alarm was raised; None: it never was. `is_over`: more came than was told.
    """

    over: tuple[float, ...]
    under: tuple[float, ...]
    since: date | None
    alarm: float = drifts.CUSUM_ALARM

    @property
    def most(self) -> float:
        return max(*self.over, *self.under)

    @property
    def is_over(self) -> bool:
        return max(self.over) >= max(self.under)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`as_of` None: nothing is told. `year`: the twelve months together."""

    event: str
    as_of: date | None
    version: RiskModelVersion | None
    months: tuple[Ahead, ...]
    year: Expected
    mrr: int
    held: tuple[Held, ...]

    @property
    def ended(self) -> tuple[Held, ...]:
        return tuple(one for one in self.held if one.has_ended)

    @property
    def watch(self) -> Watch | None:
        """None where no month has ended."""
        ended = self.ended
        if not ended:
            return None
        found = drifts.summed([(one.happened - one.told) / max(one.spread, LEAST_SPREAD) for one in ended])
        return Watch(found.over, found.under, None if found.alarm is None else ended[found.alarm].begins)


def forecast(event: str, known: date, accounts: Iterable[int] | None = None) -> Forecast:
    """For all customers, or for those that a viewer may see."""
    within = None if accounts is None else list(accounts)
    rows = lists.told(event)
    if within is not None:
        rows = rows.filter(account__in=bulk.among(within))
    told = list(rows.values_list("p", "low", "high", "horizons", "months", "minor", "as_of"))
    version = learning.in_use(event)
    share = _share(version)
    as_of = max((row[6] for row in told), default=None)
    months, year = _ahead(told, as_of, share) if as_of else ((), Expected(0, 0, 0))
    held = _held(event, known, share, within)
    return Forecast(event, as_of, version, months, year, sum(row[5] for row in told), held)


def _share(version: RiskModelVersion | None) -> float:
    """How much of an account's MRR the event moves: all of it where it leaves."""
    return float(version.card.get("share", 1.0)) if version else 1.0


def _ahead(told: Sequence[Said], as_of: date, share: float) -> tuple[tuple[Ahead, ...], Expected]:
    amount = share * np.array([row[5] for row in told], dtype=np.float64)
    off = doubt(*(np.array([row[place] for row in told], dtype=np.float64) for place in (1, 2)))
    each = np.array([row[4] for row in told], dtype=np.float64)
    first = as_of + timedelta(1)
    months = tuple(
        Ahead(
            add_months(first, n), add_months(first, n + 1), expected(each[:, n], amount, off), float(each[:, n].sum())
        )
        for n in range(each.shape[1])
    )
    year = np.array([row[3][-1][1:] for row in told], dtype=np.float64)
    return months, expected(year[:, 0], amount, doubt(year[:, 1], year[:, 2]))


def _held(event: str, known: date, share: float, within: Sequence[int] | None) -> tuple[Held, ...]:
    """The last months for which something was said or replayed, the oldest first."""
    since = add_months(known.replace(day=1), -BACK) - timedelta(1)
    rows = RiskSaid.objects.filter(event=event, as_of__gte=since, as_of__lte=known)
    if within is not None:
        rows = rows.filter(account__in=bulk.among(within))
    said: dict[date, list[Said]] = {}
    for row in rows.values_list("as_of", "is_replayed", "account_id", "low", "high", "months", "minor"):
        if (row[0] + timedelta(1)).day == 1:  # a calendar month; others would overlap their neighbours
            said.setdefault(row[0], []).append(row)
    if not said:
        return ()
    decided = outcomes.decided(books.ledger(known))
    return tuple(_of_month(event, day, said[day], decided, known, share) for day in sorted(said))


def _of_month(
    event: str,
    day: date,
    rows: Sequence[Said],
    decided: outcomes.Decided,
    known: date,
    share: float,
) -> Held:
    begin = day + timedelta(1)
    end = add_months(begin, 1)
    amount = share * np.array([row[6] for row in rows], dtype=np.float64)
    off = doubt(*(np.array([row[place] for row in rows], dtype=np.float64) for place in (3, 4)))
    p = np.array([row[5][0] for row in rows], dtype=np.float64)
    came = decided.standing([begin], [min(end, known + timedelta(1))])
    asked = np.isin(came.account, [row[2] for row in rows])
    mine = asked & (came.outcome == tables.EVENTS[event])
    unpaid = asked & (came.outcome == UNPAID)
    return Held(
        begin, end, "replayed" if rows[0][1] else "said", expected(p, amount, off),
        int(np.abs(came.change[mine]).sum()), int(np.abs(came.change[unpaid]).sum()) if event == "churn" else 0,
        len(rows), float(p.sum()), float(np.sqrt((p * (1 - p)).sum())), int(mine.sum()), number(end) <= number(known) + 1,
    )  # fmt: skip
