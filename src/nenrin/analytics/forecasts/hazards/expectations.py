"""How much MRR is expected to leave, within which interval, and what really left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nenrin.analytics.forecasts.hazards.tables import Array, Days, Truth

#: Draws of what the coefficients leave open and of who leaves: 1 % of an interval's width.
DRAWS, SEED = 2000, 7


@dataclass(frozen=True, slots=True)
class Expected:
    """Minor units a month. `low` to `high` holds 80 % of what may come: who leaves is chance, and the risk itself is
    known only within its own interval, in which all accounts err alike. `accounts`: expected number."""

    minor: int
    low: int
    high: int
    accounts: float


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Expected against happened. `is_within` the interval; `ratio` happened / expected, None without expectation."""

    expected: Expected
    happened_minor: int
    happened_accounts: int
    is_within: bool
    ratio: float | None


def expected(probability: Array, mrr_minor: Days, high: Array | None = None, share: float = 0.8) -> Expected:
    """Sum of risk x MRR. `high`: upper ends of the probabilities' 90 % intervals, by which the whole may be off.

    >>> expected(np.array([0.5, 0.1]), np.array([100, 1000])).minor
    150
    """
    rng = np.random.default_rng(SEED)
    total = float(probability @ mrr_minor)
    drawn = _draws(probability, mrr_minor, high, rng)
    low, top = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2]) if len(drawn) else (0.0, 0.0)
    return Expected(
        round(total), min(round(low), round(total)), max(round(top), round(total)), float(probability.sum())
    )


def reconciled(one: Expected, left: Truth, mrr_minor: Days) -> Reconciled:
    """With who really left of the same accounts, and the MRR that they had when it was told."""
    minor = int(mrr_minor[left].sum())
    ratio = minor / one.minor if one.minor else None
    return Reconciled(one, minor, int(left.sum()), one.low <= minor <= one.high, ratio)


def _draws(probability: Array, mrr: Days, high: Array | None, rng: np.random.Generator) -> Array:
    odds = np.log(np.clip(probability, 1e-12, 1 - 1e-12) / (1 - np.clip(probability, 1e-12, 1 - 1e-12)))
    spread = np.zeros_like(odds) if high is None else _spread(odds, high)
    found = np.empty(DRAWS)
    for n in range(DRAWS):
        moved = 1 / (1 + np.exp(-(odds + spread * rng.standard_normal())))
        found[n] = mrr[rng.random(len(mrr)) < moved].sum()
    return found


def _spread(odds: Array, high: Array) -> Array:
    """Standard deviation in log-odds behind the upper end of a 90 % interval."""
    top = np.clip(high, 1e-12, 1 - 1e-12)
    result: Array = np.maximum(np.log(top / (1 - top)) - odds, 0.0) / 1.6448536269514722
    return result
