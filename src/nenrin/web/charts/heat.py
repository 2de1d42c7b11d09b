"""Heat map as a table: eight steps of one hue by fixed bounds, the figure always printed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.values import Text

Words = Text | str


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` None is an empty cell; `is_partial` hatches a period that has not ended; `is_few` greys a share of too few;
    `url`: what stands behind it."""

    value: float | None
    text: str = ""
    is_partial: bool = False
    url: str = ""
    is_few: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    label: Words
    cells: tuple[Cell, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """`bounds`: seven rising numbers that part the eight steps. `note`: what a look other than these means."""

    caption: Words
    corner: Words
    columns: tuple[Words, ...]
    lines: tuple[Line, ...]
    bounds: tuple[float, ...]
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Shade:
    """`column`: the head of its column, which a link names beside the line's and the figure."""

    look: str
    text: str
    url: str
    column: Words


@dataclass(frozen=True, slots=True)
class Row:
    label: Words
    shades: tuple[Shade, ...]
    url: str


def draw(heat: Heat) -> tuple[Row, ...]:
    return tuple(
        Row(
            line.label,
            tuple(_shade(*each, heat.bounds) for each in zip(line.cells, heat.columns, strict=True)),
            line.url,
        )
        for line in heat.lines
    )


def step(value: float, bounds: Sequence[float]) -> int:
    """1 for below the first bound up to 8.

    >>> step(0, (1, 2, 3, 4, 5, 6, 7)), step(2, (1, 2, 3, 4, 5, 6, 7)), step(99, (1, 2, 3, 4, 5, 6, 7))
    (1, 3, 8)
    """
    return bisect_right(list(bounds), value) + 1


def _shade(cell: Cell, column: Words, bounds: Sequence[float]) -> Shade:
    return Shade(_look(cell, bounds), cell.text, cell.url, column)


def _look(cell: Cell, bounds: Sequence[float]) -> str:
    if cell.value is None:
        return ""
    if cell.is_few:
        return "is-few is-partial" if cell.is_partial else "is-few"
    return "is-partial" if cell.is_partial else f"q{step(cell.value, bounds)}"
