"""The growth-ring mark: one ring for each renewal, the running term outermost and still growing.

Width of a ring: clamp(3, 5 + g / 10, 9), g being that year's change of MRR in percent. The whole is scaled by
k = min(48 / sum, a ceiling), so that a young account is a small tree and an old one fills the disc.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nenrin.values import Text
from nenrin.web.charts.bands import Band
from nenrin.web.charts.scale import unit

Size = Literal["head", "row"]
RADIUS = 48.0
MIDDLING = 5.0
#: Cut of each band, so that a ring reads in grey: long dashes, short dashes, dots (of 120 round the circle).
DASHES: dict[Band, str] = {"good": "", "watch": "8.6 1.4", "risk": "3.4 1.6", "unknown": "1 2"}


@dataclass(frozen=True, slots=True)
class Year:
    """One closed term: the band and score in which it ended, and its change of MRR in percent (None: unknown)."""

    band: Band
    growth: float | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Growing:
    """The running term: band and score now, change of MRR so far in percent, share of the term elapsed (0..1)."""

    band: Band
    elapsed: float
    growth: float | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """Closed terms, the oldest first, and the running one (None for an account that left)."""

    years: tuple[Year, ...] = ()
    growing: Growing | None = None


@dataclass(frozen=True, slots=True)
class Stroke:
    look: str
    radius: str = ""
    path: str = ""
    width: str = ""
    dash: str = ""
    length: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    strokes: tuple[Stroke, ...]
    pith: str
    bud: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class _Measure:
    pith: float
    gap: float
    ceiling: float


#: In the head four middling rings fill the disc at most; in rows of 26 px twice the size keeps a seedling visible.
_MEASURES: dict[Size, _Measure] = {
    "head": _Measure(3.2, 2.4, RADIUS / (3.2 + 4 * (2.4 + MIDDLING))),
    "row": _Measure(4.0, 3.0, 2.0),
}


def width_of(growth: float | None) -> float:
    """
    >>> width_of(None), width_of(-50), width_of(25), width_of(90)
    (5.0, 3.0, 7.5, 9.0)
    """
    return min(max(MIDDLING + (growth or 0.0) / 10, 3.0), 9.0)


def draw(tree: Tree, size: Size = "head") -> Picture:
    """Coordinates in a box of -52..52, rounded to a tenth."""
    by = _MEASURES[size]
    widths = [width_of(year.growth) for year in tree.years]
    if tree.growing:
        widths.append(width_of(tree.growing.growth))
    scale = min(RADIUS / (by.pith + sum(widths) + by.gap * len(widths)), by.ceiling)
    strokes, edge = [], by.pith
    for year, width in zip(tree.years, widths, strict=False):
        strokes.append(_closed(year, (edge + by.gap + width / 2) * scale, width * scale))
        edge += by.gap + width
    bud = None
    if tree.growing:
        radius, width = (edge + by.gap + widths[-1] / 2) * scale, widths[-1] * scale
        strokes += [Stroke("rest", unit(radius)), _open(tree.growing, radius, width)]
        bud = _bud(tree.growing, radius, width) if size == "head" else None
    return Picture(tuple(strokes), unit(by.pith * scale * 0.9), bud)


def spelt(tree: Tree, words: Mapping[Band, str], language: str) -> str:
    """The years as a sentence, for those who hear the page."""
    told = [
        Text("year {n} {word} {score}", "{n}年目 {word}{score}").fill(n=n, word=words[y.band], score=_score(y.score))
        for n, y in enumerate(tree.years, start=1)
    ]
    if tree.growing:
        told.append(
            Text("year {n} {share}% elapsed, now {word} {score}", "{n}年目は{share}%経過、現在 {word}{score}").fill(
                n=len(tree.years) + 1,
                share=round(tree.growing.elapsed * 100),
                word=words[tree.growing.band],
                score=_score(tree.growing.score),
            )
        )
    opening = Text("Growth rings: {n} renewals. ", "年輪: 更新{n}回。").fill(n=_renewals(tree)).in_(language)
    return opening + Text(", ", "、").in_(language).join(t.in_(language).strip() for t in told)


def _renewals(tree: Tree) -> int:
    return len(tree.years) if tree.growing else max(len(tree.years) - 1, 0)


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.0f}"


def _closed(year: Year, radius: float, width: float) -> Stroke:
    dash = DASHES[year.band]
    return Stroke(year.band, unit(radius), "", unit(width), dash, "120" if dash else "")


def _open(growing: Growing, radius: float, width: float) -> Stroke:
    share = _share(growing)
    x, y = _tip(share, radius)
    far = 1 if share > 0.5 else 0
    path = f"M0 {unit(-radius)}A{unit(radius)} {unit(radius)} 0 {far} 1 {unit(x)} {unit(y)}"
    dash = DASHES[growing.band]
    return Stroke(growing.band, "", path, unit(width), dash, unit(120 * share) if dash else "")


def _bud(growing: Growing, radius: float, width: float) -> tuple[str, str, str]:
    x, y = _tip(_share(growing), radius)
    return unit(x), unit(y), unit(width / 2 + 1)


def _share(growing: Growing) -> float:
    """Short of a whole turn, where an arc would vanish."""
    return min(max(growing.elapsed, 0.01), 0.995)


def _tip(share: float, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * share
    return radius * math.sin(angle), -radius * math.cos(angle)
