"""What is learned beside the coefficients, from accounts that they had not seen: the calibrator, and how much of a
small model's distance from its tier's base rate is kept."""

from __future__ import annotations

import numpy as np

from nenrin.analytics.forecasts.hazards import calibrators, folds, ladders, stacks
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.fits import Terms
from nenrin.analytics.forecasts.hazards.tables import Table


def is_few(table: Table, outcome: str) -> bool:
    """Whether events are so few that the base rate pulls, instead of a calibrator being fitted."""
    return int(table.events[outcome].sum()) < ladders.FEW_EVENTS


def calibrator(table: Table, outcome: str, terms: Terms) -> Calibrator:
    """From accounts that were not learned from, over all times as the model itself: what later months bring is for
    the verdict to say, not to be corrected for. As it is where the table has one account or no event."""
    happened, stack = table.events[outcome], stacks.stacked(table, outcome, ladders.COMPARED)
    if not happened.any() or len(np.unique(table.account)) < folds.GROUPS:
        return Calibrator()
    odds = ladders.unseen(table, stack, happened, terms, folds.by_account(table, happened, folds.GROUPS))
    return calibrators.fit(odds, happened[stack.later], table.tier[stack.row], ladders.weights(table, stack))


def share(table: Table, outcome: str, terms: Terms) -> float:
    """Of the distance from the tier's base rate, what folds of accounts bear out."""
    happened, stack = table.events[outcome], stacks.stacked(table, outcome, (0,))
    parts = folds.by_account(table, happened, folds.FEW_GROUPS)
    base, odds = (ladders.unseen(table, stack, happened, one, parts) for one in (ladders.BASE, terms))
    return ladders.borne_out(base, odds, happened[stack.later])
