"""Amounts of other currencies in the reporting one, to the minor unit, halves away from zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.periods import month_start
from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.revenue.shares import half_up
from nenrin.values import minor_digits

Whole = NDArray[np.int64]
#: Currency -> last day of a month -> what one unit was worth then.
MonthEnds = Mapping[str, Mapping[date, Fraction]]
#: Currency -> last day of a month -> the currency through which its worth was told.
Through = Mapping[str, Mapping[date, str]]


class Quote(NamedTuple):
    """At the end of a month (told by any day of it) one unit of `currency` was worth `rate` units of `into`."""

    month: date
    currency: str
    into: str
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a unit of each currency is worth on a day: the policy's constant rates, or a table of month ends. `through`: of
    those that nobody told, the currency by which they are worked out."""

    policy: Policy
    month_ends: MonthEnds = field(default_factory=dict)
    through: Through = field(default_factory=dict)

    def factor(self, currency: str, day: date) -> Fraction | None:
        """Minor units of the reporting currency for one minor unit; None where no rate is known: never zero."""
        worth = self.worth(currency, day)
        if worth is None:
            return None
        return worth * Fraction(10) ** (minor_digits(self.policy.reporting_currency) - minor_digits(currency))

    def worth(self, currency: str, day: date) -> Fraction | None:
        """One unit in units of the reporting currency: of month ends that of the last one over, which no other replaces."""
        if not self.moves or currency == self.policy.reporting_currency:
            return self.policy.rate(currency)
        return self.month_ends.get(currency, {}).get(closed_on(day))

    def minor(self, minor: int, currency: str, day: date) -> int | None:
        """An amount in minor units of the reporting currency; None where no rate is known."""
        factor = self.factor(currency, day)
        return None if factor is None else half_up(minor * factor)

    def standing(self, day: date) -> Exchange:
        """For a day, with the last month end told until then where that of the day itself is not: for what needs any rate."""
        if not self.moves:
            return self
        ends, now = self.last_ends(day), closed_on(day)
        by = {name: {now: told[end]} for name, end in ends.items() if end in (told := self.through.get(name, {}))}
        return Exchange(self.policy, {name: {now: self.month_ends[name][end]} for name, end in ends.items()}, by)

    def crossed(self, currency: str, day: date) -> str | None:
        """The currency through which the worth of another is told on a day; None where it is told itself."""
        return self.through.get(currency, {}).get(closed_on(day)) if self.moves else None

    def last_ends(self, day: date) -> dict[str, date]:
        """The last month end of which a rate is told, of those until a day; currencies without any are left out."""
        told = {name: [end for end in ends if end <= day] for name, ends in self.month_ends.items()}
        return {name: max(ends) for name, ends in told.items() if ends}

    @property
    def moves(self) -> bool:
        return self.policy.currency == "month_end"


def closed_on(day: date) -> date:
    """The end of the last month that is over at the end of a day.

    >>> [str(closed_on(date(2026, 2, day))) for day in (27, 28)]
    ['2026-01-31', '2026-02-28']
    """
    return month_start(day + timedelta(days=1)) - timedelta(days=1)


def month_ends(quotes: Iterable[Quote], reporting: str) -> dict[str, dict[date, Fraction]]:
    """The quotes in a reporting currency; what is told in another one only, by what that was worth (see chained).

    >>> april = date(2026, 4, 1)
    >>> told = [Quote(april, "USD", "JPY", Fraction(150)), Quote(april, "EUR", "JPY", Fraction(160))]
    >>> {currency: {str(end): str(rate) for end, rate in ends.items()} for currency, ends in month_ends(told, "USD").items()}
    {'JPY': {'2026-04-30': '1/150'}, 'EUR': {'2026-04-30': '16/15'}}
    """
    return chained(quotes, reporting)[0]


def chained(
    quotes: Iterable[Quote], reporting: str
) -> tuple[dict[str, dict[date, Fraction]], dict[str, dict[date, str]]]:  # fmt: skip
    """Worth by month end, and through which currency where it is not told itself: one that both have a rate with, told either
    way round, at the same month end; of several the first by its name. Never through more than one.

    >>> april = date(2026, 4, 1)
    >>> told = [Quote(april, "USD", "JPY", Fraction(150)), Quote(april, "EUR", "USD", Fraction(11, 10))]
    >>> worth, through = chained(told, "JPY")
    >>> str(worth["EUR"][date(2026, 4, 30)]), through["EUR"]
    ('165', {datetime.date(2026, 4, 30): 'USD'})
    """
    told: dict[date, dict[tuple[str, str], Fraction]] = {}
    for one in quotes:
        told.setdefault(end_of(one.month), {})[one.currency, one.into] = one.rate
    found: dict[str, dict[date, Fraction]] = {}
    through: dict[str, dict[date, str]] = {}
    for end, rates in told.items():
        worth = {name: rate for name in _names(rates) if (rate := _between(rates, name, reporting)) is not None}
        for name in _names(rates):
            if name == reporting:
                continue
            if name in worth:
                found.setdefault(name, {})[end] = worth[name]
            elif crosses := [(by, rate) for by in worth if (rate := _between(rates, name, by)) is not None]:
                by, rate = min(crosses)
                found.setdefault(name, {})[end] = rate * worth[by]
                through.setdefault(name, {})[end] = by
    return found, through


def _names(rates: Mapping[tuple[str, str], Fraction]) -> list[str]:
    """In the order in which they are told."""
    return list(dict.fromkeys(name for pair in rates for name in pair))


def _between(rates: Mapping[tuple[str, str], Fraction], name: str, into: str) -> Fraction | None:
    """What one unit was worth in another currency, as told, or else from what is told the other way round."""
    if name == into:
        return None
    if (name, into) in rates:
        return rates[name, into]
    return 1 / rates[into, name] if (into, name) in rates else None


def end_of(month: date) -> date:
    """The last day of the month of a day."""
    return month_start(month, 1) - timedelta(days=1)


def converted(minor: Whole, factor: Fraction) -> Whole:
    """Each amount times the factor.

    >>> converted(np.array([101, -101]), Fraction(1, 2)).tolist()
    [51, -51]
    """
    if factor == 1:
        return minor
    up, down = factor.numerator, factor.denominator
    largest = int(np.abs(minor).max(initial=0))
    if largest * up * 2 + down < 2**63:
        rounded: Whole = np.sign(minor) * ((np.abs(minor) * (2 * up) + down) // (2 * down))
        return rounded
    exact = [(1 if m >= 0 else -1) * ((abs(m) * 2 * up + down) // (2 * down)) for m in minor.tolist()]
    return np.array(exact, dtype=np.int64)
