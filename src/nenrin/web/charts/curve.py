"""The picture of a curve editor: value to points, piecewise linear, over the histogram of the accounts' values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, polyline, unit

Words = Text | str
Knot = tuple[float, float]
LEFT, RIGHT, TOP, FLOOR, BOTTOM = 40.0, 486.0, 16.0, 240.0, 274.0


@dataclass(frozen=True, slots=True)
class Curve:
    """`knots` rise in value, points 0..100, flat outside; `published` is drawn dashed beneath; `counts` are equal
    bins over [low, high]; `here` is one account's value with the words beside it; `marks` label values of the axis."""

    knots: tuple[Knot, ...]
    low: float
    high: float
    axis: Words
    story: Words
    published: tuple[Knot, ...] = ()
    counts: tuple[int, ...] = ()
    here: tuple[float, Words] | None = None
    marks: tuple[tuple[float, str], ...] = ()
    current: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    line: str
    published: str
    handles: tuple[tuple[str, str, bool], ...]
    grid: tuple[tuple[str, str], ...]
    bars: tuple[tuple[str, str, str, str], ...]
    here: tuple[str, str, Words] | None
    marks: tuple[tuple[str, str], ...]


def points_at(knots: Sequence[Knot], value: float) -> float:
    """Points of a value: linear between knots, flat outside.

    >>> points_at(((20, 20), (40, 50)), 30), points_at(((20, 20), (40, 50)), 100)
    (35.0, 50)
    """
    if value <= knots[0][0]:
        return knots[0][1]
    for (left, low), (right, high) in pairwise(knots):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left) if right > left else high
    return knots[-1][1]


def draw(curve: Curve) -> Picture:
    x, y = Scale(curve.low, curve.high, LEFT, RIGHT), Scale(0, 100, FLOOR, TOP)
    return Picture(
        line=_line(curve.knots, curve, x, y),
        published=_line(curve.published, curve, x, y) if curve.published else "",
        handles=tuple((unit(x(v)), unit(y(p)), n == curve.current) for n, (v, p) in enumerate(curve.knots)),
        grid=tuple((unit(y(p)), str(p)) for p in (0, 25, 50, 75, 100)),
        bars=_bars(curve.counts),
        here=_here(curve, x, y),
        marks=tuple((unit(x(value)), label) for value, label in curve.marks),
    )


def _line(knots: Sequence[Knot], curve: Curve, x: Scale, y: Scale) -> str:
    ends = [(curve.low, points_at(knots, curve.low)), *knots, (curve.high, points_at(knots, curve.high))]
    return polyline((x(value), y(points)) for value, points in ends)


def _bars(counts: Sequence[int]) -> tuple[tuple[str, str, str, str], ...]:
    highest = max(counts, default=0)
    if not highest:
        return ()
    room, tall = (RIGHT - LEFT) / len(counts), (BOTTOM - FLOOR) * 0.8
    return tuple(
        (unit(LEFT + n * room + 1), unit(BOTTOM - tall * c / highest), unit(room - 2), unit(tall * c / highest))
        for n, c in enumerate(counts)
    )


def _here(curve: Curve, x: Scale, y: Scale) -> tuple[str, str, Words] | None:
    if curve.here is None:
        return None
    value, words = curve.here
    return unit(x(value)), unit(y(points_at(curve.knots, value))), words
