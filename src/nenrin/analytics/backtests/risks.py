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
    found = np.zeros(len(rows.panel))
    panel = rows.panel
    for day in np.unique(panel.day):
        over = panel.day + rows.horizon <= day
        share = float(rows.left[over].mean()) if over.any() else 0.0
        for tier in np.unique(panel.tier):
            own = over & (panel.tier == tier)
            rate = (float(rows.left[own].sum()) + PRIOR * share) / (float(own.sum()) + PRIOR)
            found[(panel.day == day) & (panel.tier == tier)] = rate
    return found
