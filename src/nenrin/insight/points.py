"""Millionths of a point as the points that pages and tables hold."""

from __future__ import annotations

from nenrin.analytics.scores import micro


def points(figure: int) -> float:
    """
    >>> points(52_400_000)
    52.4
    """
    return round(figure / micro.ONE, 6)
