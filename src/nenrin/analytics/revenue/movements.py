"""Movements between two instants, by account: every unit of change has one kind, and nothing is lost.

A period is [start, end): it compares the rate on the day before `start` with the rate on the last day before `end`.
Identity, for all accounts and for any part of them: end = begin + new + reactivation + expansion + contraction
+ churn + fx (amounts signed), and with transfers between slices for a slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.analytics.revenue.readings import Reading, readings
from nenrin.analytics.revenue.shares import allocate_rows
from nenrin.analytics.revenue.sides import Side, of_lines, of_states, together
from nenrin.values import Period, Text

KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
NEW, REACTIVATION, EXPANSION, CONTRACTION, CHURN = range(5)
#: Why an account that stayed pays more or less.
CAUSES = ("seats", "plan", "product", "price", "discount", "other")
SEATS, PLAN, PRODUCT, PRICE, DISCOUNT, OTHER = range(6)
#: What the customer chose to buy: neither a price increase nor a discount that ran out.
UPSELL = (SEATS, PLAN, PRODUCT)

NAMES: dict[str, Text] = {
    "begin": Text("Begin", "期首"),
    "new": Text("New", "新規"),
    "reactivation": Text("Reactivation", "再契約"),
    "expansion": Text("Expansion", "拡大"),
    "contraction": Text("Contraction", "縮小"),
    "churn": Text("Churn", "解約"),
    "fx": Text("Exchange rates", "為替"),
    "transfer": Text("Moved between slices", "区分の移動"),
    "adjustment": Text("Prior-period adjustment", "過年度・過月調整"),
    "end": Text("End", "期末"),
}
CAUSE_NAMES: dict[str, Text] = {
    "seats": Text("seats", "ライセンス数"),
    "plan": Text("plan", "プラン変更"),
    "product": Text("product added or dropped", "製品の追加・解除"),
    "price": Text("price", "価格改定"),
    "discount": Text("discount", "割引の開始・終了"),
    "other": Text("other", "その他"),
}


@dataclass(frozen=True, slots=True)
class Movements:
    """By account (rows as in the book): `before`, `after`, `fx` in minor units.

    Of the accounts that moved alone (`row`, ascending): `amount` and `count` by KINDS, losses negative; `gain` and `loss`
    (negative) by CAUSES split expansion and contraction; `against`: churned without the customer's decision.
    """

    period: Period
    before: Whole
    after: Whole
    fx: Whole
    row: Whole
    amount: Whole
    count: Whole
    gain: Whole
    loss: Whole
    against: NDArray[np.bool_]

    @property
    def amounts(self) -> Whole:
        """[accounts, KINDS]"""
        return self._spread(self.amount)

    @property
    def counts(self) -> Whole:
        return self._spread(self.count)

    @property
    def gains(self) -> Whole:
        """[accounts, CAUSES]"""
        return self._spread(self.gain)

    @property
    def losses(self) -> Whole:
        return self._spread(self.loss)

    @property
    def unwilling(self) -> NDArray[np.bool_]:
        out = np.zeros(len(self.after), dtype=bool)
        out[self.row] = self.against
        return out

    def _spread(self, of_row: Whole) -> Whole:
        out = np.zeros((len(self.after), of_row.shape[1]), dtype=np.int64)
        out[self.row] = of_row
        return out


def net(book: Book, period: Period) -> Movements:
    """Snapshots compared: what an account did and undid inside the period does not show."""
    return compared(readings(book, [period])[0], period)


def compared(reading: Reading, period: Period) -> Movements:
    """The net view of a book that is read for several periods."""
    before, base, after = _ends(reading, period)
    row = np.flatnonzero(base != after)
    was, now = base[row], after[row]
    kind = np.where(now > was, EXPANSION, CONTRACTION)
    kind[(was > 0) & (now <= 0)] = CHURN
    comes = (was <= 0) & (now > 0)
    kind[comes] = np.where(reading.first[row[comes]] >= number(period.start), NEW, REACTIVATION)
    count = (kind[:, None] == np.arange(len(KINDS))).astype(np.int64)
    return _whole(reading, period, (before, base, after), row, count * (now - was)[:, None], count)


def gross(book: Book, period: Period) -> Movements:
    """Every change of a day counted for itself: an upgrade and a downgrade within the period both show."""
    reading = readings(book, [period])[0]
    at, was, now, day = reading.changes(period)
    first = reading.first[at] == day
    kind = np.where(now > was, EXPANSION, CONTRACTION)
    kind[(was > 0) & (now <= 0)] = CHURN
    kind[(was <= 0) & (now > 0)] = REACTIVATION
    kind[(was <= 0) & (now > 0) & first] = NEW
    row, place = np.unique(at, return_inverse=True)
    amount, count = (np.zeros((len(row), len(KINDS)), dtype=np.int64) for _ in range(2))
    np.add.at(amount, (place, kind), now - was)
    np.add.at(count, (place, kind), 1)
    return _whole(reading, period, _ends(reading, period), row, amount, count)


def _whole(
    reading: Reading, period: Period, ends: tuple[Whole, Whole, Whole], row: Whole, amount: Whole, count: Whole
) -> Movements:
    before, base, after = ends
    grew, shrank = _drivers(reading, period, row)
    gain, loss = split(amount[:, EXPANSION], grew), -split(-amount[:, CONTRACTION], shrank)
    against = _unwilling(reading, period, row, count)
    return Movements(period, before, after, base - before, row, amount, count, gain, loss, against)


def _ends(reading: Reading, period: Period) -> tuple[Whole, Whole, Whole]:
    """The opening as it was booked, at closing rates, and the closing."""
    opening = period.start - timedelta(days=1)
    base, after = reading.rate(number(opening)), reading.rate(number(period.end) - 1)
    is_moving = reading.book.policy.currency == "month_end"
    before = reading.book.valued(opening, reading.unrated).at([number(opening)])[:, 0] if is_moving else base
    return before, base, after


def split(total: Whole, drivers: Whole) -> Whole:
    """A total of each row by its causes, in proportion; whole units, none lost."""
    drivers[(drivers.sum(axis=1) == 0) & (total > 0), OTHER] = 1
    return allocate_rows(total, drivers)


def _drivers(reading: Reading, period: Period, rows: Whole) -> tuple[Whole, Whole]:
    """Growth and shrinkage by cause of the products of these accounts."""
    states, minor = reading.book.states, reading.state_minor
    grew, shrank = (np.zeros((len(rows), len(CAUSES)), dtype=np.int64) for _ in range(2))
    if not len(rows):
        return grew, shrank
    moved, last = reading.moved(period), np.array([number(period.end) - 1])
    joint = together(reading, moved, np.zeros_like(moved.line), last)
    line, was, now = moved if joint is None else (values[~joint.own] for values in moved)
    parts = [(states.of[line], of_states(minor, now) - of_states(minor, was), cause_of(reading, was, now))]
    if joint is not None:
        parts.append((joint.row, joint.now.minor - joint.was.minor, cause_between(joint.was, joint.now)))
    for row, delta, cause in parts:
        place = np.searchsorted(rows, row)
        own = rows[np.minimum(place, len(rows) - 1)] == row
        place, delta, cause = place[own], delta[own], cause[own]
        np.add.at(grew, (place, cause), np.maximum(delta, 0))
        np.add.at(shrank, (place, cause), np.maximum(-delta, 0))
    return grew, shrank


def cause_of(reading: Reading, was: Whole, now: Whole) -> Whole:
    """Why each line changed from one state to another."""
    return cause_between(of_lines(reading, was), of_lines(reading, now))


def cause_between(was: Side, now: Side) -> Whole:
    """The first of these that differs: there at all, plan, seats; a price at the same list price is a discount."""
    choices = [
        ((was.minor <= 0) != (now.minor <= 0), PRODUCT),
        (was.plan != now.plan, PLAN),
        (was.seats != now.seats, SEATS),
        ((was.listed == now.listed) & (was.minor != now.minor), DISCOUNT),
    ]
    cause: Whole = np.select([test for test, _ in choices], [which for _, which in choices], PRICE).astype(np.int64)
    return cause


def _unwilling(reading: Reading, period: Period, rows: Whole, count: Whole) -> NDArray[np.bool_]:
    row, day = reading.unwilling
    ended = row[(day >= number(period.start)) & (day < number(period.end))]
    return np.isin(rows, ended) & (count[:, CHURN] > 0)


def last_day(period: Period) -> date:
    return period.end - timedelta(days=1)
