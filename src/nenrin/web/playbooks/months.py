"""Firings by month: light columns, and in them dark ones for those whose account left within ninety days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.web.charts.scale import Scale, unit

WIDE, TALL, LEFT, BASE, TOP = 352, 176, 26.0, 152.0, 18.0


@dataclass(frozen=True, slots=True)
class Column:
    """A month as drawn: its column, the part of those who left, its figure and its name."""

    look: str
    x: str
    y: str
    width: str
    height: str
    left_y: str
    left_height: str
    middle: str
    text_y: str
    count: int
    left: int
    name: str
    month: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Picture:
    columns: tuple[Column, ...]
    grid: tuple[tuple[str, str], ...]


def draw(months: Sequence[Sequence[object]], language: str) -> Picture:
    """[month, fired, left, whether it is whole], the oldest first."""
    highest = max((int(str(row[1])) for row in months), default=1)
    half = max(-(-highest // 2), 1)
    marks = [0, half, 2 * half]
    scale = Scale(0, marks[-1], BASE, TOP)
    room = (WIDE - LEFT - 4) / max(len(months), 1)
    columns = [_column(n, row, room, scale, language, len(months)) for n, row in enumerate(months)]
    return Picture(tuple(columns), tuple((unit(scale(mark)), f"{mark:g}") for mark in marks))


def _column(n: int, row: Sequence[object], room: float, scale: Scale, language: str, count: int) -> Column:
    month, fired, left, whole = str(row[0]), int(str(row[1])), int(str(row[2])), bool(row[3])
    x, width = LEFT + 2 + n * room, room * 0.7
    top, dark = scale(fired), scale(left)
    every = 1 if count <= 13 else 2
    name = _name(month, n == 0 or n == count - 1, language) if n % every == 0 else ""
    return Column("bar-quiet" if whole else "bar-partial", unit(x), unit(top), unit(width), unit(BASE - top), unit(dark),
                  unit(BASE - dark), unit(x + width / 2), unit(top - 5), fired, left, name, month, whole)  # fmt: skip


def _name(month: str, is_end: bool, language: str) -> str:
    number = str(int(month[5:]))
    return f"{number}月" if language == "ja" and is_end else number
