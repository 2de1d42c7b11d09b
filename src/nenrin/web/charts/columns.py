"""Columns by day: volumes, with a refused part on top and the unfinished last day outlined."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, ticks, unit

Words = Text | str
LEFT, TOP, BOTTOM = 44.0, 8.0, 22.0


@dataclass(frozen=True, slots=True)
class Column:
    day: str
    value: float
    text: str
    refused: float = 0.0
    refused_text: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    columns: tuple[Column, ...]
    story: Words
    value_label: Words
    refused_label: Words = ""
    width: int = 720
    height: int = 160


@dataclass(frozen=True, slots=True)
class Bar:
    look: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    left: str
    base: str
    grid: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    days: tuple[tuple[str, str], ...]
    day_y: str


def draw(chart: Columns) -> Picture:
    highest = max((c.value + c.refused for c in chart.columns), default=1.0)
    marks = ticks(0, highest, 3)
    base = chart.height - BOTTOM
    y = Scale(0, marks[-1], base, TOP)
    room = (chart.width - LEFT) / max(len(chart.columns), 1)
    bars: list[Bar] = []
    for n, column in enumerate(chart.columns):
        bars += _bars(column, LEFT + n * room + room * 0.1, room * 0.8, y)
    step = max(1, -(-len(chart.columns) // 8))
    shown = range(len(chart.columns) - 1, -1, -step)
    days = tuple((unit(LEFT + (n + 0.5) * room), chart.columns[n].day) for n in reversed(shown))
    grid = tuple((unit(y(mark)), f"{mark:,g}") for mark in marks)
    return Picture(chart.width, chart.height, unit(LEFT), unit(base), grid, tuple(bars), days, unit(chart.height - 6))


def _bars(column: Column, x: float, width: float, y: Scale) -> list[Bar]:
    foot, top, roof = y(0), y(column.value), y(column.value + column.refused)
    look = "bar-partial" if column.is_partial else "bar"
    drawn = [Bar(look, unit(x), unit(top), unit(width), unit(foot - top))]
    if column.refused:
        drawn.append(Bar("bar-minus", unit(x), unit(roof), unit(width), unit(top - roof)))
    return [bar for bar in drawn if bar.height != "0"]
