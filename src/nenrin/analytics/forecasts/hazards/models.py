"""A risk model that stands: asked for probabilities and reasons, kept as a document, judged by its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nenrin.analytics.forecasts.hazards import logistics, stacks
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.fits import Hazard, Terms
from nenrin.analytics.forecasts.hazards.judgements import Verdict
from nenrin.analytics.forecasts.hazards.ladders import LevelTrial, Step, Trial
from nenrin.analytics.forecasts.hazards.leaks import Finding
from nenrin.analytics.forecasts.hazards.stacks import Stack
from nenrin.analytics.forecasts.hazards.states import StateModel
from nenrin.analytics.forecasts.hazards.tables import LEADS, PERIOD_DAYS, Array, Table

#: Losses from which a model may print a probability; below it ranks and shows wide intervals.
ENOUGH_EVENTS, FEWEST_EVENTS = 50, 10
Z90 = 1.6448536269514722
#: Two kinds of model equally credible: variance between them as a share of their squared distance.
BETWEEN = 0.25


@dataclass(frozen=True, slots=True)
class NotEnough:
    """No model: too few events to learn anything at all."""

    outcome: str
    events: int
    rows: int
    needed: int = FEWEST_EVENTS


@dataclass(frozen=True, slots=True)
class Probability:
    """(rows,) each; `low` and `high` hold 90 % of what the coefficients and the choice of a kind of model leave open
    about the probability of an account of which just this is known."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature adds to the log-odds, against an average account. `value` NaN: missing."""

    feature: str
    group: str
    value: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """Of the period in which most of the risk falls: `base` (tier, contract, tenure) + all parts = `total`."""

    lead: int
    base: float
    parts: tuple[Part, ...]
    total: float

    @property
    def groups(self) -> dict[str, float]:
        """Log-odds by health group, the strongest first."""
        found: dict[str, float] = {}
        for part in self.parts:
            found[part.group] = found.get(part.group, 0.0) + part.log_odds
        return dict(sorted(found.items(), key=lambda pair: -abs(pair[1])))


@dataclass(frozen=True, slots=True)
class Trust:
    """How a model came about: which steps were tried, what they reached on data they had not seen, what is suspicious.

    `why`: "gain" (nothing above gained more than its uncertainty), "few" (held towards the base rate: `share` of the
    distance from it is kept) or "like" (the step of an earlier model, fitted anew). `level`: what the level behind the
    measures gained, None where it was not tried.
    """

    step: Step
    terms: Terms
    why: str
    share: float
    trials: tuple[Trial, ...]
    findings: tuple[Finding, ...]
    level: LevelTrial | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """The best model of another kind from the same rows, taken to be as credible (Draper 1995, Journal of the Royal
    Statistical Society B 57: to what a model leaves open comes what the choice of one does). It reads no level."""

    terms: Terms
    hazard: Hazard
    calibrator: Calibrator


