"""What a dashboard is asked: which period, for whom, with what was known when; and whose accounts the asker sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.revenue import books, locks, policies, slices, words
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.slices import Slice
from nenrin.insight.revenue.statements import Statement
from nenrin.values import Period, Text


@dataclass(frozen=True, slots=True)
class Question:
    """`ledger` tells the period: as closed, or as known. `period` ends with the day of knowledge where it is not over. `within`: one slice of the dimension `by`, None
    for everyone. `sees_health`: whether the asker may read health."""

    ledger: Ledger
    books: Closed
    grain: Grain
    period: Period
    today: date
    fiscal: Fiscal
    by: str = ""
    within: Slice | None = None
    sees_health: bool = True
    is_of_then: bool = False  # with what was known on an earlier day, by the asker's wish

    @property
    def last(self) -> date:
        """The last day of the period, or the day of knowledge within it."""
        return self.period.end - timedelta(days=1)

    @property
    def is_now(self) -> bool:
        """Does it end today, with what is known today?"""
        return self.last == self.today == self.ledger.known

    @property
    def is_partial(self) -> bool:
        return self.period.end != self.fiscal.holding(self.period.start, self.grain).end

    @property
    def currency(self) -> str:
        return self.ledger.policy.reporting_currency

    def name(self, period: Period | None = None) -> Text:
        return words.named(period or self.period, self.grain, self.fiscal)

    def series(self, count: int) -> list[Period]:
        """So many periods in a row, the one asked for last."""
        return [*self.fiscal.series(self.period, self.grain, count)[:-1], self.period]

    def slice_at(self, period: Period) -> Slice | None:
        """The slice as it stood in another period."""
        if self.within is None or period == self.period:
            return self.within
        return slices.at(self.books.telling(period), self.by, self.within, period)

    def statement(self, period: Period | None = None) -> Statement:
        """The movements as the books were closed; as known now where they are open."""
        return locks.statement(
            self.books, period or self.period, "net", self.by, self.within.key if self.within else None
        )


class NoSuchSlice(ValueError):
    """The dimension has no such part in the period: leave it out, or name one of its keys."""


def ask(
    day: date, today: date, *, known: date | None = None, grain: Grain = "month", by: str = "", key: str = "",
    accounts: Iterable[int] | None = None, sees_health: bool = True, sees_costs: bool = True,
) -> Question:  # fmt: skip
    """The period that holds a day, up to that day. Raises slices.NoSuchDimension and NoSuchSlice."""
    seen = None if accounts is None else tuple(sorted(accounts))
    years = policies.fiscal()
    period = books.period(day, grain, years)
    is_of_then = known is not None and known < today
    if known is None:
        known, closed = locks.knowing(period.end - timedelta(days=1), day)
    else:
        closed = () if known < today else tuple(locks.locks())
    ledger = books.limited(books.ledger(known), seen)
    told = Closed(ledger if sees_costs else books.uncosted(ledger), seen, closed)
    ledger = told.telling(period)
    return Question(
        ledger, told, grain, period, today, years, by,
        _within(ledger, by, key, period), sees_health, is_of_then,
    )  # fmt: skip


def _within(ledger: Ledger, by: str, key: str, period: Period) -> Slice | None:
    if not by:
        return None
    found = {each.key: each for each in slices.slices(ledger, by, period)}
    if key not in found:
        raise NoSuchSlice(f"{by} has no part {key!r} in the period; it has {', '.join(found) or 'none'}")
    return found[key]
