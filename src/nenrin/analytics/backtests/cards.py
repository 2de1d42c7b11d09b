"""The backtest card: every figure of how well a score told, with its interval, beside the simple rules.

A figure that too few accounts stand behind is not given; how many more have to leave first is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests import (
    areas,
    calibrations,
    calm,
    leads,
    lifts,
    probabilities,
    renewals,
    risks,
    slices,
    watches,
)
from nenrin.analytics.backtests.areas import Area, Gain
from nenrin.analytics.backtests.calibrations import Calibration
from nenrin.analytics.backtests.leads import Lead
from nenrin.analytics.backtests.lifts import Lift
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel, Steadiness
from nenrin.analytics.backtests.renewals import Kept
from nenrin.analytics.backtests.replays import HYSTERESIS, MODEL, RIVAL
from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.backtests.slices import Group, Slice
from nenrin.analytics.backtests.watches import Watch

HORIZONS = (30, 90, 180, 365)
#: The horizon that bands, calibration, lift and tiers are asked at.
MAIN = 90
BASE_RATE = "base_rate"
#: Accounts that must have left, and stayed, behind a figure.
LEAST = 10
#: Days between the rows of a figure: scores of neighbouring weeks say the same. Those of renewals do not overlap.
APART, FURTHER_APART = 28, 91
#: Of the accounts, where the team's capacity is not told.
CAPACITY = 0.10


@dataclass(frozen=True, slots=True)
class Behind:
    """What a figure rests on: account-days, accounts that left, that stayed; `first` and `last` of its days (1970).
    `wanting`: how many more accounts must leave (or stay) before there is a figure."""

    rows: int
    left: int
    stayed: int
    first: int | None
    last: int | None
    wanting: int

    @property
    def is_enough(self) -> bool:
        return not self.wanting


@dataclass(frozen=True, slots=True)
class Told:
    """Of one horizon: the areas by rule, and how much the model gains on each other rule; none without enough."""

    horizon: int
    behind: Behind
    areas: Mapping[str, Area]
    gains: Mapping[str, Gain]


@dataclass(frozen=True, slots=True)
class Tier:
    """The main horizon within one tier, and the share of each colour."""

    tier: str
    accounts: int
    told: Told
    bands: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Steady:
    """Changes of colour in an account's year, and how far a score moves in a week at the median."""

    flips: float
    weekly: float | None
    account_years: float


@dataclass(frozen=True, slots=True)
class ByHand:
    """What people enter themselves: its share of what a score can give, of account-days that were set by hand."""

    measures: tuple[str, ...]
    share: float
    overridden: float


