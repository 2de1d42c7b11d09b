"""One hazard: log-odds of the event in a period = levels + accent x effects.

First the levels and the effects are fitted together, then how much louder or softer all effects speak where a term is
bound, where a long one ends, and in each tier: an accent for the whole of health, not one for each feature, because few
events can carry that. Both fits are convex: one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import designs, logistics
from nenrin.analytics.forecasts.hazards.designs import Design
from nenrin.analytics.forecasts.hazards.stacks import Stack
from nenrin.analytics.forecasts.hazards.tables import Array, Calendar, Table, Truth
from nenrin.analytics.forecasts.hazards.views import Way

#: Prior weight (1 / variance, in log-odds) of levels, and what is expected of them: who can leave rather does.
LEVEL_RIDGE = {"one": 0.0, "due x tier": 4.0, "renewal x tier": 4.0, "ahead": 4.0}
LEVEL_PRIOR = {"due": 1.0}
PLAIN_LEVEL = 1.0
#: What is left of that weight where events are many.
FREE_LEVELS = 0.25
#: Effects speak alike everywhere unless the data insist.
ACCENT_RIDGE = 100.0
#: More pairs than this are thinned: events up to half of them, the rest by lot, each for several.
MOST_PAIRS, SEED = 150_000, 11


@dataclass(frozen=True, slots=True)
class Terms:
    """How freely to fit: `ridge` on effects, `knots` a feature, whether calendar and tiers have their own accent, and
    whether levels are `free`: held but little, as many events allow.

    `features` None: all. Without `calendar` the tier alone makes the base rate. `level`: whether the level behind the
    measures is read, and how; the table that is given has it (views).
    """

    features: tuple[str, ...] | None = None
    calendar: bool = True
    ridge: float = 30.0
    knots: int = 0
    accents: bool = True
    level: Way = ""
    free: bool = False


@dataclass(frozen=True, slots=True)
class Hazard:
    """Fitted. `covariance` is that of (levels, effects, accents) together, of the penalised fit."""

    design: Design
    ridge: float
    levels: Array
    effects: Array
    accents: Array
    covariance: Array

    def odds(self, table: Table, stack: Stack) -> Array:
        """(pairs,) log-odds."""
        base = self.design.base(table, stack) @ self.levels
        return base + self.accent(table, stack) * self.index(table, stack)

    def index(self, table: Table, stack: Stack) -> Array:
        """(pairs,) all effects together."""
        result: Array = self.design.acting(self.design.now(table), stack) @ self.effects
        return result

    def accent(self, table: Table, stack: Stack) -> Array:
        loud: Array = 1 + accents(table, stack, self.design.tiers) @ self.accents
        return np.maximum(loud, 0.0)

    def slopes(self, table: Table, stack: Stack) -> Array:
        """(pairs, all coefficients): how the log-odds move with each."""
        acting = self.design.acting(self.design.now(table), stack)
        loud = self.accent(table, stack)[:, None]
        own = accents(table, stack, self.design.tiers) * (acting @ self.effects)[:, None]
        return np.concatenate([self.design.base(table, stack), loud * acting, own], axis=1)


def blended(one: Hazard, base: Hazard, share: float) -> Hazard:
    """So much of `one`, and of `base` (a fit of fewer levels and no effects) the rest; in log-odds."""
    own = dict(zip(base.design.levels, base.levels, strict=True))
    plain = np.array([own.get(name, 0.0) for name in one.design.levels])
    levels = share * one.levels + (1 - share) * plain
    return replace(one, levels=levels, effects=share * one.effects)


def accents(table: Table, stack: Stack, tiers: Sequence[str]) -> Array:
    """(pairs, 2 + tiers): bound, renewal, and each tier."""
    calendar, tier = table.calendar[stack.row, stack.lead], table.tier[stack.row]
    found = [calendar == Calendar.BOUND, calendar == Calendar.RENEWAL, *(tier == name for name in tiers)]
    return np.stack(found, axis=1).astype(np.float64)


def fit(
    table: Table, stack: Stack, happened: Truth, terms: Terms, weights: Array | None = None, *, errors: bool = True
) -> Hazard:
    """`happened` (pairs,). `weights` (pairs,): an event seen from several landmarks is still one. Without `errors` no
    covariance, in a fifth less time: for fits that are only asked for probabilities."""
    if len(stack) > MOST_PAIRS:
        kept, weights = thinned(happened, weights)
        stack, happened = Stack(stack.row[kept], stack.later[kept], stack.lead[kept]), happened[kept]
    made = designs.design(table, stack, features=terms.features, knots=terms.knots, calendar=terms.calendar)
    base, acting = made.base(table, stack), made.acting(made.now(table), stack)
    ridge, prior = _level_terms(made, terms)
    held = np.concatenate([ridge, np.full(acting.shape[1], terms.ridge)])
    aim = np.concatenate([prior, np.zeros(acting.shape[1])])
    aim[0] = _log_odds(happened, weights)
    signs = np.concatenate([np.zeros(len(ridge), dtype=np.int64), made.signs])
    columns = np.concatenate([base, acting], axis=1)
    first = logistics.fit(columns, happened, held, aim, weights=weights, signs=signs)
    levels, effects = np.split(first.coefficients, [len(ridge)])
    plain = Hazard(made, terms.ridge, levels, effects, np.zeros(len(made.tiers) + 2), np.zeros((0, 0)))
    accented = (
        _accented(plain, table, stack, happened, weights, base, acting @ effects, ridge, prior)
        if terms.accents and effects.any()
        else plain
    )
    return _with_errors(accented, table, stack, weights, held) if errors else accented


def thinned(happened: Truth, weights: Array | None) -> tuple[NDArray[np.int64], Array]:
    """Positions of at most MOST_PAIRS pairs and what each weighs: events and others by lot, standing for all of their
    kind, so that the base rate stays what it was (King and Zeng 2001, Political Analysis 9)."""
    rng = np.random.default_rng(SEED)
    events, others = np.flatnonzero(happened), np.flatnonzero(~happened)
    mine = min(len(events), MOST_PAIRS // 2)
    parts, own = [], []
    for pairs, count in ((events, mine), (others, min(len(others), MOST_PAIRS - mine))):
        parts.append(np.sort(rng.choice(pairs, count, replace=False)))
        own.append(np.full(count, len(pairs) / max(count, 1)))
    kept = np.concatenate(parts)
    return kept, np.concatenate(own) * (1.0 if weights is None else weights[kept])


def _level_terms(made: Design, terms: Terms) -> tuple[Array, Array]:
    ridge = [next((r for k, r in LEVEL_RIDGE.items() if name.startswith(k)), PLAIN_LEVEL) for name in made.levels]
    return np.array(ridge) * (FREE_LEVELS if terms.free else 1.0), np.array(
        [LEVEL_PRIOR.get(name, 0.0) for name in made.levels]
    )


def _log_odds(happened: Truth, weights: Array | None) -> float:
    share = float(np.clip(np.average(happened, weights=weights), 1e-6, 1 - 1e-6))
    return float(np.log(share / (1 - share)))


def _accented(
    plain: Hazard,
    table: Table,
    stack: Stack,
    happened: Truth,
    weights: Array | None,
    base: Array,
    index: Array,
    ridge: Array,
    prior: Array,
) -> Hazard:
    own = accents(table, stack, plain.design.tiers) * index[:, None]
    held = np.concatenate([ridge, np.full(own.shape[1], ACCENT_RIDGE)])
    aim = np.concatenate([prior, np.zeros(own.shape[1])])
    columns = np.concatenate([base, own], axis=1)
    start = np.concatenate([plain.levels, plain.accents])
    found = logistics.fit(columns, happened, held, aim, weights=weights, offset=index, start=start)
    levels, own_accents = np.split(found.coefficients, [base.shape[1]])
    return replace(plain, levels=levels, accents=own_accents)


def _with_errors(one: Hazard, table: Table, stack: Stack, weights: Array | None, held: Array) -> Hazard:
    slopes = one.slopes(table, stack)
    p = logistics.sigmoid(one.odds(table, stack))
    mass = (p * (1 - p)) * (1.0 if weights is None else weights)
    ridge = np.concatenate([held, np.full(len(one.accents), ACCENT_RIDGE)]) + 1e-9
    bend = (slopes * mass[:, None]).T @ slopes + np.diag(ridge)
    return replace(one, covariance=np.linalg.inv(bend).astype(np.float64))
