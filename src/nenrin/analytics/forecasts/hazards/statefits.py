"""The numbers of a filter from the rows alone: by moments, then leaps by what the filter itself finds surprising.

Noise of one measure in one month tells nothing of another measure or month. So what two measures share, and what one
shares with itself a month later, is the level behind them: its loadings are the first eigenvector of the covariances a
month apart, and how they fall with the distance says what lasts and how fast the rest fades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import states
from nenrin.analytics.forecasts.hazards.histories import History, history
from nenrin.analytics.forecasts.hazards.states import Leaps, StateModel
from nenrin.analytics.forecasts.hazards.tables import Array, Better, Table

#: Months over which covariances are followed; pairs of rows that one must rest on.
LAGS, FEWEST = 12, 200
#: Shares of the fading part left after a month that are tried.
KEPT = np.arange(0.30, 0.985, 0.01)
#: No measure is believed to have less noise than this share of its variance.
LEAST_NOISE = 0.05
ROUNDS, START, MOST_LEAPS = 15, 0.02, 0.2
#: Columns of `expected` that tell how young a customer is.
AGES = [1, 2]


def learned(table: Table, better: Mapping[str, Better] | None = None) -> StateModel | None:
    """From training rows, of all measures or those named with the direction that is good. None where measures share
    nothing that lasts a month.

    A row may be of any account; what happened to it is not read.
    """
    order = history(table)
    tiers = tuple(str(one) for one in np.unique(table.tier))
    columns = states.expected(table.tier, table.tenure, tiers)
    told = [one for one in table.features if better is None or one.name in better]
    told = [one for one in told if int((~np.isnan(one.values)).sum()) > FEWEST and np.nanstd(one.values) > 1e-12]
    if not told:
        return None
    who = np.unique(table.account, return_inverse=True)[1].astype(np.int64)
    means: list[Array] = [_mean(columns, one.values, who) for one in told]
    off = np.stack([one.values - columns @ mean for one, mean in zip(told, means, strict=True)], axis=1)[order.rows]
    scale = np.maximum(np.sqrt(np.nanmean(off**2, axis=0)), 1e-12)  # whatever a measure is counted in
    shared = [_apart(off / scale, order, lag) for lag in range(LAGS + 1)]
    loadings = _loadings(shared[1][0], [one.better if better is None else better[one.name] for one in told])
    if loadings is None:
        return None
    level = _levels(shared, loadings)
    lasting, fading, kept = _parts(level, [float(count.sum()) for _, count in shared])
    if not lasting + fading > 0:
        return None
    own = np.diag(shared[0][0])
    noises = np.maximum(own - loadings**2 * (lasting + fading), LEAST_NOISE * own) * scale**2
    plain = StateModel(
        tuple(one.name for one in told), tiers, tuple(tuple(map(float, mean)) for mean in means),
        tuple(map(float, loadings * scale)), tuple(map(float, noises)), lasting, fading, kept,
    )  # fmt: skip
    return _leaping(table, plain, order)


def _mean(columns: Array, values: Array, who: NDArray[np.int64]) -> Array:
    """What is usual, over the rows that are there. How it moves with the time as a customer is read within accounts:
    the oldest customers use more because those that used little have left, and that is no growth. What is usual for a
    tier is then the mean of accounts, each counting once. A little towards 0, so that a tier without rows is no trouble.
    """
    there = ~np.isnan(values)
    _, own = np.unique(who[there], return_inverse=True)
    young, rest = columns[there][:, AGES], np.delete(columns[there], AGES, axis=1)
    moves = _least(young - _by_account(young, own)[own], values[there] - _by_account(values[there], own)[own])
    first = np.unique(own, return_index=True)[1]
    usual = _least(rest[first], _by_account(values[there] - young @ moves, own), free=1)
    result: Array = np.insert(usual, 1, moves)
    return result


def _by_account(values: Array, own: NDArray[np.int64]) -> Array:
    """Mean of each account's rows."""
    count = np.bincount(own)
    if values.ndim == 1:
        single: Array = np.bincount(own, weights=values) / count
        return single
    return np.stack([_by_account(values[:, n], own) for n in range(values.shape[1])], axis=1)


def _least(columns: Array, values: Array, free: int = 0) -> Array:
    """Least squares, all but the first `free` columns a little towards 0."""
    held = np.full(columns.shape[1], 1.0)
    held[:free] = 1e-9
    result: Array = np.linalg.solve(columns.T @ columns + np.diag(held), columns.T @ values).astype(np.float64)
    return result


