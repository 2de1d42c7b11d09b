"""The learned model as this room uses it: learned from rows, kept as a document, asked about today's rows."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import competing, documents, drifts, logistics, risk, states
from nenrin.analytics.forecasts.hazards.risk import NotEnough, RiskModel, Table
from nenrin.insight.risk import cards
from nenrin.insight.risk.features import HEALTH

Floats = NDArray[np.float64]
State = Literal["trusted", "ranking", "flagged", "leaking", "not_enough"]
#: States of a model that may be asked.
USABLE: tuple[State, ...] = ("trusted", "ranking", "flagged")
HORIZONS = risk.HORIZONS
#: The horizon of lists, and the months of forecasts.
LISTED, MONTHS = 90, 12
MOST_REASONS = 6
#: Days that acting takes: what is judged begins so long after the last month that was learned from.
LEAD_DAYS = 14
#: Months against which the earlier ones are held to see which measures have moved.
NEWEST = 3
#: Rows that are learned from at most, as long as so many events stay: accounts beyond are left out by lot.
MOST_ROWS, LEAST_EVENTS, SEED = 40_000, 350, 5
#: Measures that are shadows of one thing: how deeply and how gladly the product is used. How large a customer is, and
#: what it pays, is another.
BEHIND = (
    "logins_per_seat_week", "active_user_share", "feature_breadth", "feature_depth", "days_since_activity", "nps",
    "pulse",
)  # fmt: skip
#: Findings that hold only of an event that ends an account's rows: growth may come again.
OF_ENDS = ("rows_after_end",)
#: Findings that compare areas under curves, which a few events throw about.
OF_FIGURES = ("tells_alone", "falls_when_lagged", "lot_beats_time")


@dataclass(frozen=True, slots=True)
class Learned:
    """What became of learning: a document where a model stands, its card, and what the linter found."""

    state: State
    card: dict[str, Any]
    findings: list[dict[str, Any]] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    model: RiskModel | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """What a feature adds to the log-odds of an average account; `value` None where it was missing."""

    feature: str
    log_odds: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """By row: probability of each horizon with its interval (rows, horizons), and of each month ahead (rows, months)."""

    p: Floats
    low: Floats
    high: Floats
    months: Floats


def learn(table: Table, event: str) -> Learned:
    """The model that the rows carry, with its state; never raises for what the rows say."""
    of, table = len(np.unique(table.account)), sampled(table, event)
    try:
        level = _level(table, event)
        found = risk.learned(_of(table, event), outcome=event, health=HEALTH, gap=LEAD_DAYS, level=level)
    except risk.Leaking as leak:
        findings = [cards.finding(one) for one in leak.findings]
        return Learned("leaking", {"events": int(table.events[event].sum()), "rows": len(table)}, findings)
    if isinstance(found, NotEnough):
        return Learned("not_enough", {"events": found.events, "rows": found.rows, "needed": found.needed})
    findings = [
        cards.finding(one) for one in found.trust.findings if event in competing.ENDING or one.rule not in OF_ENDS
    ]
    state: State = "flagged" if _is_suspect(findings, found) else "trusted" if found.shows_probability else "ranking"
    card = {**cards.card(found), "gap_days": LEAD_DAYS, "accounts_of": of, "drift": _drift(table)}
    return Learned(state, card, findings, documents.to_dict(found), found)


def _drift(table: Table) -> list[list[Any]]:
    """[[measure, population stability index of the newest months against those before]], the furthest first."""
    newest = np.isin(table.begins, np.unique(table.begins)[-NEWEST:])
    if newest.all():
        return []
    moved = drifts.moved(table.chosen(~newest), table.chosen(newest))
    return [[one.feature, round(one.psi, 4)] for one in moved]


def sampled(table: Table, event: str) -> Table:
    """All rows of as many accounts as can be learned from in reasonable time, taken by lot: whether they left or not
    plays no part, so shares stay what they are."""
    events = int(table.events[event].sum())
    if len(table) <= MOST_ROWS or events <= LEAST_EVENTS:
        return table
    share = max(MOST_ROWS / len(table), LEAST_EVENTS / events)
    accounts = np.unique(table.account)
    taken = np.random.default_rng(SEED).permutation(accounts)[: max(round(share * len(accounts)), 1)]
    return table.chosen(np.isin(table.account, taken))


def _is_suspect(findings: Sequence[Mapping[str, Any]], model: RiskModel) -> bool:
    """Whether a person must look first. A difference of two figures says nothing while both rest on few events."""
    return any(model.shows_probability or one["rule"] not in OF_FIGURES for one in findings)


def relearned(model: RiskModel, table: Table, event: str) -> RiskModel | None:
    """The same kind of model from fewer rows: its step and ridge stay, all else is learned anew.

    None where the rows have too few events.
    """
    level = _level(table, event) if model.state else None
    try:
        found = risk.learned(_of(sampled(table, event), event), outcome=event, health=HEALTH, like=model, level=level)
    except risk.Leaking:
        return None
    return None if isinstance(found, NotEnough) else found


def _of(table: Table, event: str) -> Table:
    """What lowers the risk of leaving need not lower that of not paying or shrinking, nor the chance of growing: no
    direction is stated for them."""
    if event == "churn":
        return table
    free = tuple(risk.Feature(one.name, one.values, one.recorded, one.group) for one in table.features)
    return risk.Table(
        table.account, table.begins, table.ends, table.as_of, table.tier, table.tenure, table.calendar, free,
        table.events, table.mrr_minor, table.is_noticed,
    )  # fmt: skip


def _level(table: Table, event: str) -> risk.Level:
    """Its own direction is stated for leaving alone; those of the measures say which way up it is."""
    better = {one.name: one.better for one in table.features if one.name in BEHIND}
    return risk.Level(better, "higher" if event == "churn" else "neutral")


def seen(model: RiskModel, table: Table) -> Table:
    """The rows with the level behind their measures, where the model reads one: of all earlier rows of each account,
    which the table must have. Raises risk.UnknownColumn."""
    return table if model.state is None else states.told(table, model.state)


class Unreadable(ValueError):
    """The model was stored by another version of this program: learn it again with `nenrin risk learn`."""


def read(document: Mapping[str, Any]) -> RiskModel:
    """Raises Unreadable."""
    try:
        return documents.from_dict(document)
    except (documents.UnknownDocument, msgspec.ValidationError) as problem:
        raise Unreadable(f"{problem}: {Unreadable.__doc__}") from problem


def tell(model: RiskModel, table: Table) -> Told:
    """Probabilities of every row. Raises risk.UnknownColumn."""
    found = [model.probability(table, days) for days in HORIZONS]
    p, low, high = (np.stack([getattr(one, name) for one in found], axis=1) for name in ("value", "low", "high"))
    hazards = model.hazards(table, MONTHS)
    there = np.cumprod(np.concatenate([np.ones((len(table), 1)), 1 - hazards[:, :-1]], axis=1), axis=1)
    return Told(p, low, high, hazards * there)


def if_average(model: RiskModel, table: Table) -> dict[str, Floats]:
    """Feature -> probability within the listed horizon if the feature alone were that of an average account."""
    found = {}
    for recipe in model.hazard.design.recipes:
        own = table.feature(recipe.name)
        plain = replace(own, values=np.full(len(table), recipe.mean))
        others = tuple(plain if one.name == recipe.name else one for one in table.features)
        found[recipe.name] = logistics.risk(model.hazards(replace(table, features=others), risk.periods_of(LISTED)))
    return found


def without(model: RiskModel, table: Table, features: Collection[str]) -> dict[int, Floats]:
    """By horizon, (rows,) the probability if these features, all at once, were those of an average account."""
    means = {one.name: one.mean for one in model.hazard.design.recipes if one.name in features}
    plain = tuple(
        replace(one, values=np.full(len(table), means[one.name])) if one.name in means else one
        for one in table.features
    )
    hazards = model.hazards(replace(table, features=plain), MONTHS)
    return {days: logistics.risk(hazards[:, : risk.periods_of(days)]) for days in HORIZONS}


def standing(model: RiskModel, table: Table, feature: str, row: int) -> float:
    """A row's value of a feature that is no measure, in standard deviations from the average account."""
    recipe = next(one for one in model.hazard.design.recipes if one.name == feature)
    return (float(table.feature(feature).values[row]) - recipe.mean) / recipe.spread


def reasons(model: RiskModel, table: Table) -> list[list[Reason]]:
    """Of every row: the strongest first; what hardly matters is left out."""
    parts = model.contributions(table, LISTED)
    names = model.needs
    values = np.stack([table.feature(name).values for name in names], axis=1) if names else np.zeros((len(table), 0))
    strongest = np.argsort(-np.abs(parts), axis=1, kind="stable")[:, :MOST_REASONS]
    return [
        [_reason(names[at], parts[n, at], values[n, at]) for at in order if abs(parts[n, at]) >= 0.02]
        for n, order in enumerate(strongest.tolist())
    ]


def _reason(feature: str, log_odds: float, value: float) -> Reason:
    return Reason(feature, round(float(log_odds), 4), None if math.isnan(value) else float(value))
