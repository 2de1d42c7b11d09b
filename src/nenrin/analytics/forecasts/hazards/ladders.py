"""From the base rate upwards: the simplest model that nothing above beats by more than its uncertainty.

Tier; what the contract allows; the health score; all features under a ridge; curves of them; the level behind the
measures, where there are events enough and months to learn it from. With many events each
step is judged at later origins, on other accounts, and a higher step must gain more than one standard error; where
measures are read at all, the level behind them is read if it gains, because it is no more complex than they are. With few
it is judged on folds of accounts, and the best is held towards the tier's base rate: of its distance from the base
only the share is kept that the folds bear out less one standard error, so that little data do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from nenrin.analytics.forecasts.hazards import fits, folds, logistics, stacks
from nenrin.analytics.forecasts.hazards.fits import Hazard, Terms
from nenrin.analytics.forecasts.hazards.folds import Fold
from nenrin.analytics.forecasts.hazards.stacks import Stack
from nenrin.analytics.forecasts.hazards.tables import Array, Days, Table, Truth
from nenrin.analytics.forecasts.hazards.views import Views, Way

#: Events below which the base rate pulls, and from which features may bend.
FEW_EVENTS, CURVES_EVENTS = 200, 300
FEW_RIDGES, RIDGES, KNOTS = (300.0, 100.0, 30.0, 10.0), (100.0, 30.0, 10.0), 3
LEVEL_RIDGES = (30.0, 10.0)
#: What every step is held against: the tier alone.
BASE = Terms(features=(), calendar=False)
#: Leads on which steps are compared: the next month and the fifth are enough to choose.
COMPARED = (0, 4)


class Step(StrEnum):
    """Of the ladder."""

    TIER = "tier"
    CALENDAR = "calendar"
    HEALTH = "health"
    HAZARD = "hazard"
    CURVES = "curves"
    LEVEL = "level"
    LEVEL_CURVES = "level_curves"


@dataclass(frozen=True, slots=True)
class Rung:
    step: Step
    terms: Terms


@dataclass(frozen=True, slots=True)
class Trial:
    """The best rung of a step on data it had not seen: log loss for each account-month, `gain` the percentage of the
    tier's loss that it saves, `error` the standard error of that (by account), `ridge` of its effects."""

    step: Step
    ridge: float
    loss: float
    gain: float
    error: float


@dataclass(frozen=True, slots=True)
class LevelTrial:
    """What the level behind the measures gained on later months over the best step without it, in percent of the tier's
    loss, with its standard error; whether it was kept."""

    gain: float
    error: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Climb:
    """What was chosen, and the share of its distance from the tier's base rate that is kept. `level` None: the level
    behind the measures was not tried. `rival`: the best step of another kind that reads features, None without one."""

    rung: Rung
    share: float
    trials: tuple[Trial, ...]
    reason: str
    level: LevelTrial | None = None
    rival: Terms | None = None


def rungs(events: int, health: str | None) -> list[Rung]:
    few = events < FEW_EVENTS
    found = [Rung(Step.TIER, BASE)]
    found.append(Rung(Step.CALENDAR, Terms(features=(), free=not few)))
    if health is not None:
        found.append(Rung(Step.HEALTH, Terms(features=(health,), ridge=10.0, accents=False, free=not few)))
    ridges = FEW_RIDGES if few else RIDGES
    return found + [Rung(Step.HAZARD, Terms(ridge=ridge, accents=not few, free=not few)) for ridge in ridges]


def bent(ladder: Sequence[Rung], losses: Array, events: int, step: Step = Step.HAZARD) -> list[Rung]:
    """The best of a step's ridges once more with curves, where there are events enough for them."""
    if events < CURVES_EVENTS:
        return []
    best = min(_of(ladder, step), key=lambda n: float(losses[n].sum()))
    curves = Step.CURVES if step == Step.HAZARD else Step.LEVEL_CURVES
    return [Rung(curves, replace(ladder[best].terms, knots=KNOTS))]


