"""What every KPI is made of: for one period, one figure of each account under each name; groups add them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue import dealings, periods, voices
from nenrin.analytics.revenue.dealings import REFERRAL, UNKNOWN
from nenrin.analytics.revenue.groups import Mask
from nenrin.analytics.revenue.movements import NEW, PRODUCT, UPSELL, Movements
from nenrin.analytics.revenue.paths import NEVER, Whole, number
from nenrin.analytics.revenue.readings import CHAIN, Reading, chain
from nenrin.values import Period

__all__ = ["CHAIN", "Columns", "Facts", "Few", "columns", "flowing", "standing", "summed"]

Columns = Mapping[str, Whole]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is no account's own: months in the period, and acquisition over the last twelve months (None: untold)."""

    months: int = 1
    acquisition_minor: int | NDArray[np.float64] | None = (
        None  # an array suits what is asked for, [groups] or [periods, 1], NaN where untold
    )
    gross_margin: float = 0.8
    yearly_discount: float = 0.1
    reactivation_in_nrr: bool = False


class Few(NamedTuple):
    """A column of the accounts that have a part in it alone: `row` ascending."""

    row: Whole
    values: Whole


class Ends(NamedTuple):
    """What every account pays just before a period and at its end."""

    period: Period
    before: Whole
    after: Whole


def columns(reading: Reading, moved: Movements) -> dict[str, Whole]:
    """All columns of a period by account; losses positive."""
    few = {name: _spread(column, len(moved.after)) for name, column in flowing(reading, moved).items()}
    chained = {f"chain_{side}_{n}": values for n, pair in enumerate(chain(moved.period))
               for side, values in zip(("under", "over"), reading.chained(*pair), strict=True)}  # fmt: skip
    return {**standing(reading, moved), **few, **chained}


def _spread(column: Few, count: int) -> Whole:
    out = np.zeros(count, dtype=np.int64)
    out[column.row] = column.values
    return out


def standing(reading: Reading, moved: Movements) -> dict[str, Whole]:
    """The columns in which most accounts have a part."""
    opening = moved.before + moved.fx if moved.fx.any() else moved.before
    return {
        "begin": moved.before,
        "end": moved.after,
        "fx": moved.fx,
        "opening": opening,
        "committed": reading.rate(NEVER),
        "accounts_any": np.ones(len(opening), dtype=np.int64),
        "accounts_begin": (moved.before > 0).astype(np.int64),
        "accounts_end": (moved.after > 0).astype(np.int64),
        **(cohort := _cohort(reading, moved)),
        **_months(reading, moved.period),
        **_products(reading, moved.period, cohort),
    }


def flowing(reading: Reading, moved: Movements) -> dict[str, Few]:
    """The columns of what moved in the period."""
    row = moved.row
    told = of_moved(
        moved.amount.T, moved.count[:, NEW], moved.before[row] > 0, moved.after[row] <= 0, moved.against,
        moved.gain[:, UPSELL].sum(axis=1), moved.gain[:, PRODUCT], reading.book.dealings.source[row],
    )  # fmt: skip
    ends = Ends(moved.period, moved.before, moved.after)
    return {**{name: Few(row, values.astype(np.int64)) for name, values in told.items()}, **_newcomers(reading, moved),
            **_due(reading, moved.period), **said(reading, ends), **dealt(reading, ends)}  # fmt: skip


def of_moved(
    amounts: Sequence[Whole] | Whole, is_new: Whole, starter: Mask, gone: Mask, against: Mask, bought: Whole, crossed: Whole,
    source: Whole,
) -> dict[str, NDArray[np.generic]]:  # fmt: skip
    """By those who moved: what they moved by KINDS, who is new, who paid before and who does not after, against whose will
    that was, how much more they bought, and what of it in products."""
    # A churn is a starter's who is gone at the end; whoever came and went inside is a newcomer who left.
    new, back, up, down, lost = amounts
    return {
        "new": new,
        "reactivation": back,
        "expansion": up,
        "contraction": -down,
        "churn": -lost,
        "lost": -lost - down,
        "gained": new + back + up,
        "lost_net": -lost - down - up,
        "lost_net_back": -lost - down - up - back,
        "upsell": np.maximum(bought, 0),
        "accounts_new": is_new,
        "accounts_churned": starter & gone,
        "accounts_unwilling": starter & gone & against,
        "accounts_upsold": starter & (bought > 0),
        "accounts_crossed": starter & (crossed > 0),
        "accounts_referred": is_new * (source == REFERRAL),
        "accounts_sourced": is_new * (source > UNKNOWN),
    }


