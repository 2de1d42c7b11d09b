"""Expected against observed: on the dashed line both agree; the larger the dot, the more stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, ticks, unit

Words = Text | str
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FLOOR = 370, 280, 44.0, 360.0, 14.0, 238.0


@dataclass(frozen=True, slots=True)
class Point:
    """Shares of one; `low` and `high` bound the observed one; `count` stand behind it."""

    expected: float
    observed: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    points: tuple[Point, ...]
    axis: Words
    story: Words
    head: tuple[Words, ...]
    table: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    radius: str
    span: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    across: tuple[tuple[str, str], ...]
    up: tuple[tuple[str, str], ...]
    dots: tuple[Dot, ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw(agreement: Agreement) -> Picture:
    """One scale both ways, up to the highest end of an interval, in per cent."""
    highest = max((max(point.high, point.expected) for point in agreement.points), default=0.1)
    marks = ticks(0, min(max(100 * highest, 5.0), 100.0), 4)
    x, y = Scale(0, marks[-1], LEFT, RIGHT), Scale(0, marks[-1], FLOOR, TOP)
    most = max((point.count for point in agreement.points), default=1)
    return Picture(
        tuple((unit(x(value)), f"{value:g}%") for value in marks),
        tuple((unit(y(value)), f"{value:g}%") for value in marks),
        tuple(_dot(point, x, y, most) for point in agreement.points),
    )


def _dot(point: Point, x: Scale, y: Scale, most: int) -> Dot:
    radius = 3 + 4 * sqrt(point.count / most)
    span = (unit(y(100 * point.high)), unit(y(100 * point.low)))
    return Dot(unit(x(100 * point.expected)), unit(y(100 * point.observed)), unit(radius), span)
