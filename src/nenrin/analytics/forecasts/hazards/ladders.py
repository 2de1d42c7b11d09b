"""From the base rate upwards: the simplest model that nothing above beats by more than its uncertainty.

Tier; what the contract allows; the health score; all features under a ridge; curves of them. With many events each
step is judged at later origins, on other accounts, and a higher step must gain more than one standard error. With few
it is judged on folds of accounts, and the best is held towards the tier's base rate: of its distance from the base
only the share is kept that the folds bear out less one standard error, so that little data do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from nenrin.analytics.forecasts.hazards import fits, folds, logistics, stacks
from nenrin.analytics.forecasts.hazards.fits import Hazard, Terms
from nenrin.analytics.forecasts.hazards.folds import Fold
from nenrin.analytics.forecasts.hazards.stacks import Stack
from nenrin.analytics.forecasts.hazards.tables import Array, Days, Table, Truth

#: Events below which the base rate pulls, and from which features may bend.
FEW_EVENTS, CURVES_EVENTS = 200, 300
FEW_RIDGES, RIDGES, KNOTS = (300.0, 100.0, 30.0, 10.0), (100.0, 30.0, 10.0), 3
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
class Climb:
    """What was chosen, and the share of its distance from the tier's base rate that is kept."""

    rung: Rung
    share: float
    trials: tuple[Trial, ...]
    reason: str


def rungs(events: int, health: str | None) -> list[Rung]:
    few = events < FEW_EVENTS
    found = [Rung(Step.TIER, BASE)]
    found.append(Rung(Step.CALENDAR, Terms(features=())))
    if health is not None:
        found.append(Rung(Step.HEALTH, Terms(features=(health,), ridge=10.0, accents=False)))
    ridges = FEW_RIDGES if few else RIDGES
    return found + [Rung(Step.HAZARD, Terms(ridge=ridge, accents=not few)) for ridge in ridges]


def bent(ladder: Sequence[Rung], losses: Array, events: int) -> list[Rung]:
    """The best of the ridges once more with curves, where there are events enough for them."""
    if events < CURVES_EVENTS:
        return []
    best = min(_of(ladder, Step.HAZARD), key=lambda n: float(losses[n].sum()))
    return [Rung(Step.CURVES, replace(ladder[best].terms, knots=KNOTS))]


def climbed(table: Table, outcome: str, health: str | None, gap: int = 0) -> Climb:
    happened = table.events[outcome]
    events = int(happened.sum())
    few = events < FEW_EVENTS
    stack = stacks.stacked(table, outcome, (0,) if few else COMPARED)
    parts = [] if few else folds.rolling(table, happened, gap=gap)
    parts = parts or folds.by_account(table, happened, folds.FEW_GROUPS if few else folds.GROUPS)
    ladder = rungs(events, health)
    own = stack.chosen(_tested(stack, parts))
    odds = _unseen(table, stack, happened, ladder, parts)
    losses = _losses(odds, happened[own.later]) * weights(table, own)
    more = bent(ladder, losses, events)
    if more:
        odds = np.concatenate([odds, _unseen(table, stack, happened, more, parts)])
        ladder, losses = [*ladder, *more], _losses(odds, happened[own.later]) * weights(table, own)
    best = [min(_of(ladder, step), key=lambda n: losses[n].sum()) for step in dict.fromkeys(r.step for r in ladder)]
    trials = tuple(_trial(ladder[n], losses[n], losses[0], table.account[own.row], own, table) for n in best)
    if few:
        chosen = min(best, key=lambda n: losses[n].sum())
        share = borne_out(odds[0], odds[chosen], happened[own.later])
        return Climb(ladder[chosen if share else 0], share, trials, "few")
    chosen = _simplest(best, losses, table.account[own.row])
    return Climb(ladder[chosen], 1.0, trials, "gain")


def _unseen(table: Table, stack: Stack, happened: Truth, ladder: Sequence[Rung], parts: Sequence[Fold]) -> Array:
    """(rungs, tested pairs)."""
    tested = _tested(stack, parts)
    return np.stack([unseen(table, stack, happened, rung.terms, parts)[tested] for rung in ladder])


def unseen(table: Table, stack: Stack, happened: Truth, terms: Terms, parts: Sequence[Fold]) -> Array:
    """(pairs,) log-odds of pairs that test, each by a fit that did not see them; NaN of those that never do."""
    found = np.full(len(stack), np.nan)
    for fold in parts:
        own, test = stack.chosen(fold.taught(table, stack)), fold.test[stack.row]
        if test.any():
            made = fits.fit(table, own, happened[own.later], terms, weights(table, own), errors=False)
            found[test] = made.odds(table, stack.chosen(test))
    return found


def weights(table: Table, stack: Stack) -> Array:
    """An outcome that several landmarks look at counts once."""
    seen = np.bincount(stack.later, minlength=len(table))
    result: Array = 1.0 / seen[stack.later]
    return result


def held(table: Table, outcome: str, terms: Terms, share: float) -> Hazard:
    """Fitted to everything, as near to the tier's base rate as it must be."""
    stack, happened = stacks.stacked(table, outcome), table.events[outcome]
    weight = weights(table, stack)
    made = fits.fit(table, stack, happened[stack.later], terms, weight)
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


def borne_out(base: Array, odds: Array, happened: Truth) -> float:
    """How much of `odds` - `base` unseen data bear out, less one standard error; within 0 and 1."""
    apart = odds - base
    if not np.abs(apart).max(initial=0.0) > 0:
        return 0.0
    found = logistics.fit(apart[:, None], happened, ridge=np.array([1e-9]), offset=base)
    return float(np.clip(found.coefficients[0] - found.errors[0], 0.0, 1.0))
