"""How sure a fit is: cohorts are drawn anew from it, fitted again, and the spread of what comes out is the interval.

Each drawn customer keeps the number of occasions that it could have been observed for, so few renewals give wide
intervals. The kind of model is kept: the interval does not cover the doubt whether it is the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes import models
from nenrin.analytics.forecasts.lifetimes.climbing import climb
from nenrin.analytics.forecasts.lifetimes.cohorts import Cohort
from nenrin.analytics.forecasts.lifetimes.fits import Fit
from nenrin.analytics.forecasts.lifetimes.likelihoods import free, natural

Array = NDArray[np.float64]
DRAWS = 400
LEVEL = 0.90
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Interval:
    """`low` and `high` of a figure at `level` (0..1)."""

    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Draws:
    """Parameters (R, p) of the same kind as the fit's."""

    fit: Fit
    parameters: Array

    def models(self) -> list[models.Model]:
        return [models.of(self.fit.kind, row) for row in self.parameters]


def draw(fit: Fit, cohort: Cohort, rng: np.random.Generator, count: int = DRAWS) -> Draws:
    """`count` refits of cohorts drawn from the fit. The same generator state gives the same draws."""
    lost, kept = simulate(fit.model, cohort.possible, rng, count)
    if fit.kind == "geometric":
        chances = (lost + kept)[:, ::-1].cumsum(1).sum(1)
        return Draws(fit, np.clip(lost.sum(1) / chances, 1e-9, 1.0)[:, None])
    start = np.repeat(free(np.array([fit.model.parameters])), count, axis=0)
    found, _ = climb(start, lost, kept, rounds=25)
    return Draws(fit, natural(found))


def simulate(
    model: models.Model, possible: tuple[int, ...], rng: np.random.Generator, count: int
) -> tuple[Array, Array]:
    """`count` cohorts of the same customers: (R, T) lost and kept at occasions 1..T."""
    last = len(possible) - 1
    stay = model.survival(np.arange(last + 1))
    lost, kept = np.zeros((count, last)), np.zeros((count, last))
    for seen, customers in enumerate(possible):
        if not seen or not customers:
            continue
        chances = np.maximum(np.append(stay[:seen] - stay[1 : seen + 1], stay[seen]), 0)
        drawn = rng.multinomial(customers, chances / chances.sum(), size=count)
        lost[:, :seen] += drawn[:, :seen]
        kept[:, seen - 1] += drawn[:, seen]
    return lost, kept


def interval(draws: Draws, figure: Callable[[models.Model], float], level: float = LEVEL) -> Interval:
    """Of any figure of a model, by the percentiles of the draws corrected for their bias (Efron's BC)."""
    return of_values([figure(model) for model in draws.models()], figure(draws.fit.model), level)


def of_values(drawn: Sequence[float], here: float, level: float = LEVEL) -> Interval:
    """The same of a figure that was drawn so often and told as `here`."""
    values = np.sort(drawn)
    below = (np.searchsorted(values, here, "left") + np.searchsorted(values, here, "right")) / 2 / len(values)
    shift = 2 * _NORMAL.inv_cdf(min(max(below, 0.01), 0.99))
    ends = [_NORMAL.cdf(shift + _NORMAL.inv_cdf(p)) for p in ((1 - level) / 2, (1 + level) / 2)]
    low, high = np.quantile(values, ends)
    return Interval(float(low), float(high), level)
