"""A lifetime that begins with what is said of one account itself, and goes on as those of its group.

Of the next occasions it is told how probably this account still stays beyond each; beyond the last of them it leaves as
the group's customers do that came so far. Where the account's own chances are the group's, so is the whole lifetime.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nenrin.analytics.forecasts.lifetimes.models import Kind, Model

Array = NDArray[np.float64]
#: A chance of staying is never told as none: what lies beyond would have no meaning.
LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Bridged:
    """`group` is the model of such customers, `passed` the occasions behind the account, `stays` the chance that it is
    there beyond the next one, the one after it, ... (falling, 0..1).

    >>> from nenrin.analytics.forecasts.lifetimes.models import Geometric
    >>> Bridged(Geometric(0.5), 1, (0.9, 0.8)).survival([1, 2, 3, 4]).round(4).tolist()
    [0.5, 0.45, 0.4, 0.2]
    """

    group: Model
    passed: int
    stays: tuple[float, ...]

    @property
    def kind(self) -> Kind:
        return self.group.kind

    @property
    def parameters(self) -> tuple[float, ...]:
        return self.group.parameters

    def survival(self, occasions: ArrayLike) -> Array:
        """Between two occasions as the group's falls, told in logarithms."""
        at, count = np.asarray(occasions, dtype=np.float64), len(self.stays)
        edges = self.passed + np.arange(count + 1, dtype=np.float64)
        own = np.log(np.maximum(np.concatenate([[1.0], self.stays]), LEAST))
        plain = np.log(np.maximum(self.group.survival(edges), LEAST))
        ratio = np.interp(at, edges, own - (plain - plain[0]))
        result: Array = self.group.survival(at) * np.exp(ratio)
        return result


def stays(months: ArrayLike, days: ArrayLike, period_days: float) -> Array:
    """The chance of staying up to each of `days` ahead, from the chance in each month, of those still there, that the
    account leaves; within a month it leaves as probably on each day.

    >>> stays([0.5, 0.5], [15, 30, 60], 30).round(4).tolist()
    [0.7071, 0.5, 0.25]
    """
    each = np.log1p(-np.clip(np.asarray(months, dtype=np.float64), 0.0, 1 - LEAST))
    kept = np.concatenate([[0.0], np.cumsum(each)])
    result: Array = np.exp(np.interp(np.asarray(days, dtype=np.float64) / period_days, np.arange(len(kept)), kept))
    return result


def moved(stays: ArrayLike, log_odds: float) -> Array:
    """The same chances with the odds of having left by the last of them changed: all hazards by one factor.

    >>> moved([0.8, 0.5], 0.0).round(4).tolist(), moved([0.8, 0.5], 1.0).round(4).tolist()
    ([0.8, 0.5], [0.6552, 0.2689])
    """
    kept = np.clip(np.asarray(stays, dtype=np.float64), LEAST, 1.0)
    if not len(kept) or kept[-1] >= 1.0:
        return kept
    odds = np.log1p(-kept[-1]) - np.log(kept[-1]) + log_odds
    factor = np.logaddexp(0.0, odds) / -np.log(kept[-1])
    result: Array = kept**factor
    return result
