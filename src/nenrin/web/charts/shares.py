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
    """One part: its size (any unit, the row is scaled to its own sum) and its figure in words; `url`: what stands behind its
    `detail` in the legend."""

    band: Band
    size: float
    text: str
    detail: str = ""
    url: str = ""


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
    anchor: str  # "mid" inside the part, "end" below it
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


def _part(share: Share, x: float, width: float, limit: float) -> tuple[Part, float]:
    """A part, and where the figure of the part before it must end if both stand below."""
    need, drawn = breadth(share.text), unit(max(width, 1))
    if need + 8 <= width:
        return Part(share, unit(x), drawn, unit(x + width / 2), "mid", True), limit
    ends = min(x + width / 2 + need / 2, limit)
    return Part(share, unit(x), drawn, unit(ends), "end", False), ends - need - 8


def breadth(text: str) -> float:
    """Rough width of a label at 12 units: a full-width character counts double.

    >>> breadth("12"), breadth("二")
    (14.0, 12.0)
    """
    return sum(12.0 if unicodedata.east_asian_width(c) in "FW" else 7.0 for c in text)


def _parts(whole: Whole, start: float, end: float) -> tuple[Part, ...]:
    shown = [share for share in whole.shares if share.size > 0]
    room = end - start - GAP * max(len(shown) - 1, 0)
    total, x, places = sum(share.size for share in shown), start, []
    for share in shown:
        places.append((share, x, room * share.size / total))
        x += room * share.size / total + GAP
    # From the right, so that figures below their parts push each other to the left and never overlap.
    parts, limit = [], end
    for share, x, width in reversed(places):
        part, limit = _part(share, x, width, limit)
        parts.append(part)
    return tuple(reversed(parts))