def said(reading: Reading, ends: Ends) -> dict[str, Few]:
    """Answers and inquiries of the period."""
    start, end, of = number(ends.period.start), number(ends.period.end), reading.book.voices
    answers = voices.summed(of, start, end)
    row, heard = answers["accounts_heard"]
    active = heard * (ends.before[row] > 0)
    paid = np.maximum(ends.after[row], 0) * answers["accounts_counted"][1]
    told = {**answers, "accounts_heard_active": (row, active), "heard_mrr": (row, paid),
            "nps_of_mrr": (row, answers["nps_of_accounts"][1] * paid),
            **voices.replied(of.asked, start, end), **voices.inquired(of.tickets, start, end)}  # fmt: skip
    return {name: Few(*column) for name, column in told.items()}


def dealt(reading: Reading, ends: Ends) -> dict[str, Few]:
    """Onboardings due in the period or begun in the year up to its end, contacts, and users up to its last day."""
    start, end, of = number(ends.period.start), number(ends.period.end), reading.book.dealings
    tickets, since = reading.book.voices.tickets, number(periods.year_before(ends.period.end))
    told = {**dealings.onboarding(of.projects, start, end), **dealings.arriving(of.projects, since, end),
            **dealings.contacted(of, tickets, start, end), **dealings.lost(of.losses, start, end),
            **dealings.using(of.users, tickets, ends.after, start, end)}  # fmt: skip
    return {name: Few(*column) for name, column in told.items()}


def _newcomers(reading: Reading, moved: Movements) -> dict[str, Few]:
    """Who began to pay within a period, and who of them stopped again."""
    row, was, now, _ = reading.changes(moved.period)
    came = np.unique(row[(was <= 0) & (now > 0)])
    came = came[moved.before[came] <= 0]
    left = np.isin(came, row[(was > 0) & (now <= 0)]) & (moved.after[came] <= 0)
    return {"newcomers": Few(came, np.ones_like(came)), "newcomers_left": Few(came, left.astype(np.int64))}


def _cohort(reading: Reading, moved: Movements) -> dict[str, Whole]:
    """Those who paid twelve months before the end, then and now, at one exchange rate."""
    year_ago = periods.year_before(moved.period.end)
    base = reading.paid(number(year_ago) - 1)
    paid, pays = base > 0, moved.after > 0
    now = reading.paid(number(moved.period.end) - 1) * paid
    won = (reading.first >= number(year_ago)) & (reading.first < number(moved.period.end))
    return {
        "base": base,
        "kept": now,
        "kept_capped": np.minimum(now, base),
        "stayed_base": base * pays,
        "accounts_base": paid.astype(np.int64),
        "accounts_kept": (paid & pays).astype(np.int64),
        "accounts_won": won.astype(np.int64),
        "won_mrr": reading.paid(number(moved.period.end) - 1) * won,
        "won_paying": (won & pays).astype(np.int64),
    }


def _months(reading: Reading, period: Period) -> Columns:
    """Of the last twelve months: MRR at the start of each, added up, and what of it left in the month, whole accounts alone."""
    sides = [reading.chained(*pair) for pair in chain(period)]
    return {
        "months_paid": sum((under for under, _ in sides), np.zeros_like(sides[0][0])),
        "months_lost": sum((under * (over == 0) for under, over in sides), np.zeros_like(sides[0][0])),
    }


def _products(reading: Reading, period: Period, cohort: Columns) -> dict[str, Whole]:
    """The same by product: where an account has one alone, it is the account's own."""
    rows, *sides = reading.by_product(number(periods.year_before(period.end)) - 1, number(period.end) - 1)
    told = {}
    for name, own in zip(("base", "kept", "capped"), sides, strict=True):
        told[f"product_{name}"] = cohort["kept_capped" if name == "capped" else name].copy()
        told[f"product_{name}"][rows] = own
    return told


def _due(reading: Reading, period: Period) -> dict[str, Few]:
    """Contracts of longer terms that came due in the period; early renewals count when they were due."""
    dues = reading.book.dues
    day, order = reading.dues_by_day
    low, high = np.searchsorted(day, (number(period.start), number(period.end)))
    at = np.sort(order[low:high])
    row, first = np.unique(dues.row[at], return_index=True)
    before, kept = dues.before[at], dues.kept[at]
    amounts = {"due": np.ones_like(at), "due_renewed": (kept > 0).astype(np.int64), "due_mrr": before,
               "due_kept": np.minimum(kept, before)}  # fmt: skip
    return {name: Few(row, np.add.reduceat(values, first) if len(row) else row) for name, values in amounts.items()}


def summed(columns: Columns, names: Sequence[str] = ()) -> dict[str, Whole]:
    """The sums over all accounts, as arrays of one."""
    return {name: np.array([columns[name].sum()], dtype=np.int64) for name in names or columns}
