"""Learn the risk of one outcome from a table: the one way in.

model = risk.learned(table, outcome="churn", known_on=day)
if isinstance(model, risk.NotEnough): ...
model.probability(now, 90).value
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nenrin.analytics.forecasts.hazards import judgements, ladders, leaks, restraints
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.competing import ENDING, forecast
from nenrin.analytics.forecasts.hazards.judgements import HORIZONS, Verdict
from nenrin.analytics.forecasts.hazards.ladders import Step
from nenrin.analytics.forecasts.hazards.leaks import Finding, Leaking
from nenrin.analytics.forecasts.hazards.models import (
    FEWEST_EVENTS,
    NotEnough,
    Part,
    Probability,
    Reasons,
    RiskModel,
    Trust,
    periods_of,
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
    "Verdict",
    "forecast",
    "learned",
    "periods_of",
]


def learned(
    table: Table, *, outcome: str = "churn", health: str | None = None, gap: int = 0, like: RiskModel | None = None
) -> RiskModel | NotEnough:
    """The model that the data carry. `health` names the feature that is the health score.

    `gap`: days between what was learned and what is judged. `like`: take the step and the verdict of that model instead
    of climbing and judging again; coefficients, calibrator and restraint come from these rows alone.
    Rows of accounts under notice are left out, and rows after a loss: nothing is learned from them. Raises
    leaks.Leaking where a feature was recorded after the row's day.
    """
    found = leaks.findings(table, outcome)
    refused = tuple(one for one in found if one.severity == "refuse")
    if refused:
        raise Leaking(refused)
    table = _learnable(table, outcome)
    if int(table.events[outcome].sum()) < FEWEST_EVENTS:
        return NotEnough(outcome, int(table.events[outcome].sum()), len(table))
    return _chosen(table, outcome, health, gap, found) if like is None else _like(like, table, outcome, found)


def _learnable(table: Table, outcome: str) -> Table:
    table = table if table.is_noticed is None else table.chosen(~table.is_noticed)
    return leaks.without_rows_after_end(table, outcome) if outcome in ENDING else table


def _chosen(table: Table, outcome: str, health: str | None, gap: int, found: tuple[Finding, ...]) -> RiskModel:
    climb = ladders.climbed(table, outcome, health, gap)
    terms, share = climb.rung.terms, climb.share
    judged = judgements.verdicts_of(table, outcome, terms, share, gap)
    apart = judgements.leak_alarm(table, outcome, terms, gap)
    signs = leaks.with_alarm(found, apart, judgements.LEAK_ALARM)
    trust = Trust(climb.rung.step, terms, climb.reason, share, climb.trials, signs)
    return _model(table, outcome, trust, judged)


def _like(like: RiskModel, table: Table, outcome: str, found: tuple[Finding, ...]) -> RiskModel:
    """Its kind alone is taken over: calibrator and restraint come from this table as the coefficients do."""
    terms = like.trust.terms
    few = restraints.is_few(table, outcome) and like.trust.step != Step.TIER
    share = restraints.share(table, outcome, terms) if few else 1.0
    trust = replace(like.trust, why="like", share=share, findings=found)
    return _model(table, outcome, trust, like.verdicts)


def _model(table: Table, outcome: str, trust: Trust, judged: tuple[Verdict, ...]) -> RiskModel:
    few = restraints.is_few(table, outcome)
    calibrator = Calibrator() if few else restraints.calibrator(table, outcome, trust.terms)
    hazard = ladders.held(table, outcome, trust.terms, trust.share)
    events, accounts = int(table.events[outcome].sum()), len(np.unique(table.account))
    return RiskModel(outcome, hazard, calibrator, trust, judged, events, len(table), accounts, int(table.ends.max()))
