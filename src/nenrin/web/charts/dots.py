"""Figures with their intervals on one scale, a row each; beside them, as smaller marks, what others reach."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, unit

Words = Text | str
WIDTH, LEFT, RIGHT, TOP, ROW, FOOT = 370, 92.0, 354.0, 14.0, 52.0, 42.0
#: Shapes of the others' marks, in their order: paths about the point (0, 0).
SHAPES = ("M-4 -4h8v8h-8z", "M0 -5l5 9h-10z", "M0 -5l5 5l-5 5l-5 -5z", "M-5 0h10M0 -5v10", "M-4 -4l8 8M4 -4l-8 8")
SIGNS = ("□", "△", "◇", "＋", "×")


@dataclass(frozen=True, slots=True)
class Dot:
    """`value` None: not enough data, `text` says so. `others`: values of the other rules, None where unknown."""

    label: Words
    value: float | None
    low: float | None
    high: float | None
    text: Words
    others: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Dots:
    """`rules`: the first names the dots, the rest the marks. `table` rows are the twin's cells as printed."""

    rows: tuple[Dot, ...]
    low: float
    high: float
    marks: tuple[tuple[float, str], ...]
    axis: Words
    story: Words
    rules: tuple[Words, ...]
    head: tuple[Words, ...]
    table: tuple[tuple[Words, ...], ...]
    edge: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    x: str
    y: str
    shape: str


@dataclass(frozen=True, slots=True)
class Line:
    dot: Dot
    y: str
    text_y: str
    label_y: str
    x: str
    span: tuple[str, str] | None
    others: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    height: int
    bottom: str
    marks: tuple[tuple[str, str], ...]
    marks_y: str
    axis_y: str
    edge: str
    lines: tuple[Line, ...]
    legend: tuple[tuple[str, Words], ...]
    width: int = WIDTH
    left: str = unit(LEFT)
    right: str = unit(RIGHT)
    top: str = unit(TOP)


def draw(dots: Dots) -> Picture:
    x = Scale(dots.low, dots.high, LEFT, RIGHT)
    bottom = TOP + ROW * len(dots.rows) + 8
    return Picture(
        int(bottom + FOOT),
        unit(bottom),
        tuple((unit(x(value)), label) for value, label in dots.marks),
        unit(bottom + 18),
        unit(bottom + 38),
        "" if dots.edge is None else unit(x(dots.edge)),
        tuple(_line(row, TOP + 24 + ROW * n, x) for n, row in enumerate(dots.rows)),
        tuple(zip(("●", *SIGNS), dots.rules, strict=False)),
    )


def _line(dot: Dot, y: float, x: Scale) -> Line:
    span = None if dot.low is None or dot.high is None else (unit(x(dot.low)), unit(x(dot.high)))
    others = tuple(
        Mark(unit(x(value)), unit(y + 16), SHAPES[n % len(SHAPES)])
        for n, value in enumerate(dot.others)
        if value is not None
    )
    at = LEFT + 6 if dot.value is None else x(dot.value)
    return Line(dot, unit(y), unit(y - 9), unit(y + 4), unit(at), span, others)
