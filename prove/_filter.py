"""The best that can be said of who leaves by whoever knows the simulator's laws but sees only what a product observes.

A particle filter: for each customer many possible histories of hidden fit and adoption, moved by the true laws, weighed
by every observed measure and by having stayed when it could leave. The measures must be those of measures.observed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from nenrin.simulator.economy import adoption, hazards, measures, truth
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.streams import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PARTICLES, JITTER = 192, 0.06


def risks(
    economy: Economy, columns: tuple[int, ...], horizons: tuple[int, ...], *again: int
) -> dict[tuple[int, int], Floats]:
    """(accounts,) P(leaves within the horizon from the end of the month column), by (column, horizon); NaN: gone.

    `again`: with other particles."""
    people, lived = economy.population, economy.lives
    rng = stream(economy.seed, "filter", *again)
    seen, found = measures.observed(economy), {}
    fit = rng.standard_normal((len(people), PARTICLES))
    level, weight = np.zeros_like(fit), np.zeros_like(fit)
    for column in range(max(columns) + 1):
        age = column - people.start
        here = np.flatnonzero(lived.is_alive[:, column])
        _moved(economy, level, weight, fit, here, age, column, rng)
        weight[here] += _seen(seen, level[here], here, column)
        weight[here] += _stayed(economy, level[here], here, age, column)
        stay = np.flatnonzero(lived.is_alive[:, column] & ~lived.has_left[:, column])
        _resampled(level, weight, fit, stay, rng)
        if column in columns:
            answer = _ahead(economy, level[stay], weight[stay], fit[stay], stay, column, max(horizons), rng)
            for horizon in horizons:
                found[column, horizon] = np.full(len(people), np.nan)
                found[column, horizon][stay] = answer[:, horizon - 1]
    return found


def _moved(
    economy: Economy,
    level: Floats,
    weight: Floats,
    fit: Floats,
    here: Ints,
    age: Ints,
    column: int,
    rng: np.random.Generator,
) -> None:
    new = here[(age[here] == 0) | (column == 0)]
    old = np.setdiff1d(here, new)
    level[new] = adoption.target(fit[new], age[new, None]) + adoption.START_SD * rng.standard_normal(fit[new].shape)
    has_trial = (economy.contracts.trial[new] > 0) & (age[new] == 0)
    weight[new] = np.where(has_trial[:, None], np.log(expit(0.9 + 1.5 * level[new])), 0.0)
    who = (fit[old], age[old, None], economy.population.tier[old, None])
    level[old] = truth._futures(level[old], who, column, economy.first_month, rng)


def _seen(seen: dict[str, Floats], level: Floats, here: Ints, column: int) -> Floats:
    found = np.zeros_like(level)
    for each in measures.LOADINGS:
        value = seen[each.key][here, column][:, None]
        off = (value - each.loading * level) / each.noise
        found += np.where(np.isnan(value), 0.0, -0.5 * off**2)
    return found


def _stayed(economy: Economy, level: Floats, here: Ints, age: Ints, column: int) -> Floats:
    signed, people = economy.contracts, economy.population
    due = signed.due(column, people.start)[here, None]
    leaving = hazards.churn(level, age[here, None], people.tier[here, None], (signed.term[here] > 1)[:, None], due)
    result: Floats = np.log1p(-leaving)
    return result


def _resampled(level: Floats, weight: Floats, fit: Floats, rows: Ints, rng: np.random.Generator) -> None:
    """Systematic, of customers whose weight lies on too few; the hidden fit is stirred a little."""
    share = np.exp(weight[rows] - weight[rows].max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    weight[rows] = np.log(np.maximum(share, 1e-300))
    poor = 1 / (share**2).sum(axis=1) < PARTICLES / 2
    if not poor.any():
        return
    own, edges = rows[poor], share[poor].cumsum(axis=1)
    at = (rng.random((len(own), 1)) + np.arange(PARTICLES)) / PARTICLES
    pick = (edges[:, None, :] < at[:, :, None]).sum(axis=2).clip(max=PARTICLES - 1)
    level[own] = np.take_along_axis(level[own], pick, axis=1)
    drawn = np.take_along_axis(fit[own], pick, axis=1)
    mean = drawn.mean(axis=1, keepdims=True)
    kept = np.sqrt(1 - JITTER**2)
    fit[own] = (
        mean + kept * (drawn - mean) + JITTER * drawn.std(axis=1, keepdims=True) * rng.standard_normal(drawn.shape)
    )
    weight[own] = 0.0


def _ahead(
    economy: Economy,
    level: Floats,
    weight: Floats,
    fit: Floats,
    rows: Ints,
    column: int,
    horizon: int,
    rng: np.random.Generator,
) -> Floats:
    people, signed = economy.population, economy.contracts
    share = np.exp(weight - weight.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    survival, found = np.ones_like(level), []
    tier, term = people.tier[rows, None], (signed.term[rows] > 1)[:, None]
    for month in range(column + 1, column + 1 + horizon):
        age = (month - people.start[rows])[:, None]
        level = truth._futures(level, (fit, age, tier), month, economy.first_month, rng)
        leaving = hazards.churn(level, age, tier, term, signed.due(month, people.start)[rows, None])
        survival = survival * (1 - leaving) * (1 - hazards.INVOLUNTARY[tier])
        found.append(1 - (share * survival).sum(axis=1))
    return np.stack(found, axis=1)
