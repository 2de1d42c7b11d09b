"""Bridge from one total to another: what came in rises, what was lost falls, the ends stand on the axis.

The axis may be cut below the lower end, so that steps stay visible beside large totals; then both ends carry a cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, ticks, unit

Words = Text | str
LEFT, RIGHT, TOP, BOTTOM = 64.0, 8.0, 26.0, 28.0
#: Totals stand on an axis that begins at zero unless the steps would be lower than this share of it.
SMALL = 0.25


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: a total (begin, end) or a signed change; `text` is its figure as it reads, `url` what stands behind."""

    label: Words
    value: float
    text: str
    is_total: bool = False
    count: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Steps from the first total to the last; `story` says the picture in one sentence; axis labels by `tick`."""

    steps: tuple[Step, ...]
    story: Words
    scale_by: float = 1.0
    width: int = 720
    height: int = 250


@dataclass(frozen=True, slots=True)
class Bar:
    step: Step
    look: Literal["bar", "bar-plus", "bar-minus"]
    x: str
    y: str
    width: str
    height: str
    middle: str
    text_y: str
    wire: str  # path to the next bar, empty after the last
    cut: str  # path over a total whose lower part is left out


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    left: str
    right: str
    base: str
    label_y: str
    grid: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    is_cut: bool


def draw(chart: Waterfall) -> Picture:
    spans = _spans(chart.steps)
    low, high = min(min(span) for span in spans), max(max(span) for span in spans)
    inner = [min(span) for step, span in zip(chart.steps, spans, strict=True) if not step.is_total]
    floor = min([*inner, *(step.value for step in chart.steps if step.is_total)])
    is_cut = low >= 0 and high > 0 and (high - floor) < SMALL * high and floor > 0
    base = max(0.0, floor - (high - floor) * 0.4) if is_cut else min(low, 0.0)
    marks = ticks(base / chart.scale_by, high / chart.scale_by, 4)
    y = Scale(marks[0] * chart.scale_by, marks[-1] * chart.scale_by, chart.height - BOTTOM, TOP)
    is_cut = marks[0] > 0
    return Picture(
        chart.width, chart.height, unit(LEFT), unit(chart.width - RIGHT), unit(y(max(0.0, marks[0] * chart.scale_by))),
        unit(chart.height - 8), tuple((unit(y(mark * chart.scale_by)), f"{mark:,g}") for mark in marks),
        _bars(chart, spans, y, max(0.0, marks[0] * chart.scale_by), is_cut), is_cut,
    )  # fmt: skip


def _spans(steps: tuple[Step, ...]) -> list[tuple[float, float]]:
    run, out = 0.0, []
    for step in steps:
        start = 0.0 if step.is_total else run
        run = step.value if step.is_total else run + step.value
        out.append((start, run))
    return out


def _bars(chart: Waterfall, spans: list[tuple[float, float]], y: Scale, base: float, is_cut: bool) -> tuple[Bar, ...]:
    slot = (chart.width - LEFT - RIGHT) / len(chart.steps)
    wide = slot * 0.6
    bars = []
    for n, (step, (start, end)) in enumerate(zip(chart.steps, spans, strict=True)):
        x = LEFT + slot * n + (slot - wide) / 2
        start = base if step.is_total else start
        top, bottom = y(max(start, end)), y(min(start, end))
        look: Literal["bar", "bar-plus", "bar-minus"] = (
            "bar" if step.is_total else "bar-minus" if step.value < 0 else "bar-plus"
        )
        wire = f"M{unit(x + wide)} {unit(y(end))}H{unit(x + slot)}" if n < len(chart.steps) - 1 else ""
        low = y(base)
        cut = f"M{unit(x - 3)} {unit(low - 10)}l{unit(wide + 6)} -8v5l-{unit(wide + 6)} 8z"
        bars.append(
            Bar(step, look, unit(x), unit(top), unit(wide), unit(max(bottom - top, 1.0)), unit(x + wide / 2),
                unit(top - 7), wire, cut if is_cut and step.is_total else "")
        )  # fmt: skip
    return tuple(bars)
