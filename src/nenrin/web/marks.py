"""The small marks that stand in rows: health, change, ring, sparkline. Built as text, for they come by the hundred."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from nenrin.foundation import format
from nenrin.values import Text
from nenrin.web.charts import ring, spark
from nenrin.web.charts.bands import Band, band_of

WORDS: dict[Band, Text] = {
    "good": Text("Healthy", "健全"),
    "watch": Text("Caution", "注意"),
    "risk": Text("At risk", "危険"),
    "unknown": Text("Not enough data", "データ不足"),
}
_SHAPES: dict[Band, str] = {
    "good": '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
    "watch": '<path d="M6 .8 11.6 11H.4z" fill="currentColor"/>',
    "risk": '<path d="M1.2 1.2h9.6v9.6H1.2z" fill="currentColor"/>',
    "unknown": '<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.8"/>',
}
_ROSE, _FELL, _STAYED = Text("up", "上昇"), Text("down", "低下"), Text("no change", "変化なし")
#: Changes of the score smaller than this stay grey: they are mostly noise.
LOUD = 5.0


def shape(band: object) -> SafeString:
    """● ▲ ■ ○ alone, silent for readers of the word beside it."""
    return mark_safe(f'<svg class="health__mark" viewBox="0 0 12 12" aria-hidden="true">{_SHAPES[band_of(band)]}</svg>')


def word(band: object) -> Text:
    """The band's name, in any of its spellings."""
    return WORDS[band_of(band)]


def health(band: object, score: float | None, language: str) -> SafeString:
    """Shape, word, score."""
    known = band_of(band)
    figure = f"<b>{format.number(score, language)}</b>" if score is not None and known != "unknown" else ""
    word = WORDS[known].in_(language)
    return mark_safe(f'<span class="health is-{known}">{shape(known)}<span>{word}</span>{figure}</span>')


def delta(
    change: float | None, language: str, *, digits: int = 0, unit: str = "", loud: float = LOUD, inverse: bool = False
) -> SafeString:
    """A signed change with its word for readers who hear it; coloured from `loud` up. `inverse`: less is better."""
    if change is None:
        return missing(language)
    rounded = round(change, digits)
    word = (_ROSE if rounded > 0 else _FELL if rounded < 0 else _STAYED).in_(language)
    tone = "" if abs(rounded) < loud or not rounded else " is-better" if (rounded > 0) != inverse else " is-worse"
    figure = format.signed(change, language, digits, escape(unit))
    return mark_safe(f'<span class="delta{tone}">{figure}<span class="visually-hidden"> {word}</span></span>')


def missing(language: str) -> SafeString:
    return mark_safe(f'<span class="missing">{format.missing(language)}</span>')


def small_ring(tree: ring.Tree) -> SafeString:
    """The mark in a row, silent: the health mark follows it."""
    return mark_safe(
        f'<svg class="ring ring--row" viewBox="-52 -52 104 104" aria-hidden="true">{_rings(tree, "row")}</svg>'
    )


def large_ring(tree: ring.Tree, language: str) -> SafeString:
    """The mark of a page's head, with its years spelt out."""
    story = escape(ring.spelt(tree, {band: word.in_(language) for band, word in WORDS.items()}, language))
    return mark_safe(
        f'<svg class="ring" viewBox="-52 -52 104 104" role="img" aria-label="{story}">{_rings(tree, "head")}</svg>'
    )


def sparkline(values: Sequence[float | None], band: object) -> SafeString:
    """Twelve points between the bands' edges; empty when fewer than two are known."""
    line = spark.draw(values)
    if line is None:
        return mark_safe("")
    edges = "".join(f'<path class="threshold" d="M0 {y}H72"/>' for y in line.edges)
    runs = "".join(f'<polyline points="{run}"/>' for run in line.runs)
    tip = f'<circle class="{band_of(band)}" cx="{line.tip[0]}" cy="{line.tip[1]}" r="3"/>'
    return mark_safe(f'<svg class="spark" viewBox="0 0 72 20" aria-hidden="true">{edges}{runs}{tip}</svg>')


def share_bar(share: float) -> SafeString:
    """A small bar filled by a share of one; always beside its number."""
    filled = round(80 * min(max(share, 0.0), 1.0), 1)
    return mark_safe(
        '<svg class="mini" viewBox="0 0 80 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="80" height="6"/><rect class="mark" width="{filled:g}" height="6"/></svg>'
    )


def _rings(tree: ring.Tree, size: ring.Size) -> str:
    picture = ring.draw(tree, size)
    parts = [_stroke(stroke) for stroke in picture.strokes]
    if picture.bud:
        x, y, r = picture.bud
        parts.append(f'<circle class="bud" cx="{x}" cy="{y}" r="{r}"/>')
    return "".join(parts) + f'<circle class="pith" r="{picture.pith}"/>'


def _stroke(stroke: ring.Stroke) -> str:
    dash = f' pathLength="{stroke.length}" stroke-dasharray="{stroke.dash}"' if stroke.dash else ""
    width = f' stroke-width="{stroke.width}"' if stroke.width else ""
    if stroke.path:
        return f'<path class="{stroke.look}" d="{stroke.path}"{width}{dash}/>'
    return f'<circle class="{stroke.look}" r="{stroke.radius}"{width}{dash}/>'