@dataclass(frozen=True, slots=True)
class RiskModel:
    """Of one outcome. `known_on`: the last day it learned from (since 1970-01-01). `state`: the level behind the
    measures, where the model reads it; rows that it is asked about must have it (states.with_level)."""

    outcome: str
    hazard: Hazard
    calibrator: Calibrator
    trust: Trust
    verdicts: tuple[Verdict, ...]
    events: int
    rows: int
    accounts: int
    known_on: int
    state: StateModel | None = None
    rival: Rival | None = None

    @property
    def shows_probability(self) -> bool:
        """Whether there were events enough to print a number; else it only ranks."""
        return self.events >= ENOUGH_EVENTS

    @property
    def needs(self) -> tuple[str, ...]:
        """Features that a table must have."""
        return tuple(one.name for one in self.hazard.design.recipes)

    def probability(self, table: Table, horizon_days: int) -> Probability:
        """That the event happens within the horizon of each row. Raises UnknownColumn naming what is wanting."""
        periods = periods_of(horizon_days)
        hazards, slopes = self._path(table, periods)
        value = logistics.risk(hazards)
        value = np.clip(value, 1e-9, 1 - 1e-9)
        moves = np.einsum("rk,rkp->rp", hazards, slopes) * (1 - value)[:, None]
        variance = np.einsum("rp,pq,rq->r", moves, self.hazard.covariance, moves) / (value * (1 - value)) ** 2
        odds = np.log(value / (1 - value))
        spread = np.sqrt(variance + BETWEEN * self._apart(table, periods, odds) ** 2)
        return Probability(value, logistics.sigmoid(odds - Z90 * spread), logistics.sigmoid(odds + Z90 * spread))

    def _apart(self, table: Table, periods: int, odds: Array) -> Array:
        """(rows,) how much higher the rival's log-odds are."""
        if self.rival is None:
            return np.zeros(len(odds))
        other = logistics.risk(_hazards(self.rival.hazard, self.rival.calibrator, table, periods))
        other = np.clip(other, 1e-9, 1 - 1e-9)
        result: Array = np.log(other / (1 - other)) - odds
        return result

    def hazards(self, table: Table, periods: int) -> Array:
        """(rows, periods): probability in each period of those who are still there."""
        return _hazards(self.hazard, self.calibrator, table, periods)

    def reasons(self, table: Table, row: int, horizon_days: int = 90) -> Reasons:
        """Why the row's risk is what it is; contributions in log-odds add up exactly."""
        one = table.chosen(np.array([row]))
        pair, own = self._parts(one, horizon_days)
        design, lead = self.hazard.design, int(pair.lead[0])
        slope, shift = self.calibrator.line(str(one.tier[0]))
        base = shift + slope * float((design.base(one, pair) @ self.hazard.levels)[0])
        parts = tuple(
            Part(
                made.name,
                made.group,
                float(one.feature(made.name).values[0]),
                float(own[0, n]),
            )
            for n, made in enumerate(design.recipes)
        )
        parts = tuple(sorted(parts, key=lambda part: -abs(part.log_odds)))
        return Reasons(lead, base, parts, base + sum(part.log_odds for part in parts))

    def contributions(self, table: Table, horizon_days: int = 90) -> Array:
        """(rows, features as in `needs`): each feature's part of `reasons`, of all rows at once."""
        return self._parts(table, horizon_days)[1]

    def _parts(self, table: Table, horizon_days: int) -> tuple[Stack, Array]:
        """Each row with the period in which most of its risk falls, and what each feature adds there."""
        rows = np.arange(len(table), dtype=np.int64)
        pair = Stack(rows, rows, self.hazards(table, periods_of(horizon_days)).argmax(axis=1).astype(np.int64))
        design = self.hazard.design
        own = self.hazard.accent(table, pair)[:, None] * design.acting(design.now(table), pair) * self.hazard.effects
        of = (design.owners[:, None] == np.arange(len(design.recipes))).astype(np.float64)
        return pair, self.calibrator.lines(table.tier)[0][:, None] * (own @ of)

    def _path(self, table: Table, periods: int) -> tuple[Array, Array]:
        stack = stacks.onwards(np.arange(len(table), dtype=np.int64), periods)
        slope = self.calibrator.lines(table.tier)[0]
        slopes = self.hazard.slopes(table, stack) * np.repeat(slope, periods)[:, None]
        return self.hazards(table, periods), slopes.reshape(len(table), periods, slopes.shape[1])


def _hazards(hazard: Hazard, calibrator: Calibrator, table: Table, periods: int) -> Array:
    odds = hazard.odds(table, stacks.onwards(np.arange(len(table), dtype=np.int64), periods))
    return calibrator.calibrated(odds, np.repeat(table.tier, periods)).reshape(len(table), periods)


def periods_of(horizon_days: int) -> int:
    """Months of a horizon: 30, 90, 180 and 365 days are 1, 3, 6 and 12."""
    return min(max(round(horizon_days / PERIOD_DAYS), 1), LEADS)
