"""BG/BB: customers who can buy at given occasions only (a yearly event, a season).

The chance of buying varies as Beta(alpha, beta), that of ending as Beta(gamma, delta). Fader, Hardie & Shang 2010,
Marketing Science 29(6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp

from nenrin.analytics.forecasts.purchases.histories import Histories, highest

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ByOccasion:
    alpha: float
    beta: float
    gamma: float
    delta: float
    log_likelihood: float


def fit(known: Histories) -> ByOccasion:
    """By maximum likelihood; `last` and `seen` are numbers of occasions."""
    found, value = highest(lambda p: _log_likelihood(p, known), (1.0, 1.0, 0.5, 2.0))
    alpha, beta, gamma, delta = found.tolist()
    return ByOccasion(alpha, beta, gamma, delta, value)


def _log_likelihood(parameters: Array, known: Histories) -> float:
    alpha, beta, gamma, delta = parameters
    base = betaln(alpha, beta) + betaln(gamma, delta)
    x, last, seen = (row[:, None] for row in (known.again, known.last, known.seen))
    late = np.arange(float(np.max(seen - last, initial=0.0)))[None, :]
    ended = betaln(alpha + x, beta + last - x + late) + betaln(gamma + 1, delta + last + late)
    ended = np.where(late < seen - last, ended, -np.inf)
    alive = betaln(alpha + x, beta + seen - x) + betaln(gamma, delta + seen)
    told = logsumexp(np.hstack([ended, alive]), axis=1) - base
    return float((known.weights * told).sum())
