"""Columns for a hazard: what the contract allows by tier, and features as they act at once and later.

Two kinds of column. *Levels* make the base rate: tier, calendar, both together, youth, and how far ahead is asked.
*Effects* are the features: standardised on the training rows, in ramps between knots where curves are asked for, each
acting now and, fading over a few months, later; a missing value is the mean and a column of its own that says so.
Every effect is centred: an average account has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.stacks import Stack
from nenrin.analytics.forecasts.hazards.tables import (
    PERIOD_DAYS,
    Array,
    Better,
    Calendar,
    Feature,
    Table,
    UnknownColumn,
)

#: A new customer's own risk halves in about two months; an effect of today has faded to a third in four.
YOUTH_DAYS, FADING_PERIODS = 91.3, 4.0
#: Further from the mean than this many standard deviations is not believed to mean more.
FAR = 4.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one feature becomes columns: `knots` in standard deviations, `means` of its ramps in training."""

    name: str
    group: str
    better: Better
    mean: float
    spread: float
    absent: float | None  # share missing in training; None: never was
    knots: tuple[float, ...]
    means: tuple[float, ...]

    @property
    def width(self) -> int:
        """Columns that say how it acts, and one for absence."""
        return len(self.means) + (self.absent is not None)

    @property
    def signs(self) -> tuple[int, ...]:
        """Of each column's effect on the risk: -1 may only lower it, 1 only raise it, 0 either."""
        sign = {"higher": -1, "lower": 1, "neutral": 0}[self.better]
        return (sign,) * len(self.means) + (0,) * (self.absent is not None)

    def columns(self, raw: Array) -> Array:
        """(rows, width), 0 for an average account."""
        z = np.clip((raw - self.mean) / self.spread, -FAR, FAR)
        ramps = _ramps(z, self.knots) - np.array(self.means)
        gone = np.isnan(raw)
        ramps[gone] = 0.0
        gaps = [] if self.absent is None else [gone[:, None] - self.absent]
        result: Array = np.concatenate([ramps, *gaps], axis=1)
        return result


def recipe(feature: Feature, knots: int = 0) -> Recipe | None:
    """From training rows, with so many inner knots at quantiles; None for a feature that says nothing: no spread."""
    known = feature.values[~np.isnan(feature.values)]
    if len(known) < 2 or not float(known.std()) > 1e-12:
        return None
    mean, spread = float(known.mean()), float(known.std())
    z = np.clip((known - mean) / spread, -FAR, FAR)
    inner = np.unique(np.quantile(z, np.arange(1, knots + 1) / (knots + 1)))
    bends = knots > 0 and len(np.unique(z)) > 2 * knots
    cuts = tuple(float(cut) for cut in inner if bends and z.min() < cut < z.max())
    absent = float(np.isnan(feature.values).mean()) or None
    means = tuple(float(m) for m in _ramps(z, cuts).mean(axis=0))
    return Recipe(feature.name, feature.group, feature.better, mean, spread, absent, cuts, means)


def _ramps(z: Array, knots: Sequence[float]) -> Array:
    """Piecewise linear pieces that add up to z: (rows, knots + 1); what lies outside a piece holds its end."""
    edges = np.array([-np.inf, *knots, np.inf])
    low = np.where(np.isfinite(edges[:-1]), edges[:-1], min(knots, default=0.0))
    pieces = [np.clip(z, edges[n], edges[n + 1]) - low[n] for n in range(len(edges) - 1)]
    result: Array = np.stack(pieces, axis=1)
    return result


@dataclass(frozen=True, slots=True)
class Design:
    """Made once from training rows. Every tier has its own level beside the common one, which an unseen tier gets."""

    tiers: tuple[str, ...]
    levels: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    looks_ahead: bool

    @property
    def effects(self) -> tuple[str, ...]:
        """Names of the effect columns; `usage, later` is what today's usage says of later months."""
        own = [_parts(one) for one in self.recipes]
        now = [name for names in own for name in names]
        return (*now, *(f"{name}, later" for name in now if self.looks_ahead))

    @property
    def owners(self) -> NDArray[np.int64]:
        """Position of the recipe to which each effect column belongs."""
        own = np.repeat(np.arange(len(self.recipes)), [one.width for one in self.recipes])
        return np.tile(own, 2) if self.looks_ahead else own

    @property
    def signs(self) -> NDArray[np.int64]:
        own = np.array([sign for one in self.recipes for sign in one.signs], dtype=np.int64)
        return np.tile(own, 2) if self.looks_ahead else own

    def base(self, table: Table, stack: Stack) -> Array:
        """(pairs, levels)."""
        known = _level_columns(table, stack, self.tiers)
        result: Array = np.stack([known[name] for name in self.levels], axis=1)
        return result

    def now(self, table: Table) -> Array:
        """(rows, widths): each feature of each row. Raises UnknownColumn naming all that are wanting."""
        wanting = [one.name for one in self.recipes if one.name not in table.names]
        if wanting:
            raise UnknownColumn(", ".join(wanting))
        if not self.recipes:
            return np.zeros((len(table), 0))
        return np.concatenate([one.columns(table.feature(one.name).values) for one in self.recipes], axis=1)

    def acting(self, now: Array, stack: Stack) -> Array:
        """(pairs, effects) from `now`."""
        if not self.looks_ahead:
            return now[stack.row]
        fresh = np.exp(-stack.lead / FADING_PERIODS)[:, None]
        return np.concatenate([now[stack.row] * fresh, now[stack.row] * (1 - fresh)], axis=1)


def design(
    table: Table, stack: Stack, *, features: Sequence[str] | None = None, knots: int = 0, calendar: bool = True
) -> Design:
    """From training pairs; with all features, or those named; without `calendar` levels are those of tiers alone."""
    used = np.unique(stack.row)
    tiers = tuple(str(tier) for tier in np.unique(table.tier[used])) or ("",)
    known = _level_columns(table, stack, tiers)
    allowed = [name for name in known if calendar or name == "one" or name.startswith("tier ")]
    levels = tuple(name for name in allowed if name == "one" or np.ptp(known[name]) > 0)
    wanted = [one for one in table.features if features is None or one.name in features]
    made = (recipe(one.chosen(used), knots) for one in wanted)
    return Design(tiers, levels, tuple(one for one in made if one), bool((stack.lead > 0).any()))


def _parts(one: Recipe) -> list[str]:
    ramps = [one.name] if len(one.means) == 1 else [f"{one.name} {n + 1}" for n in range(len(one.means))]
    return ramps + [f"{one.name} missing"] * (one.absent is not None)


def _level_columns(table: Table, stack: Stack, tiers: Sequence[str]) -> dict[str, Array]:
    """A deadline acts by tier; youth counts on the later day; `ahead` in years."""
    calendar = table.calendar[stack.row, stack.lead]
    tier = table.tier[stack.row]
    tenure = table.tenure[stack.row] + stack.lead * PERIOD_DAYS
    found: dict[str, Array] = {"one": np.ones(len(stack))}
    own = {name: (tier == name).astype(np.float64) for name in tiers if len(tiers) > 1}
    found |= {f"tier {name}": column for name, column in own.items()}
    found["due"] = (calendar != Calendar.BOUND).astype(np.float64)
    found["renewal"] = (calendar == Calendar.RENEWAL).astype(np.float64)
    found |= {f"due x tier {name}": column * found["due"] for name, column in own.items()}
    found |= {f"renewal x tier {name}": column * found["renewal"] for name, column in own.items()}
    found["young"] = np.exp(-tenure / YOUTH_DAYS)
    found["ahead"] = stack.lead / 12.0
    return found
