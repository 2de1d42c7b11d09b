"""Sparkline: twelve points on a fixed scale of 20 to 100, so that two rows can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.web.charts.bands import EDGES
from nenrin.web.charts.scale import Scale, polyline, unit

_Y = Scale(20, 100, 19, 1)
_LEFT, _RIGHT = 2.0, 66.0


@dataclass(frozen=True, slots=True)
class Spark:
    """Runs of known points (a gap parts them), the heights of the band edges, the last known point."""

    runs: tuple[str, ...]
    edges: tuple[str, ...]
    tip: tuple[str, str]


def draw(values: Sequence[float | None], edges: Sequence[float] = EDGES) -> Spark | None:
    """None where fewer than two points are known: one dot is no trend."""
    known = [n for n, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    step = (_RIGHT - _LEFT) / max(len(values) - 1, 1)
    points = [(_LEFT + n * step, _Y(v)) if v is not None else None for n, v in enumerate(values)]
    last = points[known[-1]]
    assert last is not None
    heights = tuple(unit(_Y(edge)) for edge in sorted(edges, reverse=True))
    return Spark(tuple(polyline(run) for run in _runs(points)), heights, (unit(last[0]), unit(last[1])))


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]
