"""How good probabilities were: ranking (AUC), size (Brier), and whether ten of a hundred at 10 % really left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import logistics

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]
BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of logit(p) against what happened: slope 1 and intercept 0 are right; slope below 1 is overconfident. `error`
    is the slope's standard error; `ece` the mean distance of share and probability over ten equal-mass bins."""

    slope: float
    intercept: float
    error: float
    ece: float


def auc(probability: Array, happened: Truth) -> float | None:
    """Chance that one who left had the higher probability than one who stayed, ties a half; None without both.

    >>> auc(np.array([0.9, 0.8, 0.3, 0.3]), np.array([True, False, True, False]))
    0.625
    """
    left, stayed = int(happened.sum()), int((~happened).sum())
    if not left or not stayed:
        return None
    _, place, count = np.unique(probability, return_inverse=True, return_counts=True)
    ranks = (count.cumsum() - (count - 1) / 2)[place]
    return float((ranks[happened].sum() - left * (left + 1) / 2) / (left * stayed))


def brier(probability: Array, happened: Truth) -> float:
    """Mean squared distance; 0 is perfect."""
    return float(((probability - happened) ** 2).mean())


def log_loss(probability: Array, happened: Truth) -> float:
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    return float(-np.where(happened, np.log(p), np.log1p(-p)).mean())


def skill(probability: Array, happened: Truth) -> float:
    """Share of the base rate's Brier score that is saved; below 0 the base rate alone was better."""
    base = np.full(len(happened), happened.mean())
    return 1 - brier(probability, happened) / brier(base, happened)


def ece(probability: Array, happened: Truth, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal mass.

    >>> ece(np.array([0.5, 0.5]), np.array([True, False]), bins=1)
    0.0
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    off = [len(part) * abs(probability[part].mean() - happened[part].mean()) for part in parts]
    return float(sum(off) / len(order))


def calibration(probability: Array, happened: Truth) -> Calibration:
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    columns = np.stack([np.ones_like(p), np.log(p / (1 - p))], axis=1)
    found = logistics.fit(columns, happened, ridge=0.0)
    intercept, slope = found.coefficients
    return Calibration(float(slope), float(intercept), float(found.errors[1]), ece(probability, happened))
