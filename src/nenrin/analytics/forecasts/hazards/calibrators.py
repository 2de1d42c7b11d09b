"""From a score's log-odds to probabilities that come true, by tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import logistics
from nenrin.analytics.forecasts.hazards.tables import Array


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Log-odds become `slope` x log-odds + `shift`, each tier its own; a tier that is not named stays as it is."""

    tiers: tuple[str, ...] = ()
    slopes: tuple[float, ...] = ()
    shifts: tuple[float, ...] = ()

    def line(self, tier: str) -> tuple[float, float]:
        if tier not in self.tiers:
            return 1.0, 0.0
        at = self.tiers.index(tier)
        return self.slopes[at], self.shifts[at]

    def calibrated(self, odds: Array, tier: NDArray[np.str_]) -> Array:
        lines = {name: self.line(str(name)) for name in np.unique(tier)}
        slope = np.array([lines[name][0] for name in tier])
        shift = np.array([lines[name][1] for name in tier])
        return logistics.sigmoid(slope * odds + shift)
