"""How probable a chi-square value is by chance alone, in numpy's and Python's own arithmetic (a library for it takes
half a second to load)."""

from __future__ import annotations

import math

TERMS = 400
ENOUGH = 1e-15


def beyond(chi_square: float, degrees: int) -> float:
    """P(X > chi_square) for so many degrees of freedom: the upper regularised incomplete gamma function.

    >>> round(beyond(3.841458820694124, 1), 9), round(beyond(0.0, 3), 9)
    (0.05, 1.0)
    """
    a, x = degrees / 2, chi_square / 2
    if x <= 0:
        return 1.0
    if x < a + 1:
        return max(1 - _series(a, x), 0.0)
    return _fraction(a, x)


def of_normal(z: float) -> float:
    """P(|Z| > |z|) of a standard normal.

    >>> round(of_normal(1.959963984540054), 9)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


def _front(a: float, x: float) -> float:
    return math.exp(-x + a * math.log(x) - math.lgamma(a))


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    for n in range(1, TERMS):
        term *= x / (a + n)
        total += term
        if term < total * ENOUGH:
            break
    return total * _front(a, x)


def _fraction(a: float, x: float) -> float:
    """Lentz's evaluation of the continued fraction."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    result = d
    for n in range(1, TERMS):
        b += 2
        step = n * (a - n)
        d = 1 / (step * d + b)
        c = b + step / c
        result *= c * d
        if abs(c * d - 1) < ENOUGH:
            break
    return result * _front(a, x)
