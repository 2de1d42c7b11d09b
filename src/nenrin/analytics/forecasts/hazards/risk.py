"""Learn the risk of one outcome from a table: the one way in.

model = risk.learned(table, outcome="churn", known_on=day)
if isinstance(model, risk.NotEnough): ...
model.probability(now, 90).value
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nenrin.analytics.forecasts.hazards import judgements, ladders, leaks, restraints, states
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.competing import ENDING, forecast
from nenrin.analytics.forecasts.hazards.fits import Terms
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
    Rival,
    Trust,
    periods_of,
)
from nenrin.analytics.forecasts.hazards.tables import Calendar, Feature, Table, UnknownColumn
from nenrin.analytics.forecasts.hazards.views import Level, Views

__all__ = [
    "HORIZONS",
    "Calendar",
    "Feature",
    "Finding",
    "Leaking",
    "Level",
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
    table: Table,
    *,
    outcome: str = "churn",
    health: str | None = None,
    gap: int = 0,
    like: RiskModel | None = None,
    level: Level | None = None,
) -> RiskModel | NotEnough:
    """The model that the data carry. `health` names the feature that is the health score.

    `gap`: days between what was learned and what is judged. `like`: take the step and the verdict of that model instead
    of climbing and judging again; coefficients, calibrator and restraint come from these rows alone. `level`: also try
    the level behind these measures, and read it where later months show that it gains.
    Rows of accounts under notice are left out, and rows after a loss: nothing is learned from them. Raises
    leaks.Leaking where a feature was recorded after the row's day.
    """
    found = leaks.findings(table, outcome)
    _refuse(found)
    table = _learnable(table, outcome)
    if int(table.events[outcome].sum()) < FEWEST_EVENTS:
        return NotEnough(outcome, int(table.events[outcome].sum()), len(table))
    views = Views(table, level)
    return _chosen(views, outcome, health, gap, found) if like is None else _like(like, views, outcome, found)


def _refuse(found: tuple[Finding, ...]) -> None:
    refused = tuple(one for one in found if one.severity == "refuse")
    if refused:
        raise Leaking(refused)


def _learnable(table: Table, outcome: str) -> Table:
    table = table if table.is_noticed is None else table.chosen(~table.is_noticed)
    return leaks.without_rows_after_end(table, outcome) if outcome in ENDING else table


def _chosen(views: Views, outcome: str, health: str | None, gap: int, found: tuple[Finding, ...]) -> RiskModel:
    climb = ladders.climbed(views, outcome, health, gap)
    terms, share = climb.rung.terms, climb.share
    judged = judgements.verdicts_of(views, outcome, terms, share, gap)
    apart = judgements.leak_alarm(views, outcome, terms, gap)
    signs = leaks.with_alarm(found, apart, judgements.LEAK_ALARM)
    trust = Trust(climb.rung.step, terms, climb.reason, share, climb.trials, signs, climb.level)
    return _model(views, outcome, trust, judged, climb.rival)


def _like(like: RiskModel, views: Views, outcome: str, found: tuple[Finding, ...]) -> RiskModel:
    """Its kind alone is taken over: calibrator and restraint come from this table as the coefficients do."""
    terms = like.trust.terms
    few = restraints.is_few(views.table, outcome) and like.trust.step != Step.TIER
    share = restraints.share(views.at(_end(views), terms.level), outcome, terms) if few else 1.0
    trust = replace(like.trust, why="like", share=share, findings=found)
    return _model(views, outcome, trust, like.verdicts, like.rival.terms if like.rival else None)


def _model(views: Views, outcome: str, trust: Trust, judged: tuple[Verdict, ...], rival: Terms | None) -> RiskModel:
    table, state = views.at(_end(views), trust.terms.level), views.state(_end(views)) if trust.terms.level else None
    calibrator = _calibrator(table, outcome, trust.terms)
    hazard = ladders.held(table, outcome, trust.terms, trust.share)
    events, accounts = int(table.events[outcome].sum()), len(np.unique(table.account))
    trust = trust if state is None else replace(trust, findings=(*trust.findings, *_of_level(table, outcome)))
    other = _rival(views.table, outcome, rival, trust.share) if rival else None
    return RiskModel(
        outcome, hazard, calibrator, trust, judged, events, len(table), accounts, int(table.ends.max()), state, other
    )


def _rival(table: Table, outcome: str, terms: Terms, share: float) -> Rival:
    made = ladders.held(table, outcome, terms, share, errors=False)
    return Rival(terms, made, _calibrator(table, outcome, terms))


def _calibrator(table: Table, outcome: str, terms: Terms) -> Calibrator:
    return Calibrator() if restraints.is_few(table, outcome) else restraints.calibrator(table, outcome, terms)


def _end(views: Views) -> int:
    return int(views.table.ends.max())


def _of_level(table: Table, outcome: str) -> tuple[Finding, ...]:
    """Signs that the level shows, which was made after the linter had seen the measures behind it."""
    own = tuple(one for one in table.features if one.name in states.NAMES)
    found = tuple(one for one in leaks.findings(replace(table, features=own), outcome) if one.feature)
    _refuse(found)
    return found
