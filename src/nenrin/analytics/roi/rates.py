"""Shares that are lost in a month and in a year: never times twelve."""

from __future__ import annotations


def yearly(monthly: float) -> float:
    """The share lost in a year at this monthly rate.

    >>> [round(100 * yearly(rate), 2) for rate in (0.01, 0.02, 0.03, 0.05, 0.07)]
    [11.36, 21.53, 30.62, 45.96, 58.14]
    """
    return float(1 - (1 - monthly) ** 12)


def monthly(of_year: float) -> float:
    """The monthly rate that adds up to this share in a year.

    >>> round(100 * monthly(0.10), 3)
    0.874
    """
    return float(1 - (1 - of_year) ** (1 / 12))


def growth(of_year: float) -> float:
    """The monthly step of something that grows by this share in a year.

    >>> round(growth(0.10), 6)
    0.007974
    """
    return float((1 + of_year) ** (1 / 12) - 1)
