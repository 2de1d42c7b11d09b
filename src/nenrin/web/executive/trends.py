"""A tile's small line: its own periods on their own scale, with the target and the benchmarks where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.web.charts.scale import Scale, polyline, unit

WIDTH, HEIGHT, EDGE = 160, 28, 3.0


@dataclass(frozen=True, slots=True)
class Trend:
    """Runs of known points (a gap parts them), the target's height (empty: none), the last point, the benchmarks' heights."""

    runs: tuple[str, ...]
    target: str
    tip: tuple[str, str]
    marks: tuple[str, ...] = ()


def draw(
    values: Sequence[float | None], target: float | None = None, marks: Sequence[float] = ()
) -> Trend | None:  # fmt: skip
    """None where fewer than two points are known: one dot is no trend."""
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    levels = [*(value for _, value in known), *([target] if target is not None else []), *marks]
    y = Scale(min(levels), max(levels), HEIGHT - EDGE, EDGE)
    x = Scale(0, len(values) - 1, EDGE, WIDTH - EDGE)
    last, level = known[-1]
    height = "" if target is None else unit(y(target))
    runs, tip = tuple(polyline(run) for run in _runs(values, x, y)), (unit(x(last)), unit(y(level)))
    return Trend(runs, height, tip, tuple(unit(y(mark)) for mark in marks))


def _runs(values: Sequence[float | None], x: Scale, y: Scale) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for n, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x(n), y(value)))
    return [run for run in runs if len(run) > 1]