def levelled(views: Views, parts: Sequence[Fold]) -> list[Rung]:
    """With the level behind the measures, where the months before each origin teach one."""
    if not parts or any(fold.origin is None or views.state(fold.known) is None for fold in parts):
        return []
    ways: tuple[Way, ...] = ("beside", "instead")
    return [Rung(Step.LEVEL, Terms(ridge=ridge, level=way, free=True)) for way in ways for ridge in LEVEL_RIDGES]


@dataclass(slots=True)
class _Trials:
    """Rungs that were tried, and their losses on the pairs that test."""

    views: Views
    happened: Truth
    stack: Stack
    parts: Sequence[Fold]
    ladder: list[Rung] = field(default_factory=list)
    odds: list[Array] = field(default_factory=list)
    losses: list[Array] = field(default_factory=list)

    @property
    def own(self) -> Stack:
        return self.stack.chosen(_tested(self.stack, self.parts))

    def add(self, rungs: Sequence[Rung]) -> None:
        table, own = self.views.table, self.own
        tested, weight = _tested(self.stack, self.parts), weights(table, own)
        for rung in rungs:
            odds = unseen(table, self.stack, self.happened, rung.terms, self.parts, self.views)[tested]
            self.ladder.append(rung)
            self.odds.append(odds)
            self.losses.append(_losses(odds, self.happened[own.later]) * weight)


def climbed(views: Views, outcome: str, health: str | None, gap: int = 0) -> Climb:
    table, happened = views.table, views.table.events[outcome]
    events = int(happened.sum())
    few = events < FEW_EVENTS
    stack = stacks.stacked(table, outcome, (0,) if few else COMPARED)
    parts = [] if few else folds.rolling(table, happened, gap=gap)
    parts = parts or folds.by_account(table, happened, folds.FEW_GROUPS if few else folds.GROUPS)
    tried = _Trials(views, happened, stack, parts)
    tried.add(rungs(events, health))
    tried.add(bent(tried.ladder, np.stack(tried.losses), events))
    if levels := levelled(views, parts):
        tried.add(levels)
        tried.add(bent(tried.ladder, np.stack(tried.losses), events, Step.LEVEL))
    return _decided(tried, few=few)


def _decided(tried: _Trials, *, few: bool) -> Climb:
    ladder, losses, own, table = tried.ladder, np.stack(tried.losses), tried.own, tried.views.table
    best = [min(_of(ladder, step), key=lambda n: losses[n].sum()) for step in dict.fromkeys(r.step for r in ladder)]
    trials = tuple(_trial(ladder[n], losses[n], losses[0], table.account[own.row], own, table) for n in best)
    if few:
        chosen = min(best, key=lambda n: losses[n].sum())
        share = borne_out(tried.odds[0], tried.odds[chosen], tried.happened[own.later])
        return Climb(ladder[chosen if share else 0], share, trials, "few", rival=_rival(ladder, best, chosen, losses))
    chosen = chosen_of(ladder, best, losses, table.account[own.row])
    level = _level_trial(ladder, best, chosen, losses, table.account[own.row])
    return Climb(ladder[chosen], 1.0, trials, "gain", level, _rival(ladder, best, chosen, losses))


def _rival(ladder: Sequence[Rung], best: Sequence[int], chosen: int, losses: Array) -> Terms | None:
    """It reads measures as they are, so that whatever the chosen step is asked about, it can be asked too."""
    others = [n for n in best if ladder[n].step != ladder[chosen].step and ladder[n].terms.features != ()]
    plain = [n for n in others if not ladder[n].terms.level]
    return ladder[min(plain, key=lambda n: float(losses[n].sum()))].terms if plain else None


def _level_trial(
    ladder: Sequence[Rung], best: Sequence[int], chosen: int, losses: Array, account: Days
) -> LevelTrial | None:
    with_, without = ([n for n in best if bool(ladder[n].terms.level) is has] for has in (True, False))
    if not with_:
        return None
    one, other = (min(own, key=lambda n: float(losses[n].sum())) for own in (with_, without))
    gain, error = _gain(losses[one], losses[other], account)
    total = float(losses[0].sum())
    return LevelTrial(100 * gain / total, 100 * error / total, bool(ladder[chosen].terms.level))


