"""One period's rate as another's: by compounding, never by multiplying with twelve."""

from __future__ import annotations


def annual(monthly: float, months: float = 12) -> float:
    """What a monthly loss comes to over a year.

    >>> [round(100 * annual(m), 2) for m in (0.01, 0.02, 0.03, 0.05, 0.07)]
    [11.36, 21.53, 30.62, 45.96, 58.14]
    """
    return float(1 - (1 - monthly) ** months)


def monthly(loss: float, months: float = 12) -> float:
    """The monthly loss that comes to `loss` over so many months.

    >>> round(100 * monthly(0.10), 3)
    0.874
    """
    return float(1 - (1 - min(loss, 1.0)) ** (1 / months))
