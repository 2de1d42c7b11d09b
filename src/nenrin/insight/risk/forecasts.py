"""MRR that will probably be lost or won month by month, and the same months held against what came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from nenrin.analytics.forecasts.hazards import drifts
from nenrin.customers.terms import add_months
from nenrin.foundation import bulk
from nenrin.insight.models import RiskModelVersion
from nenrin.insight.revenue import books
from nenrin.insight.risk import columns, learning, lists, past_months
from nenrin.insight.risk.columns import Now
from nenrin.insight.risk.expected import Expected, doubt, expected
from nenrin.insight.risk.past_months import Held

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
    version = learning.in_use(event)
    share = _share(version)
    held = past_months.held(event, known, share, within)
    if within is not None and len(within) <= past_months.FEW:
        told = columns.now(lists.told(event).filter(account__in=bulk.among(within)))
        return _forecast(event, version, told, share, held)
    whole = _everybody(event, version, known)
    if within is not None:
        return _forecast(event, version, whole.told and whole.told.of(within), share, held)
    return replace(whole.forecast, version=version, held=held)


def _forecast(
    event: str, version: RiskModelVersion | None, told: Now | None, share: float, held: tuple[Held, ...]
) -> Forecast:
    if told is None:
        return Forecast(event, None, version, (), Expected(0, 0, 0), 0, held)
    months, year = _ahead(told, share)
    return Forecast(event, told.as_of, version, months, year, int(told.minor.sum()), held)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is told of everybody, and the forecast of it without the past months; `mark`: what changes where another thing
    is told."""

    mark: tuple[object, ...]
    told: Now | None
    forecast: Forecast


def _everybody(event: str, version: RiskModelVersion | None, known: date) -> Kept:
    """Kept with the ledger for as long as the same is told."""
    mark, worked_out = columns.told(event, version), books.ledger(known).worked_out
    kept: Kept | None = worked_out.get(("told", event))
    if kept is None or kept.mark != mark:
        told = columns.now(lists.told(event))
        kept = worked_out["told", event] = Kept(mark, told, _forecast(event, version, told, _share(version), ()))
    return kept


def _share(version: RiskModelVersion | None) -> float:
    """How much of an account's MRR the event moves: all of it where it leaves."""
    return float(version.card.get("share", 1.0)) if version else 1.0


def _ahead(told: Now, share: float) -> tuple[tuple[Ahead, ...], Expected]:
    amount, off, each = share * told.minor.astype(np.float64), doubt(told.low, told.high), told.months
    first = told.as_of + timedelta(1)
    months = tuple(
        Ahead(
            add_months(first, n), add_months(first, n + 1), expected(each[:, n], amount, off), float(each[:, n].sum())
        )
        for n in range(each.shape[1])
    )
    p, low, high = told.year.T
    return months, expected(p, amount, doubt(low, high))
