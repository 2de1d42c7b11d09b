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

from nenrin.analytics.revenue.books import Book, States, valued_minor
from nenrin.analytics.revenue.paths import Path, Whole, number
from nenrin.analytics.revenue.shares import allocate_rows
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
    """By account (rows as in the book): `before`, `after`, `fx` in minor units; `amounts` and `counts` are
    [accounts, KINDS], losses negative; `gains` and `losses` [accounts, CAUSES] split expansion and contraction (negative);
    `unwilling`: churned without the customer's decision."""

    period: Period
    before: Whole
    after: Whole
    fx: Whole
    amounts: Whole
    counts: Whole
    gains: Whole
    losses: Whole
    unwilling: NDArray[np.bool_]


def net(book: Book, period: Period) -> Movements:
    """Snapshots compared: what an account did and undid inside the period does not show."""
    line, before, base, after = _ends(book, period)
    first = line.first_paid()
    kind = np.full(len(after), -1)
    kind[(base <= 0) & (after > 0)] = REACTIVATION
    kind[(base <= 0) & (after > 0) & (first >= number(period.start))] = NEW
    kind[(base > 0) & (after <= 0)] = CHURN
    stays = (base > 0) == (after > 0)
    kind[stays & (after > base)] = EXPANSION
    kind[stays & (after < base)] = CONTRACTION
    amounts, counts = _by_kind(kind, after - base)
    return Movements(period, before, after, base - before, amounts, counts, *_causes(book, period, amounts),
                     _unwilling(book, line, period, counts))  # fmt: skip


def gross(book: Book, period: Period) -> Movements:
    """Every change of a day counted for itself: an upgrade and a downgrade within the period both show."""
    line, before, base, after = _ends(book, period)
    inside = line.within(number(period.start), number(period.end))
    row, was, now = line.row[inside], line.before[inside], line.level[inside]
    first = line.first_paid()[row] == line.day[inside]
    kind = np.where(now > was, EXPANSION, CONTRACTION)
    kind[(was > 0) & (now <= 0)] = CHURN
    kind[(was <= 0) & (now > 0)] = REACTIVATION
    kind[(was <= 0) & (now > 0) & first] = NEW
    amounts = np.zeros((len(after), len(KINDS)), dtype=np.int64)
    counts = np.zeros_like(amounts)
    np.add.at(amounts, (row, kind), now - was)
    np.add.at(counts, (row, kind), 1)
    return Movements(period, before, after, base - before, amounts, counts, *_causes(book, period, amounts),
                     _unwilling(book, line, period, counts))  # fmt: skip


def _ends(book: Book, period: Period) -> tuple[Path, Whole, Whole, Whole]:
    """The line at closing rates; the opening as it was booked, at closing rates, and the closing."""
    opening, closing = period.start - timedelta(days=1), period.end - timedelta(days=1)
    line = book.valued(closing)
    base, after = line.at([number(opening), number(closing)]).T
    is_moving = book.policy.currency == "month_end"
    before = book.valued(opening).at([number(opening)])[:, 0] if is_moving else base
    return line, before, base, after


def _by_kind(kind: Whole, change: Whole) -> tuple[Whole, Whole]:
    counts: Whole = (kind[:, None] == np.arange(len(KINDS))).astype(np.int64)
    return counts * change[:, None], counts


def _causes(book: Book, period: Period, amounts: Whole) -> tuple[Whole, Whole]:
    """Expansion by what grew, contraction by what shrank, in proportion; whole units, none lost."""
    up, down = amounts[:, EXPANSION], -amounts[:, CONTRACTION]
    busy = np.flatnonzero((up != 0) | (down != 0))
    grew, shrank = _drivers(book, period, len(amounts)) if len(busy) else (None, None)
    return _split(up, grew, busy), -_split(down, shrank, busy)


def _split(total: Whole, drivers: Whole | None, busy: Whole) -> Whole:
    out = np.zeros((len(total), len(CAUSES)), dtype=np.int64)
    if drivers is not None:
        weights = drivers[busy]
        weights[(weights.sum(axis=1) == 0) & (total[busy] > 0), OTHER] = 1
        out[busy] = allocate_rows(total[busy], weights)
    return out


def _drivers(book: Book, period: Period, count: int) -> tuple[Whole, Whole]:
    """Growth and shrinkage of each account's products by cause."""
    states, closing = book.states, period.end - timedelta(days=1)
    was, now = states.at(number(period.start) - 1), states.at(number(closing))
    minor = valued_minor(states, states.minor, book.exchange, closing)
    delta = _of(minor, now) - _of(minor, was)
    cause = _cause(states, was, now)
    grew, shrank = np.zeros((count, len(CAUSES)), dtype=np.int64), np.zeros((count, len(CAUSES)), dtype=np.int64)
    np.add.at(grew, (states.of, cause), np.maximum(delta, 0))
    np.add.at(shrank, (states.of, cause), np.maximum(-delta, 0))
    return grew, shrank


def _of(values: Whole, state: Whole) -> Whole:
    return np.where(state >= 0, values[np.maximum(state, 0)], 0) if len(values) else np.zeros(len(state), np.int64)


def _cause(states: States, was: Whole, now: Whole) -> Whole:
    """The first of these that differs: there at all, plan, seats; a price at the same list price is a discount."""
    old, new = _of(states.minor, was), _of(states.minor, now)
    same_list = (_of(states.listed, was) == _of(states.listed, now)) & (old != new)
    choices = [
        ((old <= 0) != (new <= 0), PRODUCT),
        (_of(states.plan, was) != _of(states.plan, now), PLAN),
        (_of(states.seats, was) != _of(states.seats, now), SEATS),
        (same_list, DISCOUNT),
    ]
    cause: Whole = np.select([test for test, _ in choices], [which for _, which in choices], PRICE).astype(np.int64)
    return cause


def _unwilling(book: Book, line: Path, period: Period, counts: Whole) -> NDArray[np.bool_]:
    out = np.zeros(len(counts), dtype=bool)
    start, end = number(period.start), number(period.end)
    for row, day in book.unwilling:
        if start <= day < end and counts[row, CHURN]:
            out[row] = True
    return out


def last_day(period: Period) -> date:
    return period.end - timedelta(days=1)
