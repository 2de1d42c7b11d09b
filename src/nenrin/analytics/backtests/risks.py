"""Who could have left within a horizon, and who did: the rows that a figure of the card rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: Earlier losses that a tier's base rate is worth before any of its own are known.
PRIOR = 10.0


@dataclass(frozen=True, slots=True)
class Watched:
    """Rows whose account could leave within `horizon` days, and whose horizon is over; `left`: it decided to."""

    horizon: int
    panel: Panel
    left: Bits

    @property
    def accounts_left(self) -> int:
        return len(np.unique(self.panel.account[self.left]))

    @property
    def accounts_stayed(self) -> int:
        return len(np.unique(self.panel.account[~self.left]))

    def chosen(self, rows: Bits) -> Watched:
        return Watched(self.horizon, self.panel.chosen(rows), self.left[rows])

    def risk(self, rule: str) -> Floats:
        return -self.panel.scores[rule]


def watched(panel: Panel, ahead: Ahead, horizon: int, *, only_due: bool = True) -> Watched:
    """Only rows with a colour, of accounts that stand undecided; `only_due`: whose notice deadline lies within."""
    rows = panel.judged & ahead.is_standing & (ahead.known_for >= horizon)
    if only_due:
        with np.errstate(invalid="ignore"):
            rows &= panel.due_in <= horizon
    return Watched(horizon, panel.chosen(rows), ahead.leaves_in[rows] <= horizon)


def base_rate(rows: Watched) -> Floats:
    """The share of its tier that left, as it could be known on each row's day: from rows whose horizon was over."""
    day, found = rows.panel.day, np.zeros(len(rows.panel))
    tiers, tier = np.unique(rows.panel.tier, return_inverse=True)
    for today in np.unique(day):
        over = day + rows.horizon <= today
        share = float(rows.left[over].mean()) if over.any() else 0.0
        left, known = (np.bincount(tier[kept], minlength=len(tiers)) for kept in (over & rows.left, over))
        here = day == today
        found[here] = ((left + PRIOR * share) / (known + PRIOR))[tier[here]]
    return found
