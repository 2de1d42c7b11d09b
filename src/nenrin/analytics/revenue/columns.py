"""What every KPI is made of: for one period, one figure of each account under each name; groups add them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue import movements, periods
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.movements import CHURN, CONTRACTION, EXPANSION, NEW, REACTIVATION, UPSELL, Movements
from nenrin.analytics.revenue.paths import NEVER, Whole, number
from nenrin.values import Period

Columns = Mapping[str, Whole]
#: Months of net retention that the chained rate multiplies.
CHAIN = 12


@dataclass(frozen=True, slots=True)
class Facts:
    """What is no account's own: months in the period, and acquisition over the last twelve months (None: untold)."""

    months: int = 1
    acquisition_minor: int | None = None
    gross_margin: float = 0.8
    yearly_discount: float = 0.1
    reactivation_in_nrr: bool = False


def columns(book: Book, moved: Movements) -> dict[str, Whole]:
    """All columns of a period; losses positive."""
    return {**_flow(book, moved), **_cohort(book, moved), **_chain(book, moved.period), **_due(book, moved.period)}


def _flow(book: Book, moved: Movements) -> dict[str, Whole]:
    # A churn is a starter's who is gone at the end; whoever came and went inside is a newcomer who left.
    starter, gone = moved.before > 0, moved.after <= 0
    came, left = _came_and_left(book, moved.period)
    lost = np.where(starter & gone, moved.before + moved.fx, 0)
    bought = moved.gains[:, UPSELL].sum(axis=1)
    return {
        "begin": moved.before,
        "end": moved.after,
        "new": moved.amounts[:, NEW],
        "reactivation": moved.amounts[:, REACTIVATION],
        "expansion": moved.amounts[:, EXPANSION],
        "contraction": -moved.amounts[:, CONTRACTION],
        "churn": -moved.amounts[:, CHURN],
        "unwilling_churn": np.where(moved.unwilling, lost, 0),
        "fx": moved.fx,
        "upsell": np.where(bought > 0, bought, 0),
        "accounts_begin": starter.astype(np.int64),
        "accounts_end": (moved.after > 0).astype(np.int64),
        "accounts_new": moved.counts[:, NEW],
        "accounts_churned": (starter & gone).astype(np.int64),
        "accounts_unwilling": (starter & gone & moved.unwilling).astype(np.int64),
        "accounts_upsold": (starter & (bought > 0)).astype(np.int64),
        "newcomers": (came & ~starter).astype(np.int64),
        "accounts_any": np.ones(len(starter), dtype=np.int64),
        "opening": moved.before + moved.fx,
        "lost": -moved.amounts[:, CHURN] - moved.amounts[:, CONTRACTION],
        "lost_net": -moved.amounts[:, [CHURN, CONTRACTION, EXPANSION]].sum(axis=1),
        "newcomers_left": (came & ~starter & left & gone).astype(np.int64),
        "committed": _committed(book, moved.period),
    }


def _came_and_left(book: Book, period: Period) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    line = book.valued(movements.last_day(period))
    inside = line.within(number(period.start), number(period.end))
    row, was, now = line.row[inside], line.before[inside], line.level[inside]
    came, left = np.zeros(line.count, dtype=bool), np.zeros(line.count, dtype=bool)
    came[row[(was <= 0) & (now > 0)]] = True
    left[row[(was > 0) & (now <= 0)]] = True
    return came, left


def _committed(book: Book, period: Period) -> Whole:
    """The rate once everything signed and every notice given has come true."""
    return book.valued(movements.last_day(period)).at([NEVER])[:, 0]


def _cohort(book: Book, moved: Movements) -> dict[str, Whole]:
    """Those who paid twelve months before the end, then and now, at one exchange rate."""
    last = movements.last_day(moved.period)
    line = book.valued(last)
    base = np.maximum(line.at([number(periods.year_before(moved.period.end) - timedelta(days=1))])[:, 0], 0)
    now = np.where(base > 0, np.maximum(moved.after, 0), 0)
    stays, won = (base > 0) & (now > 0), _won(book, moved.period)
    return {
        "base": base,
        "kept": now,
        "kept_capped": np.minimum(now, base),
        "accounts_base": (base > 0).astype(np.int64),
        "accounts_kept": stays.astype(np.int64),
        "accounts_won": won,
        "won_mrr": won * np.maximum(moved.after, 0),
        "won_paying": won * (moved.after > 0),
    }


def _won(book: Book, period: Period) -> Whole:
    """New logos of the twelve months up to the end."""
    first = book.valued(movements.last_day(period)).first_paid()
    start = number(periods.year_before(period.end))
    return ((first >= start) & (first < number(period.end))).astype(np.int64)


def _chain(book: Book, period: Period) -> dict[str, Whole]:
    """Each of the last twelve months: what its starters paid at its begin (`chain_under_n`) and end (`chain_over_n`)."""
    ends = [periods.month_start(period.end - timedelta(days=1), -back) for back in range(CHAIN - 1, -1, -1)]
    days = [number(day) - 1 for day in ends] + [number(movements.last_day(period))]
    rates = np.maximum(book.valued(movements.last_day(period)).at(days), 0)
    under, over = rates[:, :-1], np.where(rates[:, :-1] > 0, rates[:, 1:], 0)
    out = {f"chain_under_{n}": under[:, n] for n in range(CHAIN)}
    return out | {f"chain_over_{n}": over[:, n] for n in range(CHAIN)}


def _due(book: Book, period: Period) -> dict[str, Whole]:
    """Contracts of longer terms that came due in the period; early renewals count when they were due."""
    dues, count = book.dues, len(book.accounts)
    inside = (dues.due >= number(period.start)) & (dues.due < number(period.end))
    out = {name: np.zeros(count, dtype=np.int64) for name in ("due", "due_renewed", "due_mrr", "due_kept")}
    row = dues.row[inside]
    np.add.at(out["due"], row, 1)
    np.add.at(out["due_renewed"], row, (dues.kept[inside] > 0).astype(np.int64))
    np.add.at(out["due_mrr"], row, dues.before[inside])
    np.add.at(out["due_kept"], row, np.minimum(dues.kept[inside], dues.before[inside]))
    return out


def totals(columns: Columns, group: Whole, groups: int) -> dict[str, Whole]:
    """Exact sums by group (a number below `groups` for each account; negative ones count nowhere)."""
    inside = group >= 0
    out = {}
    for name, values in columns.items():
        summed = np.zeros(groups, dtype=np.int64)
        np.add.at(summed, group[inside], values[inside])
        out[name] = summed
    return out


def summed(columns: Columns, names: Sequence[str] = ()) -> dict[str, Whole]:
    """The sums over all accounts, as arrays of one."""
    return {name: np.array([columns[name].sum()], dtype=np.int64) for name in names or columns}
