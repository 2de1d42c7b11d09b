"""How calm a model's colours would have been had they been harder to change: the same scores, other hysteresis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests.panels import Steadiness
from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import UNKNOWN, Bands, Edges
from nenrin.analytics.scores.micro import Micro
from nenrin.analytics.scores.scans import Day

Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: Points beyond an edge that are tried.
TRIED = (3.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0)
#: Changes of colour in an account's year that nobody minds.
CALM = 1.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One day's smoothed scores, before overrides, and who had enough values for a colour."""

    day: int
    accounts: Ints
    score: Micro
    judged: Bits

    @classmethod
    def of(cls, day: Day) -> Scored:
        return cls(day.day, day.state.accounts, day.score - day.override, day.raw.judged)


def steadiness(days: Sequence[Scored], bands: Bands, tried: Iterable[float] = TRIED) -> dict[float, Steadiness]:
    """By hysteresis. Hard events are left out: they are meant to be heard at once."""
    everyone = np.unique(np.concatenate([one.accounts for one in days])) if days else np.zeros(0, np.int64)
    return {points: _counted(days, bands, points, everyone) for points in tried}


def least(found: dict[float, Steadiness]) -> float | None:
    """The least hysteresis under which colours are calm; None where none of those tried is enough."""
    calm = [points for points, one in found.items() if one.days and one.flips / one.days * 365 <= CALM]
    return min(calm, default=None)


def _counted(days: Sequence[Scored], bands: Bands, points: float, everyone: Ints) -> Steadiness:
    band, since = np.zeros(len(everyone), np.int8), np.zeros(len(everyone), np.int64)
    flips = counted = 0
    for one in days:
        rows = np.searchsorted(everyone, one.accounts)
        before = band[rows]
        after = _edges(bands, points, len(rows)).next(before, one.day - since[rows], one.score)
        after = np.where(one.judged, after, UNKNOWN).astype(np.int8)
        both, moved = (before != UNKNOWN) & (after != UNKNOWN), before != after
        flips, counted = flips + int((both & moved).sum()), counted + int(both.sum())
        since[rows] = np.where(moved, one.day, since[rows])
        band[:] = UNKNOWN  # whoever has no row that day begins anew
        band[rows] = after
    return Steadiness(flips, counted)


def _edges(bands: Bands, points: float, rows: int) -> Edges:
    healthy, caution, hysteresis = (
        np.full(rows, round(edge * micro.ONE)) for edge in (bands.healthy, bands.caution, points)
    )
    return Edges(healthy, caution, hysteresis, np.full(rows, bands.dwell_days))
