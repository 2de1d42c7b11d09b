"""How good probabilities were: ranking (AUC), size (Brier), and whether ten of a hundred at 10 % really left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from nenrin.analytics.forecasts.hazards import logistics
from nenrin.analytics.intervals import wilson

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]
BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of logit(p) against what happened: slope 1 and intercept 0 are right; slope below 1 is overconfident. `error`
    is the slope's standard error, `shift_error` the intercept's, `p` the chance of being at least so far from right
    (Wald, 2 degrees); `ece` the mean distance of share and probability over ten equal-mass bins."""

    slope: float
    intercept: float
    error: float
    ece: float
    shift_error: float
    p: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the slope."""
        return self.slope - 1.96 * self.error, self.slope + 1.96 * self.error


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


def lift(probability: Array, happened: Truth, share: float = 0.1) -> float:
    """How many times the mean share of events those of the highest probabilities had.

    >>> lift(np.array([0.9, 0.1, 0.2, 0.3]), np.array([True, False, False, True]), 0.25)
    2.0
    """
    top = np.argsort(-probability, kind="stable")[: max(round(share * len(happened)), 1)]
    return float(happened[top].mean() / happened.mean())


def ece(probability: Array, happened: Truth, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal mass.

    >>> ece(np.array([0.5, 0.5]), np.array([True, False]), bins=1)
    0.0
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    off = [len(part) * abs(probability[part].mean() - happened[part].mean()) for part in parts]
    return float(sum(off) / len(order))


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like probability: the mean that was said, the share that it happened to with its 95 % interval (Wilson)."""

    said: float
    came: float
    low: float
    high: float
    rows: int
    events: int


def bins_of(probability: Array, happened: Truth, bins: int = BINS) -> tuple[Bin, ...]:
    """Of equal mass, the lowest first.

    >>> [(one.said, one.came, one.rows) for one in bins_of(np.array([0.1, 0.9]), np.array([False, True]), 2)]
    [(0.1, 0.0, 1), (0.9, 1.0, 1)]
    """
    order = np.argsort(probability, kind="stable")
    return tuple(_bin(probability[part], happened[part]) for part in np.array_split(order, bins) if len(part))


def _bin(probability: Array, happened: Truth) -> Bin:
    events, rows = int(happened.sum()), len(happened)
    low, high = wilson(events, rows) or (0.0, 1.0)
    return Bin(float(probability.mean()), events / rows, low, high, rows, events)


def calibration(probability: Array, happened: Truth, account: NDArray[np.int64] | None = None) -> Calibration:
    """With `account` the errors allow for an account's rows telling the same story (Liang & Zeger 1986)."""
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    columns = np.stack([np.ones_like(p), np.log(p / (1 - p))], axis=1)
    found = logistics.fit(columns, happened, ridge=0.0)
    covariance = found.covariance if account is None else _by_account(found, columns, happened, account)
    intercept, slope = found.coefficients
    errors = np.sqrt(np.diag(covariance))
    wald = _distance(np.array([intercept, slope - 1]), covariance)
    return Calibration(
        float(slope), float(intercept), float(errors[1]), ece(probability, happened), float(errors[0]), wald
    )


def _by_account(found: logistics.Logistic, columns: Array, happened: Truth, account: NDArray[np.int64]) -> Array:
    off = columns * (happened - found.probability(columns))[:, None]
    who = np.unique(account, return_inverse=True)[1]
    pull = np.stack([np.bincount(who, weights=off[:, n]) for n in range(off.shape[1])], axis=1)
    result: Array = found.covariance @ (pull.T @ pull) @ found.covariance
    return result


def _distance(off: Array, covariance: Array) -> float:
    """Chance of being at least so far from slope 1 and intercept 0 when both are right."""
    return float(chdtrc(2, max(float(off @ np.linalg.solve(covariance, off)), 0.0)))
