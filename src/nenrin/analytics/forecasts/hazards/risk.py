"""Learn the risk of one outcome from a table: the one way in.

model = risk.learned(table, outcome="churn", known_on=day)
if isinstance(model, risk.NotEnough): ...
model.probability(now, 90).value
"""

from __future__ import annotations

import numpy as np

from nenrin.analytics.forecasts.hazards import ladders, leaks, stacks
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.ladders import Step
from nenrin.analytics.forecasts.hazards.leaks import Finding, Leaking
from nenrin.analytics.forecasts.hazards.models import (
    FEWEST_EVENTS,
    HORIZONS,
    NotEnough,
    Part,
    Probability,
    Reasons,
    RiskModel,
    Trust,
)
from nenrin.analytics.forecasts.hazards.tables import Calendar, Feature, Table, UnknownColumn

__all__ = [
    "HORIZONS",
    "Calendar",
    "Feature",
    "Finding",
    "Leaking",
    "NotEnough",
    "Part",
    "Probability",
    "Reasons",
    "RiskModel",
    "Step",
    "Table",
    "UnknownColumn",
    "learned",
]


def learned(table: Table, *, outcome: str = "churn", health: str | None = None) -> RiskModel | NotEnough:
    """The model that the data carry. `health` names the feature that is the health score.

    Rows of accounts under notice are left out: nothing new is learned from them. Raises leaks.Leaking where a feature
    was recorded after the row's day.
    """
    found = leaks.findings(table)
    refused = tuple(one for one in found if one.severity == "refuse")
    if refused:
        raise Leaking(refused)
    if table.is_noticed is not None:
        table = table.chosen(~table.is_noticed)
    events = int(table.events[outcome].sum())
    if events < FEWEST_EVENTS:
        return NotEnough(outcome, events, len(table))
    climb = ladders.climbed(table, outcome, health)
    hazard = ladders.held(table, stacks.stacked(table, outcome), table.events[outcome], climb)
    trust = Trust(climb.rung.step, climb.reason, climb.share, climb.trials, found)
    accounts = len(np.unique(table.account))
    return RiskModel(outcome, hazard, Calibrator(), trust, events, len(table), accounts, int(table.ends.max()))
