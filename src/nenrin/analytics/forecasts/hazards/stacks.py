"""From landmarks to leads: each row asked again about the following periods, with what was known on its own day.

The risk of a year must come from what is known today. So every row is paired with the account's rows of later periods
(van Houwelingen 2007, Scandinavian Journal of Statistics 34: landmarking): features of the one, outcome of the other.
A partial history counts for as many periods as it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.tables import LEADS, Days, Table, Truth

#: Periods ahead that are learned from; what lies between follows, because leads act smoothly.
LEARNED = (0, 1, 2, 3, 5, 8, 11)


@dataclass(frozen=True, slots=True)
class Stack:
    """Pairs: `row` whose features count, `later` whose outcome does, `lead` periods between the two."""

    row: Days
    later: Days
    lead: Days

    def __len__(self) -> int:
        return len(self.row)

    def chosen(self, mask: NDArray[np.bool_]) -> Stack:
        return Stack(self.row[mask], self.later[mask], self.lead[mask])


def stacked(table: Table, outcome: str, leads: Sequence[int] = LEARNED) -> Stack:
    """Pairs of the same account; none after the first `outcome` that followed the row."""
    following = ahead(table)
    happened = table.events[outcome]
    parts, at_risk = [], np.ones(len(table), dtype=bool)
    for lead in range(max(leads) + 1):
        later = following[:, lead]
        at_risk = at_risk & (later >= 0)
        if lead in leads:
            rows = np.flatnonzero(at_risk)
            parts.append(Stack(rows, later[rows], np.full(len(rows), lead, dtype=np.int64)))
        at_risk = at_risk & ~happened[later]
    return Stack(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("row", "later", "lead")))


def onwards(rows: Days, periods: int) -> Stack:
    """Each of `rows` with every lead of so many periods, whatever becomes of it: to tell, not to learn."""
    row = np.repeat(rows, periods)
    return Stack(row, row, np.tile(np.arange(periods, dtype=np.int64), len(rows)))


def ahead(table: Table, leads: int = LEADS) -> NDArray[np.int64]:
    """(rows, leads): position of the same account's row that many periods later; -1 where there is none."""
    place = np.unique(table.begins, return_inverse=True)[1].astype(np.int64)
    who = np.unique(table.account, return_inverse=True)[1].astype(np.int64)
    width = int(place.max(initial=0)) + leads + 1
    key = who * width + place
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    wanted = key[:, None] + np.arange(leads)
    at = np.minimum(np.searchsorted(ranked, wanted), max(len(ranked) - 1, 0))
    result: NDArray[np.int64] = np.where(ranked[at] == wanted, order[at], -1)
    return result


def outcome_within(table: Table, outcome: str, periods: int) -> tuple[Truth, Truth]:
    """(happened, is known): within `periods` of each row. Known where so many periods have passed and the account was
    followed through them, or to the outcome, or to a loss of any kind. Rows too near the end of the books are not
    known even if it happened: of their neighbours only those are known to whom it happened."""
    following, happened = ahead(table, periods), table.events[outcome]
    known = np.zeros(len(table), dtype=bool)
    found = np.zeros(len(table), dtype=bool)
    present = np.ones(len(table), dtype=bool)
    gone = _losses(table)
    for lead in range(periods):
        later = following[:, lead]
        present = present & (later >= 0)
        found |= present & happened[later] & ~known
        known |= present & (happened[later] | gone[later])
        present = present & ~known
    number = np.unique(table.begins, return_inverse=True)[1]
    passed = number + periods - 1 <= int(number.max(initial=0))
    return found & passed, (known | present) & passed


def _losses(table: Table) -> Truth:
    lost = np.zeros(len(table), dtype=bool)
    for name in ("churn", "involuntary"):
        if name in table.events:
            lost = lost | table.events[name]
    return lost
