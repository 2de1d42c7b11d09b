"""Contribution waterfall: from 100 down to the score, one step a row; a table whose bar column is drawn here.

Row i spans [run - loss, run] on the score's own axis. Losses sum exactly to 100 - score; a gain (an override upwards,
yesterday's part of the smoothing) has a negative loss. The part of a loss that came since the compared day lies at
its lower end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nenrin.values import Text
from nenrin.web.charts.bands import EDGES, Band
from nenrin.web.charts.scale import unit

Words = Text | str
Kind = Literal["measure", "missing", "cap", "override", "carry"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One row. `value` and `base` are words ready to read ("168 a week", "base 400"); points and weight 0..100;
    `recent` is the part of the loss that is newer than the compared day, `change` the row's own difference."""

    label: Words
    loss: float
    value: Words = ""
    base: Words = ""
    points: float | None = None
    weight: float | None = None
    recent: float = 0.0
    change: float | None = None
    kind: Kind = "measure"
    key: str = ""
    meaning: Words = ""


@dataclass(frozen=True, slots=True)
class Falls:
    """`since`: the compared day in words, empty where nothing is compared."""

    score: float
    band: Band
    losses: tuple[Loss, ...]
    change: float | None = None
    since: Words = ""
    edges: tuple[float, ...] = EDGES


@dataclass(frozen=True, slots=True)
class Bar:
    look: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Row:
    loss: Loss
    bars: tuple[Bar, ...]
    effect: float  # the loss with its sign, as it reads: minus what was lost
    enters: str  # where the carry line comes in from the row above; empty in the first row
    leaves: str


@dataclass(frozen=True, slots=True)
class Picture:
    rows: tuple[Row, ...]
    total: Bar
    leaves: str  # the last carry line, into the total
    edges: tuple[str, ...]
    remainder: float  # what the rows do not explain; 0 for a sound model


def draw(falls: Falls) -> Picture:
    run = 100.0
    rows: list[Row] = []
    for loss in falls.losses:
        below = run - loss.loss
        rows.append(Row(loss, _bars(loss, run), -loss.loss, unit(run) if rows else "", unit(below)))
        run = below
    total = Bar(f"total-{falls.band}", "0", unit(max(falls.score, 0)))
    edges = tuple(unit(edge) for edge in falls.edges)
    return Picture(tuple(rows), total, unit(falls.score), edges, round(run - falls.score, 6))


def _bars(loss: Loss, run: float) -> tuple[Bar, ...]:
    if loss.loss < 0:
        return (Bar("gain", unit(run), unit(-loss.loss)),)
    recent = min(max(loss.recent, 0.0), loss.loss)
    old, below = loss.loss - recent, run - loss.loss
    parts = (Bar("lost", unit(below + recent), unit(old)), Bar("lost-new", unit(below), unit(recent)))
    return tuple(bar for bar in parts if bar.width != "0")