@dataclass(frozen=True, slots=True)
class Card:
    """Days since 1970. `by_hysteresis` are changes of colour a year had an edge been so hard to cross, `calm_from` the
    least at which they are at most one. `due` are accounts that could leave within the horizon, `everyone` also those that could not."""

    first: int
    last: int
    accounts: int
    judged: float
    decisions: int
    due: tuple[Told, ...]
    everyone: tuple[Told, ...]
    calibration: Mapping[str, Calibration]
    leads: Mapping[str, Lead]
    earlier: tuple[float, float, float] | None
    lifts: Mapping[str, Lift]
    capacity: int | None
    kept: tuple[Kept, ...]
    is_ordered: bool | None
    tiers: tuple[Tier, ...]
    steady: Mapping[str, Steady]
    by_hysteresis: Mapping[str, float]
    calm_from: float | None
    by_hand: ByHand
    watch: Watch
    slices: tuple[Slice, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def card(
    panel: Panel,
    ahead: Ahead,
    *,
    manual: Collection[str] = (),
    capacity: int | None = None,
    groups: Sequence[Group] = (),
) -> Card | None:
    """Of a panel of weekly rows and what became of each; None where there is no row at all. `capacity`: accounts that
    the team can look at on one day; else a tenth of them. `groups` are told apart beside the tiers."""
    if not len(panel):
        return None
    panel = _telling(panel)
    monthly = every(panel, ahead, APART)
    main = _watched(monthly, MAIN)
    warned = _leads(probabilities.at(panel, MAIN), ahead)
    kept = renewals.by_band(risks.watched(*every(panel, ahead, FURTHER_APART), MAIN))
    return Card(
        int(panel.day.min()), int(panel.day.max()), len(np.unique(panel.account)), float(panel.judged.mean()),
        _decisions(panel, ahead),
        tuple(_told(_watched(monthly, days)) for days in HORIZONS),
        tuple(_told(_watched(monthly, days, only_due=False)) for days in HORIZONS),
        _calibrations(main, are_told=probabilities.are_told(panel)), {rule: leads.lead(*found) for rule, found in warned.items()},
        leads.earlier(warned[MODEL][0], warned[RIVAL][0]) if RIVAL in warned and MODEL in warned else None,
        _lifts(main, capacity), capacity, kept, renewals.is_ordered(kept), _tiers(main), _steady(panel),
        _by_hysteresis(panel), calm.least(_harder(panel)), _by_hand(panel, manual),
        watches.watch(*monthly, MODEL), slices.slices(main, MODEL, groups, LEAST),
    )  # fmt: skip


def _telling(panel: Panel) -> Panel:
    """Without the rules that said the same of everybody: what they look at was never there."""
    own = {rule for rule in panel.scores if rule == MODEL or probabilities.is_told(rule)}
    kept = {rule: score for rule, score in panel.scores.items() if rule in own or len(np.unique(score)) > 1}
    return replace(panel, scores=kept)


def _watched(rows: tuple[Panel, Ahead], days: int, *, only_due: bool = True) -> Watched:
    panel, ahead = rows
    return risks.watched(probabilities.at(panel, days), ahead, days, only_due=only_due)


def _decisions(panel: Panel, ahead: Ahead) -> int:
    """Decisions that came after some row of the panel, each once."""
    rows = np.isfinite(ahead.leaves_in)
    return len({*zip(panel.account[rows].tolist(), (panel.day + ahead.leaves_in)[rows].tolist(), strict=True)})


def every(panel: Panel, ahead: Ahead, days: int) -> tuple[Panel, Ahead]:
    """Rows of every so many days, counted back from the last."""
    rows = (int(panel.day.max()) - panel.day) % days == 0
    return panel.chosen(rows), Ahead(ahead.is_standing[rows], ahead.leaves_in[rows], ahead.known_for[rows])


def behind(rows: Watched) -> Behind:
    left, stayed, day = rows.accounts_left, rows.accounts_stayed, rows.panel.day
    first, last = (int(day.min()), int(day.max())) if len(day) else (None, None)
    return Behind(len(day), left, stayed, first, last, max(LEAST - left, LEAST - stayed, 0))


def _told(rows: Watched) -> Told:
    rests_on = behind(rows)
    if not rests_on.is_enough:
        return Told(rows.horizon, rests_on, {}, {})
    by_rule = _risks(rows)
    account, own = rows.panel.account, by_rule[MODEL]
    return Told(
        rows.horizon, rests_on,
        {rule: areas.area(risk, rows.left, account) for rule, risk in by_rule.items()},
        {rule: areas.gain(own, risk, rows.left, account) for rule, risk in by_rule.items() if rule != MODEL},
    )  # fmt: skip


def _risks(rows: Watched) -> dict[str, NDArray[np.float64]]:
    return {rule: rows.risk(rule) for rule in rows.panel.scores} | {BASE_RATE: risks.base_rate(rows)}


def _calibrations(rows: Watched, *, are_told: bool) -> dict[str, Calibration]:
    if are_told:
        held = calibrations.told(rows, probabilities.of(rows.panel))
        return {MODEL: held} if held else {}
    found = {rule: calibrations.calibration(rows, rule) for rule in (MODEL, RIVAL) if rule in rows.panel.scores}
    return {rule: one for rule, one in found.items() if one}


def _leads(panel: Panel, ahead: Ahead) -> dict[str, tuple[NDArray[np.float64], float]]:
    """By rule, the days of every account that left, and the share of undisturbed rows with an alarm."""
    found = {}
    for rule, scores in panel.scores.items():
        alarm = leads.alarms(panel, ahead, scores)
        if alarm is None:
            continue
        days = leads.warnings(panel, ahead, alarm[0])
        if len(days) >= LEAST:
            found[rule] = (days, alarm[1])
    return found


def _lifts(rows: Watched, capacity: int | None) -> dict[str, Lift]:
    if not behind(rows).is_enough:
        return {}
    found = {rule: lifts.lift(rows, risk, share=CAPACITY, places=capacity) for rule, risk in _risks(rows).items()}
    return {rule: one for rule, one in found.items() if one}


def _tiers(rows: Watched) -> tuple[Tier, ...]:
    return tuple(_tier(rows.chosen(rows.panel.tier == tier), str(tier)) for tier in np.unique(rows.panel.tier))


def _tier(rows: Watched, tier: str) -> Tier:
    bands = {band.value: float((rows.panel.band == band.code).mean()) for band in renewals.COLOURS}
    return Tier(tier, len(np.unique(rows.panel.account)), _told(rows), bands)


def _steady(panel: Panel) -> dict[str, Steady]:
    found = {}
    for rule, counted in panel.steadiness.items():
        if rule not in panel.scores:
            continue
        years = counted.days / 365
        found[rule] = Steady(counted.flips / years if years else 0.0, _weekly(panel, rule), years)
    return found


def _harder(panel: Panel) -> dict[float, Steadiness]:
    """The model's own scores, by points of hysteresis."""
    named = {rule: one for rule, one in panel.steadiness.items() if rule.startswith(HYSTERESIS)}
    return {float(rule.removeprefix(HYSTERESIS)): one for rule, one in named.items()}


def _by_hysteresis(panel: Panel) -> dict[str, float]:
    return {f"{points:g}": one.flips / one.days * 365 for points, one in _harder(panel).items() if one.days}


def _weekly(panel: Panel, rule: str) -> float | None:
    """Median distance of two scores a week apart."""
    order = np.lexsort((panel.day, panel.account))
    account, day, score = panel.account[order], panel.day[order], panel.scores[rule][order]
    next_week = (np.diff(account) == 0) & (np.diff(day) == 7) & panel.judged[order][1:] & panel.judged[order][:-1]
    return float(np.median(np.abs(np.diff(score))[next_week])) if next_week.any() else None


def _by_hand(panel: Panel, manual: Collection[str]) -> ByHand:
    own = [n for n, measure in enumerate(panel.measures) if measure in manual]
    share = float(panel.full[:, own].sum() / panel.full.sum()) if own and panel.full.sum() else 0.0
    return ByHand(tuple(panel.measures[n] for n in own), share, float(panel.by_hand.mean()))
