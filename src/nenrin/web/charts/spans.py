"""Middle halves with their medians, a row each, from zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, ticks, unit

Words = Text | str
WIDTH, LEFT, RIGHT, TOP, ROW, FOOT = 370, 122.0, 310.0, 14.0, 44.0, 42.0
Look = Literal["bar-plus", "bar", "bar-quiet"]


@dataclass(frozen=True, slots=True)
class Span:
    """`low` to `high` is the middle half, `middle` the median."""

    label: Words
    low: float
    middle: float
    high: float
    text: str
    look: Look = "bar-quiet"


@dataclass(frozen=True, slots=True)
class Spans:
    rows: tuple[Span, ...]
    axis: Words
    story: Words
    head: tuple[Words, ...]
    table: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    span: Span
    y: str
    x: str
    width: str
    middle: str
    tick: tuple[str, str]
    text_x: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Picture:
    height: int
    bottom: str
    marks: tuple[tuple[str, str], ...]
    marks_y: str
    axis_y: str
    bars: tuple[Bar, ...]
    width: int = WIDTH
    left: str = unit(LEFT)
    right: str = unit(RIGHT)
    top: str = unit(TOP)


def draw(spans: Spans) -> Picture:
    values = ticks(0, max((row.high for row in spans.rows), default=1.0) or 1.0, 4)
    x = Scale(values[0], values[-1], LEFT, RIGHT)
    bottom = TOP + ROW * len(spans.rows) + 6
    return Picture(
        int(bottom + FOOT),
        unit(bottom),
        tuple((unit(x(value)), f"{value:g}") for value in values),
        unit(bottom + 18),
        unit(bottom + 38),
        tuple(_bar(row, TOP + 18 + ROW * n, x) for n, row in enumerate(spans.rows)),
    )


def _bar(span: Span, y: float, x: Scale) -> Bar:
    low, middle, high = x(span.low), x(span.middle), x(span.high)
    return Bar(
        span, unit(y - 6), unit(low), unit(max(high - low, 1.0)), unit(middle), (unit(y - 11), unit(y + 11)),
        unit(max(high, middle) + 6), unit(y + 4),
    )  # fmt: skip
