"""What a comparison can show before it begins: how many accounts it takes, and which difference is too small to see."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE, POWER = 0.95, 0.8


def per_arm(base: float, other: float, *, confidence: float = CONFIDENCE, power: float = POWER) -> int:
    """Accounts in each of two equal arms to tell a share of `base` from one of `other`, two-sided.

    Normal approximation with each arm's own variance (Fleiss, Levin and Paik 2003, equation 4.14 without the correction
    for continuity), to the nearest account. Raises ValueError for equal shares or shares outside (0, 1).

    >>> per_arm(0.03, 0.02), per_arm(0.10, 0.08), per_arm(0.25, 0.20)
    (3822, 3210, 1091)
    """
    if base == other or not (0 < base < 1 and 0 < other < 1):
        raise ValueError(f"two different shares between 0 and 1 are compared, not {base} and {other}")
    return round(_reach(confidence, power) ** 2 * (_spread(base) + _spread(other)) / (base - other) ** 2)


def over(periods: int, rate: float) -> float:
    """The share that has left after some periods at a constant rate.

    >>> round(over(3, 0.03), 4), round(over(12, 0.02), 4)
    (0.0873, 0.2153)
    """
    return 1 - (1 - rate) ** periods


def inflation(share: float) -> float:
    """How many times as many accounts it takes when only `share` of them are left alone, instead of half.

    >>> round(inflation(0.1), 2), round(inflation(0.2), 2), inflation(0.5)
    (2.78, 1.56, 1.0)
    """
    if not 0 < share < 1:
        raise ValueError(f"the share left alone lies between 0 and 1, not at {share}")
    return 1 / (4 * share * (1 - share))


def detectable_share(
    base: float, treated: int, held: int, *, fall: bool = True, confidence: float = CONFIDENCE, power: float = POWER
) -> float | None:
    """The smallest difference from a share of `base` (of those left alone) that so many accounts show.

    - `fall`: whether the treated are expected below the base (churn) or above (retention).

    None where even a difference down to 0, or up to 1, would not show, or an arm is empty.

    >>> round(detectable_share(0.03, 3822, 3822), 4)
    0.01
    >>> detectable_share(0.03, 40, 4) is None
    True
    """
    end = 0.0 if fall else 1.0
    if not treated or not held or not _shows(base, end, treated, held, confidence, power):
        return None
    near, far = base, end
    for _ in range(60):
        middle = (near + far) / 2
        if _shows(base, middle, treated, held, confidence, power):
            far = middle
        else:
            near = middle
    return abs(base - far)


def detectable_mean(
    deviation: float, treated: int, held: int, *, confidence: float = CONFIDENCE, power: float = POWER
) -> float | None:
    """The smallest difference of means, in the unit of `deviation` (standard deviation of one account's outcome).

    >>> round(detectable_mean(10.0, 100, 100), 2)
    3.96
    """
    if not treated or not held:
        return None
    return _reach(confidence, power) * deviation * math.sqrt(1 / treated + 1 / held)


def _shows(base: float, other: float, treated: int, held: int, confidence: float, power: float) -> bool:
    error = math.sqrt(_spread(other) / treated + _spread(base) / held)
    return abs(base - other) >= _reach(confidence, power) * error


def _spread(share: float) -> float:
    return share * (1 - share)


def _reach(confidence: float, power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(0.5 + confidence / 2) + normal.inv_cdf(power)
