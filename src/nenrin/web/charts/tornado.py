"""What moves a result: one row an input, from the result with it a fifth lower to that with it a fifth higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, unit

Words = Text | str
WIDTH, HEIGHT, EDGE = 320, 16, 4.0


@dataclass(frozen=True, slots=True)
class Swing:
    """`low` and `high` are the results with the input lower and higher; the texts are the same as words."""

    label: Words
    low: float
    high: float
    low_text: str
    high_text: str


@dataclass(frozen=True, slots=True)
class Bar:
    swing: Swing
    low: tuple[str, str]  # x and width of the half on the side of the lower input
    high: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    bars: tuple[Bar, ...]
    middle: str
    width: int = WIDTH
    height: int = HEIGHT


def draw(swings: Sequence[Swing], middle: float) -> Picture:
    """All rows on one scale, the result as it stands in the middle line."""
    ends = [middle, *(v for swing in swings for v in (swing.low, swing.high))]
    x = Scale(min(ends), max(ends), EDGE, WIDTH - EDGE)
    here = x(middle)
    return Picture(
        tuple(Bar(swing, _half(x(swing.low), here), _half(x(swing.high), here)) for swing in swings), unit(here)
    )


def _half(end: float, middle: float) -> tuple[str, str]:
    return unit(min(end, middle)), unit(abs(end - middle))
