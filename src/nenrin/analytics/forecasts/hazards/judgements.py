"""How a model's kind does on later months and other accounts: the evidence that stands beside every probability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nenrin.analytics.forecasts.hazards import fits, folds, ladders, logistics, restraints, stacks, verdicts
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.fits import Hazard, Terms
from nenrin.analytics.forecasts.hazards.folds import Fold
from nenrin.analytics.forecasts.hazards.tables import PERIOD_DAYS, Array, Calendar, Days, Table, Truth
from nenrin.analytics.forecasts.hazards.views import Views

HORIZONS = (30, 90, 180, 365)
LEADS_JUDGED = (0, 2, 5, 11)
#: Bins of the calibration that is drawn: so few that each has events.
BINS = 5
#: A ranking on rows dealt out by lot that beats the one on later rows by more than this knows the future.
LEAK_ALARM = 0.03


@dataclass(frozen=True, slots=True)
class Figure:
    """Mean over origins and its standard error; None where there are fewer than two."""

    mean: float
    error: float | None


@dataclass(frozen=True, slots=True)
class TierVerdict:
    """`expected` and `happened` are numbers of events; the slope's 95 % interval, None where it cannot be told."""

    tier: str
    rows: int
    expected: float
    happened: int
    slope: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """At one horizon, on accounts and months that had not been learned from.

    `auc_due`: among those that could leave within the horizon. `skill`: share of the tier base rate's Brier score that
    is saved. `slope` and `intercept` with 95 % intervals that allow for rows of the same account. `bins` of equal mass.
    """

    horizon_days: int
    origins: int
    rows: int
    events: int
    expected: float
    auc: Figure | None
    auc_due: Figure | None
    brier: Figure
    skill: Figure
    ece: float
    lift: float
    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float
    tiers: tuple[TierVerdict, ...]
    bins: tuple[verdicts.Bin, ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rows told by fits that had not seen them: what was said, what the tier's base rate said, what came."""

    origin: Days
    row: Days
    said: Array
    base: Array
    happened: Truth


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fold's model as it would have been shown: `hazard` through `line`, both from what the fold teaches alone; `seen`
    the rows as it reads them."""

    fold: Fold
    seen: Table
    hazard: Hazard
    line: Calibrator
    base: Hazard


def verdicts_of(views: Views, outcome: str, terms: Terms, share: float = 1.0, gap: int = 0) -> tuple[Verdict, ...]:
    """By horizon; none where the books are too short for a horizon, or no later origin has events before it."""
    table = views.table
    parts = folds.rolling(table, table.events[outcome], gap=gap)
    calibrated = not restraints.is_few(table, outcome)
    made = [_fitted(views, outcome, terms, share, fold, calibrated=calibrated) for fold in parts]
    found = (_told(table, outcome, made, days) for days in HORIZONS)
    judged = zip(HORIZONS, found, strict=True)
    return tuple(_verdict(table, one, days) for days, one in judged if one.happened.any() and not one.happened.all())


def leak_alarm(views: Views, outcome: str, terms: Terms, gap: int = 0) -> float | None:
    """By how much AUC on rows dealt out by lot beats AUC at later origins, one period ahead; None without origins.

    Rows of an account on both sides, and later months to learn from, can make a model look good; not by much.
    """
    table = views.table
    stack, happened = stacks.stacked(table, outcome, (0,)), table.events[outcome]
    parts = folds.rolling(table, happened, gap=gap)
    if not parts:
        return None
    end = int(table.ends.max())
    lots = [Fold(None, end, ~test, test) for test in folds.at_random(table, happened)]
    later, chance = (ladders.unseen(table, stack, happened, terms, which, views) for which in (parts, lots))
    both = ~np.isnan(later)
    own = happened[stack.later][both]
    found, honest = verdicts.auc(chance[both], own), verdicts.auc(later[both], own)
    return None if found is None or honest is None else found - honest


def _fitted(views: Views, outcome: str, terms: Terms, share: float, fold: Fold, *, calibrated: bool) -> Fitted:
    table = views.at(fold.known, terms.level)
    stack = stacks.stacked(table, outcome, LEADS_JUDGED)
    own = stack.chosen(fold.taught(table, stack))
    happened, weights = table.events[outcome][own.later], ladders.weights(table, own)
    base = fits.fit(table, own, happened, ladders.BASE, weights, errors=False)
    made = fits.fit(table, own, happened, terms, weights, errors=False)
    line = restraints.calibrator(table.chosen(fold.train), outcome, terms) if calibrated else Calibrator()
    return Fitted(fold, table, made if share == 1.0 else fits.blended(made, base, share), line, base)


def _told(table: Table, outcome: str, made: Sequence[Fitted], days: int) -> Unseen:
    periods = max(round(days / PERIOD_DAYS), 1)
    happened, known = stacks.outcome_within(table, outcome, periods)
    parts: list[Unseen] = []
    for one in made:
        rows = np.flatnonzero(one.fold.test & known)
        stack = stacks.onwards(rows, periods)
        tier = table.tier[stack.row]
        said, plain = (
            logistics.risk(line.calibrated(hazard.odds(one.seen, stack), tier).reshape(len(rows), periods))
            for hazard, line in ((one.hazard, one.line), (one.base, Calibrator()))
        )
        parts.append(Unseen(np.full(len(rows), one.fold.origin, dtype=np.int64), rows, said, plain, happened[rows]))
    if not parts:
        nothing = np.zeros(0)
        return Unseen(nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing, nothing.astype(bool))
    return Unseen(*(np.concatenate([getattr(part, name) for part in parts]) for name in Unseen.__slots__))


def _verdict(table: Table, one: Unseen, days: int) -> Verdict:
    found = verdicts.calibration(one.said, one.happened, table.account[one.row])
    periods = max(round(days / PERIOD_DAYS), 1)
    due = (table.calendar[one.row, :periods] != Calendar.BOUND).any(axis=1)
    low, high = found.interval
    return Verdict(
        days,
        len(np.unique(one.origin)),
        len(one.row),
        int(one.happened.sum()),
        float(one.said.sum()),
        _figure(one, lambda part: verdicts.auc(one.said[part], one.happened[part])),
        _figure(one, lambda part: verdicts.auc(one.said[part & due], one.happened[part & due])),
        _figure(one, lambda part: verdicts.brier(one.said[part], one.happened[part])) or Figure(float("nan"), None),
        _figure(one, lambda part: _skill(one, part)) or Figure(float("nan"), None),
        found.ece,
        verdicts.lift(one.said, one.happened),
        found.slope,
        low,
        high,
        found.intercept,
        found.intercept - 1.96 * found.shift_error,
        found.intercept + 1.96 * found.shift_error,
        tuple(_tier(table, one, str(tier)) for tier in np.unique(table.tier[one.row])),
        verdicts.bins_of(one.said, one.happened, BINS),
    )


def _skill(one: Unseen, part: Truth) -> float | None:
    base = verdicts.brier(one.base[part], one.happened[part])
    return 1 - verdicts.brier(one.said[part], one.happened[part]) / base if base > 0 else None


def _figure(one: Unseen, of: Callable[[Truth], float | None]) -> Figure | None:
    told = [of(one.origin == origin) for origin in np.unique(one.origin)]
    found = [figure for figure in told if figure is not None]
    if not found:
        return None
    error = float(np.std(found, ddof=1) / np.sqrt(len(found))) if len(found) > 1 else None
    return Figure(float(np.mean(found)), error)


def _tier(table: Table, one: Unseen, tier: str) -> TierVerdict:
    own = table.tier[one.row] == tier
    said, happened = one.said[own], one.happened[own]
    count = int(happened.sum())
    if count < 5 or count == len(happened):
        return TierVerdict(tier, len(said), float(said.sum()), count, None, None, None)
    found = verdicts.calibration(said, happened, table.account[one.row[own]])
    return TierVerdict(tier, len(said), float(said.sum()), count, found.slope, *found.interval)
