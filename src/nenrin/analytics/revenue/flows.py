"""The movements of periods that follow one another, added up by group from the changes alone.

The same sums as those of the accounts that movements.compared tells for each period. Only of books whose rates do not
move with exchange rates, and of groups in which an account stands once and for all periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import Steps, Whole, binned, number
from nenrin.analytics.revenue.readings import Reading
from nenrin.values import Period

AMOUNTS = ("begin", "new", "reactivation", "expansion", "contraction", "churn", "end")
MADE = ("fx", "opening", "lost", "gained", "lost_net", "lost_net_back")
COUNTS = ("accounts_any", "accounts_begin", "accounts_new", "accounts_churned", "accounts_end")
COLUMNS = frozenset((*AMOUNTS, *MADE, *COUNTS))
#: Places of the kinds among AMOUNTS.
NEW, BACK, EXPANSION, CONTRACTION, CHURN = range(5)
KINDS = 5
Size = tuple[int, int]


def tells(book: Book, asked: Sequence[Period], groups: Groups) -> bool:
    """Whether these periods of a book can be told so."""
    follows = len(asked) > 0 and all(one.end == next_.start for one, next_ in pairwise(asked))
    return follows and book.policy.currency == "constant" and groups.inside is None and groups.is_disjoint


def summed(reading: Reading, asked: Sequence[Period], groups: Groups) -> dict[str, Whole]:
    """COLUMNS of a book's reading: [periods, groups]; losses positive. Cells are counted by the day up to which a step leads, and
    its group."""
    ends = [number(asked[0].start) - 1, *(number(period.end) - 1 for period in asked)]
    steps, group = _of_groups(reading.steps(ends), groups, len(reading.book.accounts))
    cell = steps.column * groups.count + group
    size = (len(ends), groups.count)
    starts = np.array([number(period.start) for period in asked], dtype=np.int64)
    found = _flows(steps, reading.first, starts, cell, size)
    won, gone = found["new"] + found["reactivation"] + found["expansion"], found["churn"] + found["contraction"]
    rates = (won - gone).cumsum(axis=0)
    paying = (found["accounts_new"] + found.pop("back") - found["accounts_churned"]).cumsum(axis=0)
    told = {name: values[1:] for name, values in found.items()}
    lost = gone[1:]
    everyone = np.bincount(groups.group, minlength=groups.count)
    return {
        **told, "begin": rates[:-1], "opening": rates[:-1], "end": rates[1:], "fx": np.zeros_like(lost),
        "lost": lost, "gained": won[1:], "lost_net": lost - told["expansion"],
        "lost_net_back": lost - told["expansion"] - told["reactivation"], "accounts_any": np.tile(everyone, (len(asked), 1)),
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
    """By kind, [ends, groups]: the first end only opens. One count of all, by kind and cell."""
    delta, paid, pays = steps.now - steps.was, steps.was > 0, steps.now > 0
    came = np.flatnonzero(pays & ~paid)
    is_new = first_paid[steps.row[came]] >= np.concatenate((starts[:1], starts))[steps.column[came]]
    kind = np.where(delta > 0, EXPANSION, CONTRACTION)
    kind[paid & ~pays] = CHURN
    kind[came] = np.where(is_new, NEW, BACK)
    place, cells = kind * (size[0] * size[1]) + cell, size[0] * size[1]
    amounts = binned(place, np.abs(delta), KINDS * cells).reshape(KINDS, *size)
    counts = np.bincount(place, minlength=KINDS * cells).reshape(KINDS, *size)
    told = {name: amounts[n] for n, name in enumerate(AMOUNTS[1:-1])}
    return told | {"accounts_new": counts[NEW], "back": counts[BACK], "accounts_churned": counts[CHURN]}
