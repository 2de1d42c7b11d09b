"""Stacked bars: how a whole divides, one row or two to compare (health by ARR, before and after a change)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from nenrin.values import Text
from nenrin.web.charts.bands import Band
from nenrin.web.charts.scale import unit

Words = Text | str
HEIGHT, GAP = 24.0, 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """One part: its size (any unit, the row is scaled to its own sum) and its figure in words."""

    band: Band
    size: float
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    label: Words
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """`story` says in words what the picture shows."""

    wholes: tuple[Whole, ...]
    story: Words
    width: int = 384


@dataclass(frozen=True, slots=True)
class Part:
    share: Share
    x: str
    width: str
    text_x: str
    anchor: str  # "mid", or "end" where the figure would leave the picture
    is_inside: bool  # the figure fits into its part; else it stands below


@dataclass(frozen=True, slots=True)
class Line:
    label: Words
    y: str
    text_y: str
    below_y: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: str
    lines: tuple[Line, ...]


def draw(shares: Shares, label_width: float = 0.0) -> Picture:
    """`label_width` units are kept at the left for the rows' labels; rows without a label need none."""
    lines, y = [], 2.0
    for whole in shares.wholes:
        parts = _parts(whole, label_width, shares.width)
        lines.append(Line(whole.label, unit(y), unit(y + 16), unit(y + HEIGHT + 14), parts))
        y += HEIGHT + (18 if all(part.is_inside for part in parts) else 30)
    return Picture(shares.width, unit(y - 10 if lines else 1), tuple(lines))


def _part(share: Share, x: float, width: float, end: float) -> Part:
    need = breadth(share.text)
    leaves = x + width / 2 + need / 2 > end
    text_x = x + width if leaves else x + width / 2
    return Part(share, unit(x), unit(max(width, 1)), unit(text_x), "end" if leaves else "mid", need + 8 <= width)


def breadth(text: str) -> float:
    """Rough width of a label at 12 units: a full-width character counts double.

    >>> breadth("12"), breadth("二")
    (14.0, 12.0)
    """
    return sum(12.0 if unicodedata.east_asian_width(c) in "FW" else 7.0 for c in text)


def _parts(whole: Whole, start: float, end: float) -> tuple[Part, ...]:
    shown = [share for share in whole.shares if share.size > 0]
    room = end - start - GAP * max(len(shown) - 1, 0)
    total, x, parts = sum(share.size for share in shown), start, []
    for share in shown:
        width = room * share.size / total
        parts.append(_part(share, x, width, end))
        x += width + GAP
    return tuple(parts)
