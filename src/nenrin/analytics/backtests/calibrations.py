"""Whether a score's odds came true: a probability is fitted to the past of each origin and held against its future."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.forecasts.hazards import logistics, verdicts
from nenrin.analytics.forecasts.hazards.splits import rolling
from nenrin.analytics.intervals import wilson

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
BINS, TENTHS = 5, 10
#: Probabilities within this of each other are the same.
ALIKE = 1e-3
#: Accounts that must have left before an origin, so that a probability can be fitted at all.
LEAST = 10
#: A slope whose standard error is greater could be 1 as well as nought or twice that: probabilities that hardly differ, or
#: too few that left.
BLURRED = 1.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like probability: what was expected, what happened, and its 95 % interval (Wilson)."""

    expected: float
    observed: float
    low: float
    high: float
    rows: int
    left: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """`error` is the mean distance of expected and observed over the bins; `skill` the share of the base rate's
    squared error that is saved; `slope` 1 is right, below 1 the odds were too bold; None where its standard error, over
    accounts, is above `BLURRED`."""

    bins: tuple[Bin, ...]
    error: float
    slope: float | None
    skill: float
    rows: int
    left: int


def calibration(rows: Watched, rule: str) -> Calibration | None:
    """Out of time: for every day of the second half, from rows whose horizon was over. None where too few had left."""
    expected = _expected(rows, rule)
    there = ~np.isnan(expected)
    happened = rows.left[there]
    if not 0 < happened.sum() < len(happened):
        return None
    return _held(expected[there], happened, rows.panel.account[there], BINS)


def told(rows: Watched, p: Floats) -> Calibration | None:
    """Probabilities just as they were told, against what came. None where it happened to too few accounts or to all, and
    where everybody was told the same: a line through one place has no slope."""
    is_telling = rows.accounts_left >= LEAST and not rows.left.all() and np.ptp(p) > ALIKE
    return _held(p, rows.left, rows.panel.account, TENTHS) if is_telling else None


def _held(expected: Floats, happened: Bits, account: NDArray[np.int64], bins: int) -> Calibration:
    found, skill = verdicts.calibration(expected, happened, account), verdicts.skill(expected, happened)
    slope = found.slope if found.error <= BLURRED else None
    made = _bins(expected, happened, bins)
    return Calibration(made, found.ece, slope, skill, len(happened), int(happened.sum()))


def _expected(rows: Watched, rule: str) -> Floats:
    panel, found = rows.panel, np.full(len(rows.panel), np.nan)
    days = np.unique(panel.day)
    columns = np.stack([np.ones(len(panel)), panel.scores[rule] / 100], axis=1)
    for split in rolling(panel.day, panel.day + rows.horizon, days[len(days) // 2 :].tolist()):
        if len(np.unique(panel.account[split.train & rows.left])) < LEAST:
            continue
        fit = logistics.fit(columns[split.train], rows.left[split.train], ridge=1.0)
        found[split.test] = fit.probability(columns[split.test])
    return found


def _bins(expected: Floats, happened: Bits, count: int) -> tuple[Bin, ...]:
    order = np.argsort(expected, kind="stable")
    return tuple(_bin(expected[part], happened[part]) for part in np.array_split(order, count) if len(part))


def _bin(expected: Floats, happened: Bits) -> Bin:
    left, rows = int(happened.sum()), len(happened)
    between = wilson(left, rows)
    low, high = between if between else (0.0, 1.0)
    return Bin(float(expected.mean()), left / rows, low, high, rows, left)
