"""What each customer decided in each month: stayed, left, stopped paying, shrank or grew; from the revenue ledger.

A customer leaves on the day of its decision (nenrin.analytics.revenue.decisions, as backtests count it too), not when
the service ends: from then on there is nothing left to foretell, so it gives no more rows until it pays again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.decisions import Spell
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.movements import CONTRACTION, UPSELL, Movements
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.ingest import lakes
from nenrin.insight.revenue import leavers
from nenrin.insight.revenue.books import Ledger
from nenrin.values import Period

STAYED, LEFT, UNPAID, SHRANK, GREW = range(5)
_WIDE = 2**31
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """An account's loss: decided on `day`, `ends` the first day without revenue; whether nobody decided it."""

    account: int
    day: int
    ends: int
    is_unwilling: bool
    minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows of paying customers at the begin of months: columns of equal length, days since 1970-01-01.

    `minor`: MRR before the month; `change`: MRR lost (negative) or won by the outcome, in the reporting currency.
    """

    account: Whole
    begins: Whole
    ends: Whole
    minor: Whole
    outcome: NDArray[np.int8]
    change: Whole

    def __len__(self) -> int:
        return len(self.account)

    def taken(self, rows: NDArray[np.bool_] | Whole) -> Standing:
        return Standing(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Decided:
    """The ledger with every loss dated by its decision."""

    ledger: Ledger
    decisions: tuple[Decision, ...]
    #: Account -> the last day of which is known what happened, where a renewal's paper may still come.
    unsure: Mapping[int, int] = field(default_factory=dict)

    def standing(self, begins: Sequence[date], ends: Sequence[date]) -> Standing:
        """Who paid, had not decided to leave, and what became of that by the end of each period."""
        parts = [self._of(first, after) for first, after in zip(begins, ends, strict=True)]
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else _none()
        account, first, after, minor, outcome, change = joined
        return Standing(account, first, after, minor, outcome.astype(np.int8), change)

    def undecided(self, day: date) -> dict[int, int]:
        """Account -> MRR at the end of a day, of customers who have given no notice."""
        rows, rate, _ = self._there(number(day) + 1)
        return dict(zip(self.ledger.book.accounts[rows].tolist(), rate[rows].tolist(), strict=True))

    def noticed(self, day: date) -> dict[int, Decision]:
        """Accounts that pay at the end of a day and have decided to leave."""
        at = number(day)
        rate = self.ledger.book.line.at([at])[:, 0]
        paying = set(self.ledger.book.accounts[rate > 0].tolist())
        return {one.account: one for one in self.decisions if one.day <= at < one.ends and one.account in paying}

    def _of(self, first: date, after: date) -> tuple[Whole, ...]:
        begin, end = number(first), number(after)
        rows, rate, leaving = self._there(begin)
        gained, lost = self._changes(Period(first, after))
        outcome = np.where(gained > 0, GREW, np.where(lost < 0, SHRANK, STAYED))
        change = np.where(gained > 0, gained, lost)
        for row, one in leaving.items():
            if begin <= one.day < end:
                outcome[row] = UNPAID if one.is_unwilling else LEFT
                change[row] = -one.minor
        told = np.array(
            [self.unsure.get(one, end) >= end - 1 for one in self.ledger.book.accounts.tolist()], dtype=bool
        )
        rows = rows[told[rows]]
        full = np.full(len(rows), begin, dtype=np.int64)
        return (self.ledger.book.accounts[rows], full, full - begin + end, rate[rows], outcome[rows], change[rows])

    def _changes(self, period: Period) -> tuple[Whole, Whole]:
        """What each account came to pay more and less. Who has no exchange rate where the period opens or closes is compared
        at one rate throughout: whether somebody grew is known in their own currency."""
        book = self.ledger.book
        gained, lost = _changed(movements.net(book, period))
        gone = np.union1d(book.unrated(period.start - DAY), book.unrated(period.end - DAY))
        if len(gone):
            others = _changed(movements.net(self.ledger.kept(("steady",), self._steady), period))
            gained[gone], lost[gone] = (column[gone] for column in others)
        return gained, lost

    def _steady(self) -> Book:
        """The book at the last rate told of each currency."""
        book, known = self.ledger.book, self.ledger.known
        now = book.exchange.standing(known)
        told = {name: now.worth(name, known) for name in now.month_ends}
        policy = replace(
            book.policy, currency="constant", rates={name: str(rate) for name, rate in told.items() if rate is not None}
        )
        return replace(book, policy=policy, exchange=Exchange(policy))

    def _there(self, begin: int) -> tuple[Whole, Whole, dict[int, Decision]]:
        """Rows of the book that paid the day before and had not decided; rates; the next decision of each."""
        rate = self.ledger.book.line.at([begin - 1])[:, 0]
        place = {int(account): row for row, account in enumerate(self.ledger.book.accounts)}
        open_ = rate > 0
        leaving: dict[int, Decision] = {}
        for one in self.decisions:
            row = place[one.account]
            if one.day < begin < one.ends + 1:
                open_[row] = False
            elif one.day >= begin:
                leaving.setdefault(row, one)
        return np.flatnonzero(open_), rate, leaving


def _changed(moved: Movements) -> tuple[Whole, Whole]:
    lost = np.where(moved.counts[:, CONTRACTION] > 0, moved.amounts[:, CONTRACTION], 0)
    return moved.gains[:, list(UPSELL)].sum(axis=1), lost


def decided(ledger: Ledger) -> Decided:
    """Losses known on the ledger's day of knowledge; decisions after it are none yet."""
    found = leavers.spells(lakes.current(), ledger.known, ledger.policy)
    paying = set(ledger.book.accounts.tolist())
    own = [one for one in found if one.account in paying and one.ends is not None]
    over = [one for one in own if one.decided is not None or one.is_involuntary]
    made = (_decision(one, minor) for one, minor in zip(over, _lost(ledger, over), strict=True))
    unsure = {one.account: one.until for one in own if one.decided is None and not one.is_involuntary}
    return Decided(ledger, tuple(sorted(made, key=lambda one: (one.day, one.account))), unsure)


