"""Looking more than once: an interval that holds at every look together, and the test that it inverts.

A report that is opened every week is a test that is made every week. With the usual interval, 52 looks at nothing find
"something" in a third of all cases.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.effects.comparisons import Difference, Interval

Floats = NDArray[np.float64]
ALPHA = 0.05


def tuned(accounts: int, alpha: float = ALPHA) -> float:
    """The mixture's precision rho that makes the interval tightest when so many accounts have been seen.

    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory", equation 26. It must be
    chosen before the first look.
    """
    return math.sqrt((-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / max(accounts, 1))


def stretch(accounts: int, rho: float, alpha: float = ALPHA) -> float:
    """How many standard errors the interval reaches after so many accounts (theorem 2.2 of the same paper).

    >>> round(stretch(1000, tuned(1000)), 2)
    3.04
    """
    mixed = accounts * rho * rho
    return math.sqrt(2 * (mixed + 1) / mixed * (0.5 * math.log(mixed + 1) - math.log(alpha)))


def interval(found: Difference, rho: float, alpha: float = ALPHA) -> Interval:
    """Valid at any look, however often one looks and whenever one stops (asymptotically, from some dozens on)."""
    reach = stretch(found.treated + found.held, rho, alpha) * found.error
    return Interval(found.value - reach, found.value + reach)


def likelihood(total: Floats, count: Floats, tau: float) -> Floats:
    """The mixture likelihood ratio of a mean against 0, observations of unit variance (Robbins 1970).

    - `total`, `count`: the running sum and its number of observations, same shape; `tau`: standard deviation of the
      normal mixture over effects.

    Nothing is there as long as it stays below 1 / alpha: at whichever look, with error at most alpha.
    """
    mixed = 1 + count * tau * tau
    found: Floats = np.exp(tau * tau * total**2 / (2 * mixed)) / np.sqrt(mixed)
    return found
