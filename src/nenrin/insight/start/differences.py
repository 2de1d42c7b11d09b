"""How far two figures lie apart, and how far chance alone may have put them."""

from __future__ import annotations

import math
from typing import Literal

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import Direction

Verdict = Literal["better", "worse", "even"]


def between(before: Figure, after: Figure) -> tuple[float, Interval] | None:
    """The difference with its 95 % interval from those of the two figures (R. G. Newcombe 1998, method 10; MOVER).

    None where either has no value or no interval, or one without width: what never varied says nothing of chance. Figures whose windows overlap rise and fall together: for these the
    interval is wider than it need be.

    >>> few, many = Figure("x", 0.10, 100, Interval(0.055, 0.174)), Figure("x", 0.30, 100, Interval(0.219, 0.396))
    >>> value, reach = between(few, many)
    >>> round(value, 3), round(reach.low, 3), round(reach.high, 3)
    (0.2, 0.09, 0.306)
    """
    if before.value is None or after.value is None or before.interval is None or after.interval is None:
        return None
    value, was, is_ = after.value - before.value, before.interval, after.interval
    if was.low == was.high or is_.low == is_.high:
        return None
    low = value - math.hypot(after.value - is_.low, was.high - before.value)
    high = value + math.hypot(is_.high - after.value, before.value - was.low)
    return (value, Interval(low, high)) if math.isfinite(low) and math.isfinite(high) else None


def verdict(reach: Interval, direction: Direction) -> Verdict:
    """Better or worse only where chance alone would hardly do it."""
    if reach.low <= 0 <= reach.high or direction == "neutral":
        return "even"
    return "better" if (reach.low > 0) == (direction == "higher") else "worse"