def _decision(spell: Spell, minor: int) -> Decision:
    day = spell.until if spell.decided is None else spell.decided
    return Decision(spell.account, day, day + 1 if spell.ends is None else spell.ends, spell.is_involuntary, minor)


def _lost(ledger: Ledger, over: Sequence[Spell]) -> list[int]:
    """MRR on the last day of service; where the policy ends revenue earlier, on the eve of the decision."""
    line = ledger.book.line
    row = np.searchsorted(ledger.book.accounts, np.array([one.account for one in over], dtype=np.int64))
    keys = line.row * _WIDE + line.day
    rates = []
    for days in ([one.ends or 0 for one in over], [one.decided or one.until for one in over]):
        at = np.searchsorted(keys, row * _WIDE + np.array(days, dtype=np.int64) - 1, side="right") - 1
        is_own = (at >= 0) & (line.row[np.maximum(at, 0)] == row) if len(keys) else np.zeros(len(row), dtype=bool)
        rates.append(np.where(is_own, line.level[np.maximum(at, 0)] if len(keys) else 0, 0))
    found: list[int] = np.where(rates[0] > 0, rates[0], rates[1]).tolist()
    return found


def _none() -> list[Whole]:
    return [np.zeros(0, dtype=np.int64) for _ in range(6)]


def grid(first: date, last: date) -> list[date]:
    """First days of months, from the one that holds `first` up to `last`.

    >>> grid(date(2026, 1, 15), date(2026, 3, 1))
    [datetime.date(2026, 1, 1), datetime.date(2026, 2, 1), datetime.date(2026, 3, 1)]
    """
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append(day)
        day = (day + timedelta(32)).replace(day=1)
    return found
