"""Who the customers are: tier, seats, industry, place, when they came and through what, and the
hidden fit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.simulator.names.words import INDUSTRIES, PREFECTURES
from nenrin.simulator.presets import Preset
from nenrin.simulator.streams import stream

TIERS = ("smb", "mid_market", "enterprise")
SEAT_LOG_MEAN = np.array([2.1, 3.9, 5.6])
SEAT_LOG_SD = 0.7
SOURCES = ("inbound", "referral", "webinar", "outbound", "partner", "event")
SOURCE_SHARES = (0.34, 0.16, 0.14, 0.18, 0.12, 0.06)
CHILD_SHARE = 0.08
MONTH_INTENSITY = {4: 1.8, 10: 1.3, 8: 0.6, 12: 0.8}
LONGEST_TENURE = 60

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Population:
    """Columns of length n, one row an account.

    `start` is the month column in which the account became a customer; negative before the first month.
    `parent` is the row of the parent company or -1. `fit` is hidden from the product.
    """

    tier: Ints
    seats: Ints
    industry: Ints
    prefecture: Ints
    source: Ints
    start: Ints
    parent: Ints
    fit: Floats

    def __len__(self) -> int:
        return len(self.tier)


def drawn(preset: Preset, seed: int, *, first_month: int = 4) -> Population:
    """Return the customers of one world. `first_month` (1 to 12) is the calendar month of column 0."""
    n = preset.accounts
    tier = stream(seed, "tier").choice(3, n, p=preset.tiers)
    return Population(
        tier=tier,
        seats=_seats(tier, stream(seed, "seats"), preset.seat_scale),
        industry=stream(seed, "industry").choice(
            len(INDUSTRIES), n, p=_shares([each.share for each in INDUSTRIES.values()])
        ),
        prefecture=stream(seed, "prefecture").choice(len(PREFECTURES), n, p=_shares([p.people for p in PREFECTURES])),
        source=stream(seed, "source").choice(len(SOURCES), n, p=_shares(SOURCE_SHARES)),
        start=_starts(preset, stream(seed, "start"), first_month),
        parent=_parents(tier, stream(seed, "parent")),
        fit=stream(seed, "fit").standard_normal(n),
    )


def _shares(weights: object) -> Floats:
    array: Floats = np.asarray(weights, dtype=float)
    shares: Floats = array / array.sum()
    return shares


def _seats(tier: Ints, rng: np.random.Generator, scale: float) -> Ints:
    drawn = np.exp(SEAT_LOG_MEAN[tier] + SEAT_LOG_SD * rng.standard_normal(len(tier)))
    return np.maximum(3, np.round(drawn * scale)).astype(np.int64)


def _starts(preset: Preset, rng: np.random.Generator, first_month: int) -> Ints:
    """April and October bring customers, August and the end of December do not."""
    calendar = [(first_month - 1 + column) % 12 + 1 for column in range(preset.months)]
    weights = _shares([MONTH_INTENSITY.get(month, 1.0) for month in calendar])
    arrivals = rng.choice(preset.months, preset.accounts, p=weights)
    earlier = -rng.integers(1, LONGEST_TENURE, preset.accounts)
    return np.where(rng.random(preset.accounts) < preset.stock, earlier, arrivals)


def _parents(tier: Ints, rng: np.random.Generator) -> Ints:
    """A child hangs under an enterprise or mid-market company that is itself no child."""
    n = len(tier)
    is_child = (rng.random(n) < CHILD_SHARE) & (tier < 2)
    heads = np.flatnonzero(~is_child & (tier > 0))
    parent = np.full(n, -1, dtype=np.int64)
    if len(heads):
        parent[is_child] = heads[rng.integers(0, len(heads), int(is_child.sum()))]
    return parent
