"""Columns for a hazard: features, their absence, the calendar of the contract, and how these act together by tier.

Features are standardised by the training rows; a missing one becomes the mean and a column of its own that says so.
Every tier has its own level; the deadline acts by tier; each feature acts differently when a deadline is near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class UnknownColumn(KeyError):
    """The model asks for a feature that these rows do not have: compute it for them, or use another model."""


@dataclass(frozen=True, slots=True)
class Design:
    """How rows become columns; made once from training rows. `tiers` of which the first is the base level."""

    features: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    absent: tuple[str, ...]  # features that were missing somewhere in training
    tiers: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in their order; `due x usage` is usage when a deadline is near."""
        absent = tuple(f"{name} missing" for name in self.absent)
        tiers = tuple(f"tier {tier}" for tier in self.tiers[1:])
        by_tier = tuple(f"due x {tier}" for tier in tiers)
        return ("one", *self.features, *absent, *tiers, "due", *by_tier, *(f"due x {name}" for name in self.features))

    def columns(self, values: Mapping[str, Array], tier: Sequence[str], is_due: NDArray[np.bool_]) -> Array:
        """(rows, names). Raises UnknownColumn for a feature that is not there; an unseen tier is the base level."""
        wanting = [name for name in self.features if name not in values]
        if wanting:
            raise UnknownColumn(", ".join(wanting))
        raw = np.stack([np.asarray(values[name], dtype=np.float64) for name in self.features], axis=1)
        plain = np.nan_to_num((raw - np.array(self.means)) / np.array(self.spreads))
        gone = np.isnan(raw)[:, [self.features.index(name) for name in self.absent]].astype(np.float64)
        own = np.array([[t == other for other in self.tiers[1:]] for t in tier], dtype=np.float64)
        own = own.reshape(len(raw), len(self.tiers) - 1)
        due = is_due.astype(np.float64)[:, None]
        return np.concatenate([np.ones_like(due), plain, gone, own, due, due * own, due * plain], axis=1)


def design(values: Mapping[str, Array], tier: Sequence[str]) -> Design:
    """From training rows; a feature without spread or without any value is left out."""
    kept = {name: np.asarray(column, dtype=np.float64) for name, column in values.items() if _varies(column)}
    return Design(
        tuple(kept),
        tuple(float(np.nanmean(column)) for column in kept.values()),
        tuple(float(np.nanstd(column)) for column in kept.values()),
        tuple(name for name, column in kept.items() if np.isnan(column).any()),
        tuple(sorted(set(tier))) or ("",),
    )


def _varies(column: Array) -> bool:
    known = np.asarray(column, dtype=np.float64)
    known = known[~np.isnan(known)]
    return len(known) > 1 and float(known.std()) > 0
