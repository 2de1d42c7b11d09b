"""Lines over time with the bands' edges, gaps where nothing is known, and the last point marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, polyline, ticks, unit
from nenrin.web.charts.shares import breadth

Words = Text | str
LOOKS = ("line", "line-2", "line-3", "line-4")
LEFT, RIGHT, TOP, BOTTOM, DIGIT = 40.0, 16.0, 12.0, 26.0, 7.0
AWAY, APART = 8.0, 14.0  # of a figure from its point, of the baselines of two figures


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its values in order of the chart's days, None where unknown; `texts` say them, in the twin table too unless it
    has more to say (`cells`)."""

    label: Words
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """`days` label the points; `low`/`high` fix the scale (None: from the values); `edges` are dotted."""

    days: tuple[str, ...]
    series: tuple[Series, ...]
    story: Words
    low: float | None = 0.0
    high: float | None = None
    edges: tuple[float, ...] = ()
    width: int = 720
    height: int = 220
    mark: int | None = None  # index of a day to mark with the accent line
    unit: Words = ""
    axis: Words = ""  # what the points are, where they are no days
    is_partial: bool = False  # the last point's period is not over: the stretch up to it is hatched
    has_steps: bool = False  # a value holds until the next point, as in a curve of who is left
    every: int = 0  # label each so manieth point from the first (0: seven of them, the last among them)


@dataclass(frozen=True, slots=True)
class Tip:
    """The last known point and, right of it or of the picture, its figure, whose height keeps clear of the others'."""

    x: str
    y: str
    text: str
    text_x: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Path:
    label: Words
    look: str
    runs: tuple[str, ...]
    tip: Tip | None


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    label_x: str
    left: str
    right: str
    top: str
    bottom: str
    grid: tuple[tuple[str, str], ...]  # y, label
    edges: tuple[str, ...]
    days: tuple[tuple[str, str], ...]  # x, label
    day_y: str
    paths: tuple[Path, ...]
    mark: str
    hatch: str
    table: tuple[tuple[str, tuple[str, ...]], ...]  # day, one cell a series


def draw(lines: Lines) -> Picture:
    known = [v for s in lines.series for v in s.values if v is not None]
    low = lines.low if lines.low is not None else min(known, default=0.0)
    high = lines.high if lines.high is not None else max(known, default=1.0)
    marks = ticks(low, high, 4)
    y = Scale(marks[0], marks[-1], lines.height - BOTTOM, TOP)
    names = [f"{value:,g}" if abs(value) < 1_000_000 else f"{value:,.0f}" for value in marks]
    left = max(LEFT, 14 + DIGIT * max(map(len, names)))
    right = lines.width - _room(lines.series)
    x = Scale(0, max(len(lines.days) - 1, 1), left, right)
    return Picture(
        width=lines.width,
        height=lines.height,
        label_x=unit(left - 8),
        left=unit(left),
        right=unit(right),
        top=unit(TOP),
        bottom=unit(lines.height - BOTTOM),
        grid=tuple((unit(y(value)), name) for value, name in zip(marks, names, strict=True)),
        edges=tuple(unit(y(edge)) for edge in lines.edges),
        days=_day_labels(lines.days, x, lines.every),
        day_y=unit(lines.height - 6),
        paths=_paths(lines, x, y),
        mark="" if lines.mark is None else unit(x(lines.mark)),
        hatch=_hatch(x(max(len(lines.days) - 2, 0)), x(len(lines.days) - 1), lines.height) if lines.is_partial else "",
        table=tuple((day, tuple((s.cells or s.texts)[n] for s in lines.series)) for n, day in enumerate(lines.days)),
    )


def _room(series: Sequence[Series]) -> float:
    """What the figures need right of the last point; bold ones are a little wider."""
    return max([RIGHT, *(AWAY + 1.1 * breadth(tip) for one in series if (tip := _last_text(one)))])


def _last_text(series: Series) -> str:
    known = [text for text, value in zip(series.texts, series.values, strict=True) if value is not None]
    return known[-1] if known else ""


def _hatch(left: float, right: float, height: int) -> str:
    """Slanting strokes over the last stretch."""
    top, bottom = TOP, height - BOTTOM
    strokes, at = [], left - (bottom - top)
    while at < right:
        low, high = max(at, left), min(at + bottom - top, right)
        strokes.append(f"M{unit(low)} {unit(bottom - (low - at))}L{unit(high)} {unit(bottom - (high - at))}")
        at += 9
    return "".join(strokes)


def _paths(lines: Lines, x: Scale, y: Scale) -> tuple[Path, ...]:
    tips = [_last(one, x, y) for one in lines.series]
    heights = _apart([tip[1] if tip else None for tip in tips], lines.height - BOTTOM - 4)
    return tuple(
        Path(one.label, LOOKS[n % len(LOOKS)], _runs(one, x, y, lines.has_steps), _tip(tip, heights[n], x.end))
        for n, (one, tip) in enumerate(zip(lines.series, tips, strict=True))
    )


def _runs(series: Series, x: Scale, y: Scale, has_steps: bool) -> tuple[str, ...]:
    runs: list[list[tuple[float, float]]] = [[]]
    for n, value in enumerate(series.values):
        if value is None:
            runs.append([])
            continue
        if has_steps and runs[-1]:
            runs[-1].append((x(n), runs[-1][-1][1]))
        runs[-1].append((x(n), y(value)))
    return tuple(polyline(run if len(run) > 1 else _dash(*run[0])) for run in runs if run)


def _dash(x: float, y: float) -> list[tuple[float, float]]:
    """A value alone between periods without one is a short stroke: it would not be seen otherwise."""
    return [(x - 3, y), (x + 3, y)]


def _last(series: Series, x: Scale, y: Scale) -> tuple[float, float, str] | None:
    known = [n for n, value in enumerate(series.values) if value is not None]
    if not known:
        return None
    value = series.values[known[-1]]
    return x(known[-1]), y(value if value is not None else 0.0), _last_text(series)


def _tip(tip: tuple[float, float, str] | None, text_y: float | None, right: float) -> Tip | None:
    """Beside the point, or in the margin where the figure would stand on the lines that go on."""
    if tip is None:
        return None
    x, y, text = tip
    is_near = x + AWAY + breadth(text) > right
    return Tip(unit(x), unit(y), text, unit((right if is_near else x) + AWAY), unit(text_y or 0.0))


def _apart(heights: Sequence[float | None], lowest: float) -> list[float | None]:
    """Baselines beside their points, those too near each other moved down, and up again where they would leave."""
    placed: list[float | None] = [None] * len(heights)
    order = [n for _, n in sorted((h, n) for n, h in enumerate(heights) if h is not None)]
    floor = TOP - 2
    for n in order:
        placed[n] = floor = max((heights[n] or 0.0) + 4, floor + APART)
    for n in reversed(order):
        placed[n] = min(placed[n] or 0.0, lowest)
        lowest = (placed[n] or 0.0) - APART
    return placed


def _day_labels(days: Sequence[str], x: Scale, every: int) -> tuple[tuple[str, str], ...]:
    """At most seven, evenly, the last day always among them; or each so manieth from the first."""
    if not days:
        return ()
    step = max(1, -(-(len(days) - 1) // 6))
    shown = range(0, len(days), every) if every else reversed(range(len(days) - 1, -1, -step))
    return tuple((unit(x(n)), days[n]) for n in shown)
