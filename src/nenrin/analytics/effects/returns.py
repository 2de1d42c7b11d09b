"""What comes back by itself: accounts chosen because they are low were, in part, low by accident."""

from __future__ import annotations

from statistics import NormalDist


def recovered(depth: float, correlation: float, periods: int = 1) -> float:
    """How far the chosen recover without any help, in standard deviations.

    A first-order autoregression with this correlation between neighbouring periods, looked at `depth` standard
    deviations below its mean and again after some periods: (1 - correlation ** periods) * depth.

    >>> round(recovered(1.5, 0.8, 3), 3)
    0.732
    """
    return (1 - correlation**periods) * depth


def mean_depth(share: float) -> float:
    """How far below the mean the lowest `share` of accounts lie on average, in standard deviations.

    >>> round(mean_depth(0.2), 3)
    1.4
    """
    normal = NormalDist()
    return normal.pdf(normal.inv_cdf(share)) / share
