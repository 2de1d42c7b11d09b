"""The movements of periods that follow one another, added up by group from the changes alone.

The same sums as those of the accounts that movements.compared tells for each period. Only of books whose rates do not
move with exchange rates, and of groups in which an account stands once and for all periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.groups import Groups, Mask
from nenrin.analytics.revenue.paths import Steps, Whole, binned, number
from nenrin.values import Period

AMOUNTS = ("begin", "new", "reactivation", "expansion", "contraction", "churn", "end")
MADE = ("fx", "opening", "lost", "lost_net")
COUNTS = ("accounts_any", "accounts_begin", "accounts_new", "accounts_churned", "accounts_end")
COLUMNS = frozenset((*AMOUNTS, *MADE, *COUNTS))
Size = tuple[int, int]


def tells(book: Book, asked: Sequence[Period], groups: Groups) -> bool:
    """Whether these periods of a book can be told so."""
    follows = len(asked) > 0 and all(one.end == next_.start for one, next_ in pairwise(asked))
    return follows and book.policy.currency == "constant" and groups.inside is None and groups.is_disjoint


def summed(book: Book, asked: Sequence[Period], groups: Groups) -> dict[str, Whole]:
    """COLUMNS: [periods, groups]; losses positive. Cells are counted by the day up to which a step leads, and its group."""
    ends = [number(asked[0].start) - 1, *(number(period.end) - 1 for period in asked)]
    steps, group = _of_groups(book.line.steps(ends), groups, len(book.accounts))
    cell = steps.column * groups.count + group
    size = (len(ends), groups.count)
    starts = np.array([number(period.start) for period in asked], dtype=np.int64)
    told = _flows(steps, book.line.first_paid(), starts, cell, size)
    paying = _sum(cell, _paying(steps.now) - _paying(steps.was), size).cumsum(axis=0)
    rates = _sum(cell, steps.now - steps.was, size).cumsum(axis=0)
    lost = told["churn"] + told["contraction"]
    everyone = np.bincount(groups.group, minlength=groups.count)
    return {
        **told, "begin": rates[:-1], "opening": rates[:-1], "end": rates[1:], "fx": np.zeros_like(lost),
        "lost": lost, "lost_net": lost - told["expansion"], "accounts_any": np.tile(everyone, (len(asked), 1)),
        "accounts_begin": paying[:-1], "accounts_end": paying[1:],
    }  # fmt: skip


def _of_groups(steps: Steps, groups: Groups, accounts: int) -> tuple[Steps, Whole]:
    """The steps of accounts in any group, and the group of each."""
    of_account = np.full(accounts, -1, dtype=np.int64)
    of_account[groups.row] = groups.group
    group = of_account[steps.row]
    if len(groups.row) == accounts:
        return steps, group
    inside = group >= 0
    return Steps(*(values[inside] for values in steps)), group[inside]


def _flows(steps: Steps, first_paid: Whole, starts: Whole, cell: Whole, size: Size) -> dict[str, Whole]:
    """By kind, [periods, groups]: the first end only opens."""
    delta, paid, pays = steps.now - steps.was, steps.was > 0, steps.now > 0
    came, stays, left = _where(pays & ~paid), _where(paid == pays), _where(paid & ~pays)
    is_new = first_paid[steps.row[came]] >= np.concatenate((starts[:1], starts))[steps.column[came]]
    new, back = came[is_new], came[~is_new]
    grew, shrank = stays[delta[stays] > 0], stays[delta[stays] < 0]
    amounts = {"new": new, "reactivation": back, "expansion": grew, "contraction": shrank, "churn": left}
    told = {name: _sum(cell[at], np.abs(delta[at]), size)[1:] for name, at in amounts.items()}
    counts = {"accounts_new": new, "accounts_churned": left}
    return told | {name: _count(cell[at], size)[1:] for name, at in counts.items()}


def _count(cell: Whole, size: Size) -> Whole:
    return np.bincount(cell, minlength=size[0] * size[1]).reshape(size)


def _sum(cell: Whole, values: Whole, size: Size) -> Whole:
    return binned(cell, values, size[0] * size[1]).reshape(size)


def _where(mask: Mask) -> Whole:
    return np.flatnonzero(mask)


def _paying(rates: Whole) -> Whole:
    return (rates > 0).astype(np.int64)
