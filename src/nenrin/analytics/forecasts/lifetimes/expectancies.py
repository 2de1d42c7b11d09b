"""Discounted expected lifetimes, in payments: multiply by the margin of one payment to get money.

Three conventions are in use and differ by more than a payment, so each has its own name here:

- `whole_life`: a customer about to sign; counts the first payment, undiscounted, at once (DEL).
- `residual_before_renewal(n)`: at the end of period n, the n-th renewal not yet seen (DERL).
- `residual_after_renewal(n)`: the n-th renewal just paid, its payment not counted; n = 0 is a customer just acquired,
  which is `whole_life` - 1.

`rate` is the discount rate *of one occasion* (`per_occasion` turns a yearly one). With rate 0 the sum may be infinite
(it is for alpha < 1), so a horizon must be given. Fader & Hardie 2010, Marketing Science 29(1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.lifetimes.models import Model

#: What the payments left out may add up to at most.
TAIL = 1e-9
MOST_OCCASIONS = 200_000


class Unbounded(ValueError):
    """Without a discount rate the sum has no end: state a rate above 0, or a horizon."""


def per_occasion(yearly: float, months: float) -> float:
    """The discount rate of a step of so many months.

    >>> round(per_occasion(0.10, 1), 8), per_occasion(0.10, 12) == 0.10 or round(per_occasion(0.10, 12), 12)
    (0.00797414, 0.1)
    """
    return float((1 + yearly) ** (months / 12) - 1)


def whole_life(model: Model, rate: float, horizon: int | None = None) -> float:
    """DEL: payments at occasions 0, 1, 2 ...; with `horizon` only the first so many payments.

    >>> from nenrin.analytics.forecasts.lifetimes.models import Geometric
    >>> round(whole_life(Geometric(0.25), 0.10), 6), round(1.1 / (0.10 + 0.25), 6)
    (3.142857, 3.142857)
    """
    return _sum(model, rate, first=0, given=0, at=0, payments=horizon)


def residual_before_renewal(model: Model, rate: float, n: int, horizon: int | None = None) -> float:
    """DERL for a customer at the end of period n >= 1, renewal n not yet seen; the first payment is not discounted."""
    return _sum(model, rate, first=n, given=n - 1, at=n, payments=horizon)


def residual_after_renewal(model: Model, rate: float, n: int, horizon: int | None = None) -> float:
    """For a customer who just paid renewal n (0: the first payment): what comes after, from one step on."""
    return _sum(model, rate, first=n + 1, given=n, at=n, payments=horizon)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Discounted payments by occasion: what is still ahead of anybody, in one pass.

    `present[t]` is S(t) / (1 + rate)^t, `after[t]` the sum of it from t on.
    """

    present: NDArray[np.float64]
    after: NDArray[np.float64]

    def of(self, passed: NDArray[np.int64], skipped: NDArray[np.int64] | int = 0) -> NDArray[np.float64]:
        """For customers who have paid renewal `passed`: all later payments, without the next `skipped` ones.

        >>> from nenrin.analytics.forecasts.lifetimes.models import Geometric
        >>> ahead(Geometric(0.25), 0.10, 5).of(np.array([0, 0]), np.array([0, 1])).round(6).tolist()
        [2.142857, 1.461039]
        """
        result: NDArray[np.float64] = self.after[passed + skipped + 1] / self.present[passed]
        return result


def ahead(model: Model, rate: float, last: int) -> Ahead:
    """For customers with up to `last` occasions passed or skipped."""
    steps = np.arange(last + 1 + _enough(rate), dtype=np.float64)
    present = model.survival(steps) / (1 + rate) ** steps
    return Ahead(present, present[::-1].cumsum()[::-1])


def residuals_after_renewals(model: Model, rate: float, last: int) -> NDArray[np.float64]:
    """`residual_after_renewal` of n = 0 .. last in one pass.

    >>> from nenrin.analytics.forecasts.lifetimes.models import Geometric
    >>> residuals_after_renewals(Geometric(0.25), 0.10, 2).round(6).tolist()
    [2.142857, 2.142857, 2.142857]
    """
    return ahead(model, rate, last).of(np.arange(last + 1))


def _sum(model: Model, rate: float, *, first: int, given: int, at: int, payments: int | None) -> float:
    """Sum over t >= first of S(t) / S(given) / (1 + rate)^(t - at)."""
    count = payments if payments is not None else _enough(rate)
    steps = np.arange(first, first + count, dtype=np.float64)
    stay = model.survival(steps) / model.survival([float(given)])
    return float((stay / (1 + rate) ** (steps - at)).sum())


def _enough(rate: float) -> int:
    """So many payments that the rest, were everybody to stay, is worth less than TAIL."""
    if rate <= 0:
        raise Unbounded("state a discount rate above 0, or a horizon: undiscounted, the mean lifetime may be infinite")
    return min(math.ceil(-math.log(TAIL * rate) / math.log1p(rate)), MOST_OCCASIONS)
