"""Bands: the colour of a score, slow to change so that nobody is called out by noise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]


class Band(StrEnum):
    """Best last; the order of the members is the order of `code`."""

    UNKNOWN = "unknown"
    AT_RISK = "at_risk"
    CAUTION = "caution"
    HEALTHY = "healthy"

    @property
    def code(self) -> int:
        return _ORDER.index(self)

    @classmethod
    def of(cls, code: int) -> Band:
        return _ORDER[code]


_ORDER = tuple(Band)
UNKNOWN = Band.UNKNOWN.code


@dataclass(frozen=True, slots=True)
class Bands:
    """Edges in points and how hard they are to cross.

    A band changes only when the score is `hysteresis` points beyond the edge and the last change is
    `dwell_days` old. Source of the figures: a yearly 5.3 changes per account without, 0.6 with smoothing and 5.
    """

    healthy: float = 70.0
    caution: float = 40.0
    hysteresis: float = 5.0
    dwell_days: int = 7

    def plain(self, score: float) -> Band:
        """The band of a score taken by itself.

        >>> Bands().plain(70).value, Bands().plain(39.9).value
        ('healthy', 'at_risk')
        """
        if score >= self.healthy:
            return Band.HEALTHY
        return Band.CAUTION if score >= self.caution else Band.AT_RISK


@dataclass(frozen=True, slots=True)
class Edges:
    """The same for many accounts, each under its own model; millionths of a point, and days."""

    healthy: NDArray[np.int64]
    caution: NDArray[np.int64]
    hysteresis: NDArray[np.int64]
    dwell: NDArray[np.int64]

    def plain(self, score: NDArray[np.int64]) -> Codes:
        return (1 + (score >= self.caution) + (score >= self.healthy)).astype(np.int8)

    def next(self, band: Codes, held: NDArray[np.int64], score: NDArray[np.int64]) -> Codes:
        """Tomorrow's band from today's, held for so many days. From unknown the score decides by itself."""
        better, worse = self.plain(score - self.hysteresis), self.plain(score + self.hysteresis)
        wanted = np.where(better > band, better, np.where(worse < band, worse, band))
        settled = np.where(held >= self.dwell, wanted, band)
        return np.where(band == UNKNOWN, self.plain(score), settled).astype(np.int8)