def unseen(
    table: Table, stack: Stack, happened: Truth, terms: Terms, parts: Sequence[Fold], views: Views | None = None
) -> Array:
    """(pairs,) log-odds of pairs that test, each by a fit that did not see them; NaN of those that never do.

    `views`: each fold reads the table as its own months teach it.
    """
    found = np.full(len(stack), np.nan)
    for fold in parts:
        own, test = stack.chosen(fold.taught(table, stack)), fold.test[stack.row]
        if test.any():
            seen = table if views is None else views.at(fold.known, terms.level)
            made = fits.fit(seen, own, happened[own.later], terms, weights(table, own), errors=False)
            found[test] = made.odds(seen, stack.chosen(test))
    return found


def weights(table: Table, stack: Stack) -> Array:
    """An outcome that several landmarks look at counts once."""
    seen = np.bincount(stack.later, minlength=len(table))
    result: Array = 1.0 / seen[stack.later]
    return result


def held(table: Table, outcome: str, terms: Terms, share: float, *, errors: bool = True) -> Hazard:
    """Fitted to everything, as near to the tier's base rate as it must be."""
    stack, happened = stacks.stacked(table, outcome), table.events[outcome]
    weight = weights(table, stack)
    made = fits.fit(table, stack, happened[stack.later], terms, weight, errors=errors)
    if share == 1.0:
        return made
    base = fits.fit(table, stack, happened[stack.later], BASE, weight, errors=False)
    return fits.blended(made, base, share)


def _tested(stack: Stack, parts: Sequence[Fold]) -> Truth:
    rows = np.any([fold.test for fold in parts], axis=0)
    result: Truth = rows[stack.row]
    return result


def _losses(odds: Array, happened: Truth) -> Array:
    result: Array = np.logaddexp(0, np.where(happened, -odds, odds))
    return result


def _of(ladder: Sequence[Rung], step: Step) -> list[int]:
    return [n for n, rung in enumerate(ladder) if rung.step == step]


def _trial(rung: Rung, loss: Array, base: Array, account: Days, stack: Stack, table: Table) -> Trial:
    gain, error = _gain(loss, base, account)
    total = float(base.sum())
    own = float(loss.sum() / weights(table, stack).sum())
    return Trial(rung.step, rung.terms.ridge, own, 100 * gain / total, 100 * error / total)


def _gain(loss: Array, base: Array, account: Days) -> tuple[float, float]:
    """Summed, and its standard error, accounts being independent."""
    who = np.unique(account, return_inverse=True)[1]
    by_account = np.bincount(who, weights=base - loss)
    return float(by_account.sum()), float(by_account.std() * np.sqrt(len(by_account)))


def _simplest(best: Sequence[int], losses: Array, account: Days) -> int:
    """The best, unless a lower step is within one standard error of it."""
    top = min(best, key=lambda n: float(losses[n].sum()))
    for n in best:
        gain, error = _gain(losses[top], losses[n], account)
        if n == top or gain <= error:
            return n
    return top


def chosen_of(ladder: Sequence[Rung], best: Sequence[int], losses: Array, account: Days) -> int:
    """The simplest; where that reads measures as they are, the level behind them if its loss is the smaller."""
    found = _simplest(best, losses, account)
    levels = [n for n in best if ladder[n].terms.level]
    if not levels or ladder[found].step not in (Step.HAZARD, Step.CURVES):
        return found
    plain = min(float(losses[n].sum()) for n in best if not ladder[n].terms.level)
    top = _simplest(levels, losses, account)
    return top if float(losses[top].sum()) < plain else found


def borne_out(base: Array, odds: Array, happened: Truth) -> float:
    """How much of `odds` - `base` unseen data bear out, less one standard error; within 0 and 1."""
    apart = odds - base
    if not np.abs(apart).max(initial=0.0) > 0:
        return 0.0
    found = logistics.fit(apart[:, None], happened, ridge=np.array([1e-9]), offset=base)
    return float(np.clip(found.coefficients[0] - found.errors[0], 0.0, 1.0))