def _apart(off: Array, order: History, lag: int) -> tuple[Array, Array]:
    """(measures, measures) covariance of a row with the same account's row `lag` periods later, and of how many."""
    then, later = _pairs(order, lag)
    a, b = off[then], off[later]
    there_a, there_b = (~np.isnan(one) for one in (a, b))
    count = there_a.astype(np.float64).T @ there_b
    total = np.nan_to_num(a).T @ np.nan_to_num(b)
    found = np.where(count >= FEWEST, total / np.maximum(count, 1), 0.0)
    return (found + found.T) / 2, count


def _pairs(order: History, lag: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the same account exactly `lag` periods apart."""
    rows = np.arange(len(order.rows), dtype=np.int64)
    if not lag:
        return rows, rows
    account, since = order.opens.cumsum(), _since(order)
    then, later = rows[:-lag], rows[lag:]
    whole = (account[then] == account[later]) & (since[later] - since[then] == lag)
    return then[whole], later[whole]


def _since(order: History) -> NDArray[np.int64]:
    """Periods since the account's first row."""
    total = order.age.cumsum()
    first = np.maximum.accumulate(np.where(order.opens, np.arange(len(total)), 0)) if len(total) else total
    result: NDArray[np.int64] = total - total[first]
    return result


def _loadings(month: Array, better: Sequence[str]) -> Array | None:
    """First eigenvector, higher being better; the level's own variance is then that of the vector's length."""
    values, vectors = np.linalg.eigh(month)
    if not values[-1] > 1e-12:
        return None
    first = vectors[:, -1]
    sign = {"higher": 1.0, "lower": -1.0}
    way = float(sum(sign.get(one, 0.0) * part for one, part in zip(better, first, strict=True)))
    turned: Array = (first if way >= 0 else -first) * np.sqrt(values[-1])
    return turned


def _levels(shared: Sequence[tuple[Array, Array]], loadings: Array) -> Array:
    """(lags,) covariance of the level with itself; of the same month without each measure's own noise."""
    outer = np.outer(loadings, loadings)
    found = []
    for lag, (month, count) in enumerate(shared):
        weight = np.where(count >= FEWEST, count, 0.0) * (1.0 if lag else 1 - np.eye(len(loadings)))
        rests = float((weight * outer**2).sum())
        found.append(float((weight * outer * month).sum()) / rests if rests > 0 else np.nan)
    return np.array(found)


def _parts(level: Array, weight: Sequence[float]) -> tuple[float, float, float]:
    """What lasts, what fades, and the share of it kept each month: least squares over the lags."""
    lags, known = np.arange(len(level)), ~np.isnan(level)
    mass = np.sqrt(np.array(weight))[known]
    best = (np.inf, 0.0, 0.0, 0.5)
    for kept in KEPT:
        columns = np.stack([np.ones(len(lags)), kept**lags], axis=1)[known]
        parts = _not_negative(columns * mass[:, None], level[known] * mass)
        off = float((((columns @ parts) - level[known]) ** 2 * mass**2).sum())
        best = min(best, (off, float(parts[0]), float(parts[1]), float(kept)))
    return best[1:]


def _not_negative(columns: Array, values: Array) -> Array:
    """Least squares of two parts, neither below 0."""
    both: Array = np.linalg.lstsq(columns, values, rcond=None)[0].astype(np.float64)
    if (both >= 0).all():
        return both
    single = np.maximum((columns * values[:, None]).sum(axis=0) / np.maximum((columns**2).sum(axis=0), 1e-12), 0.0)
    found = [np.array([single[0], 0.0]), np.array([0.0, single[1]])]
    return min(found, key=lambda parts: float(((columns @ parts - values) ** 2).sum()))


def _leaping(table: Table, model: StateModel, order: History) -> StateModel:
    """How often and how far the level leaps: expectation and maximisation over the filter's own beliefs."""
    shown = states.seen(table, model, order)
    moves = model.fading * (1 - model.kept**2)
    if not moves > 1e-12:
        return model
    found = replace(model, leaps=Leaps(START, 0.0, 4 * moves))
    for _ in range(ROUNDS):
        belief = states.filtered(found, shown, order)
        known = ~np.isnan(belief.leapt) & ~order.opens & (shown.precision > 0)
        share = belief.leapt[known]
        if not share.sum() > 1.0:
            return model
        chance = float(np.clip(share.mean(), 1e-4, MOST_LEAPS))
        mean = float(np.average(belief.leap[known], weights=share))
        square = float(np.average(belief.leap_square[known], weights=share))
        found = replace(found, leaps=Leaps(chance, mean, max(square - mean**2, 0.05 * moves)))
    return found
