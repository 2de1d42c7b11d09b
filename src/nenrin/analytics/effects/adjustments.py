"""Less noise in the same comparison: outcomes adjusted for what was known of each account before, and heavy tails cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_IN_STRATUM = 20  # fewer say little of their stratum, and each level costs a degree of freedom
TAIL = 0.995  # revenue has few giants: above this quantile an outcome counts as the quantile


class Adjusted(NamedTuple):
    """`outcome` less what the covariate foretold of it; the mean of all accounts together is unchanged.

    `correlation` is that within arms: the variance is multiplied by `remaining` = 1 - correlation squared.
    """

    outcome: Floats
    slope: float
    correlation: float

    @property
    def remaining(self) -> float:
        return 1 - self.correlation**2


def cuped(outcome: Floats, before: Floats, treated: NDArray[np.bool_]) -> Adjusted:
    """Controlled-experiment using pre-experiment data (Deng, Xu, Kohavi and Walker 2013, equation 4).

    - `outcome`, `before`: shape (n,), any unit; `before` must have been known before the arms parted. A missing
      covariate (NaN) foretells nothing.

    The slope is that within arms, so that the effect itself does not leak into it.

    >>> rng = np.random.default_rng(1)
    >>> before = rng.normal(size=4000)
    >>> outcome = 0.7 * before + np.sqrt(1 - 0.49) * rng.normal(size=4000)
    >>> round(cuped(outcome, before, np.arange(4000) % 2 == 0).remaining, 1)
    0.5
    """
    known = ~np.isnan(before)
    foretold = np.where(known, before, before[known].mean() if known.any() else 0.0)
    y, x = _within(outcome, treated), _within(foretold, treated)
    spread = float(x @ x)
    if spread <= 0 or float(y @ y) <= 0:
        return Adjusted(outcome.astype(np.float64), 0.0, 0.0)
    slope = float(x @ y) / spread
    correlation = float(x @ y) / float(np.sqrt(spread * (y @ y)))
    return Adjusted(outcome - slope * (foretold - foretold.mean()), slope, correlation)


class Stratified(NamedTuple):
    """`outcome` less what its stratum foretold of it. `strata`: how many levels that took; `remaining` of the variance."""

    outcome: Floats
    strata: int
    remaining: float


def stratified(outcome: Floats, treated: NDArray[np.bool_], strata: NDArray[np.int64]) -> Stratified:
    """Arms compared within strata (post-stratification by least squares: an arm, and a level for each stratum).

    - `strata`: the stratum of each, known before the arms parted. Those with fewer than `LEAST_IN_STRATUM`, or with one arm
      only, stand together as one.

    The difference of means of the outcome that comes back is the effect within strata, free of what chance put on one side.

    >>> strata, treated = np.repeat([0, 1], 100), np.r_[np.arange(100) < 90, np.arange(100) < 50]
    >>> told = stratified(strata * 10.0, treated, strata).outcome
    >>> round(abs(float(told[treated].mean() - told[~treated].mean())), 9)
    0.0
    """
    place = _pooled(strata, treated)
    sizes = np.bincount(place)
    share, level = np.bincount(place, treated) / sizes, np.bincount(place, outcome) / sizes
    apart = treated - share[place]
    spread = float(apart @ apart)
    if len(sizes) < 2 or spread <= 0:
        return Stratified(outcome.astype(np.float64), 1, 1.0)
    effect = float(apart @ outcome) / spread
    foretold = (level - effect * share)[place]
    told = outcome - (foretold - foretold.mean())
    before, after = _within(outcome, treated), _within(told, treated)
    noise = float(before @ before)
    return Stratified(told, len(sizes), float(after @ after) / noise if noise > 0 else 1.0)


def _pooled(strata: NDArray[np.int64], treated: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The stratum of each as 0, 1, 2 ..., with those too small to be compared in as one."""
    _, place, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    ours = np.bincount(place, treated)
    stands = (sizes >= LEAST_IN_STRATUM) & (ours > 0) & (ours < sizes)
    return np.unique(np.where(stands[place], place, -1), return_inverse=True)[1].astype(np.int64)


def winsorised(outcome: Floats, tail: float = TAIL) -> Floats:
    """Outcomes above the quantile `tail`, or below 1 - `tail`, moved to it (shape kept).

    >>> winsorised(np.array([0.0, 1.0, 2.0, 1000.0]), 0.75).tolist()
    [0.75, 1.0, 2.0, 251.5]
    """
    if not len(outcome):
        return outcome
    low, high = np.quantile(outcome, [1 - tail, tail])
    return np.clip(outcome, low, high)


def _within(values: Floats, treated: NDArray[np.bool_]) -> Floats:
    """Deviations from the mean of the own arm."""
    centred = values.astype(np.float64)
    for arm in (treated, ~treated):
        if arm.any():
            centred[arm] -= centred[arm].mean()
    return centred
