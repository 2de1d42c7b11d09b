"""What a step of the ladder reached on data it had not seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over origins and its standard error (None: fewer than two origins)."""

    mean: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Trial:
    """One step at one horizon. `loss` is log loss; `gain` in percent of the base rate's; `origins` counted."""

    step: str
    horizon_days: int
    loss: Figure
    auc: Figure | None
    origins: int
