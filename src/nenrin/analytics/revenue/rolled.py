"""Groups of companies in place of their accounts: the contracts of a group count as if one account had signed them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from nenrin.analytics.revenue import dealings
from nenrin.analytics.revenue.books import Book, Dues, States, plain_lines
from nenrin.analytics.revenue.paths import Whole, bridged, lapses
from nenrin.analytics.revenue.rows import runs
from nenrin.analytics.revenue.voices import nobody

#: KPIs of customers as such. Money moves by account, and what winning and keeping one is worth stays by account as well.
LOGOS = frozenset((
    "logo_churn", "logo_churn_with_newcomers", "logo_churn_stripe", "logo_churn_unwilling", "logo_churn_year",
    "logo_retention", "paying_accounts", "new_accounts", "arpa",
))  # fmt: skip


def heads(accounts: Whole, parents: Mapping[int, int]) -> Whole:
    """Of every account (ascending ids) the row of the one that stands for its group: the topmost above it, or where that has no
    row of its own the first account of the group.

    >>> heads(np.array([2, 3, 5, 7, 8]), {3: 2, 5: 3, 7: 6, 8: 6}).tolist()
    [0, 0, 0, 3, 3]
    """
    tops = [_top(account, parents) for account in accounts.tolist()]
    first: dict[int, int] = {}
    for row, top in enumerate(tops):
        first.setdefault(top, row)
    own = {account: row for row, account in enumerate(accounts.tolist())}
    return np.array([own.get(top, first[top]) for top in tops], dtype=np.int64)


def _top(account: int, parents: Mapping[int, int]) -> int:
    seen = {account}
    while account in parents and parents[account] not in seen:
        account = parents[account]
        seen.add(account)
    return account


def rolled(whole: Book, head: Whole, on: date) -> Book:
    """The book of groups, each under the account that stands for it (`head`: its row, by row); `on` values it where rates
    move. Of answers and dealings nothing is known: what people say is nobody's group."""
    kept = np.unique(head)
    row = np.searchsorted(kept, head)
    accounts = whole.accounts[kept]
    states = _states(whole.states, row)
    line, gap = plain_lines(accounts, states, whole.exchange.standing(on), on), whole.policy.gap_merge_days
    nothing = replace(dealings.nothing(len(accounts)), source=whole.dealings.source[kept])
    return replace(
        whole, accounts=accounts, policy=replace(whole.policy, logos="account"), states=states, dues=_dues(whole.dues, row),
        unwilling=frozenset((int(row[of]), day) for of, day in whole.unwilling), line=bridged(line, gap),
        lapses=lapses(line, gap), voices=nobody(), dealings=nothing,
    )  # fmt: skip


def _states(states: States, row: Whole) -> States:
    """The same lines by group, those of one product next to each other."""
    of = row[states.of]
    codes = [
        np.unique(values, return_inverse=True)[1] if len(of) else of for values in (states.currency, states.product)
    ]
    lines = np.lexsort((*codes, of))
    at, line = runs(states.line, lines)
    return replace(
        states, of=of[lines], product=states.product[lines], currency=states.currency[lines], line=line, day=states.day[at],
        minor=states.minor[at], listed=states.listed[at], seats=states.seats[at], plan=states.plan[at],
    )  # fmt: skip


def _dues(dues: Dues, row: Whole) -> Dues:
    of = row[dues.row]
    order = np.argsort(of, kind="stable")
    return Dues(of[order], dues.due[order], dues.decided[order], dues.before[order], dues.kept[order])
