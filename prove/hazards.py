"""Little data does no harm: with about 30 losses a risk model of ten features against its tier's base rate, 200 draws.

Half of the draws have features that mean nothing at all, half have three that mean something. Aim: log loss on fresh
rows is in no draw more than .5 % worse than the base rate's (the share that left in each tier, one loss and its
customers of the whole added to each).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import risk, verdicts
from nenrin.analytics.forecasts.hazards.tables import Feature, Table
from tests.analytics.risk_worlds import snapshot

DRAWS, ROWS, FRESH, FEATURES = 200, 1000, 8000, 10
TIERS, SHARES = ("enterprise", "mid_market", "smb"), (0.10, 0.28, 0.62)


@dataclass(frozen=True, slots=True)
class Draw:
    """`worse` than the base rate, as a share of its log loss; after so many losses; on that step of the ladder."""

    worse: float
    losses: int
    step: str


def run() -> list[dict[str, Any]]:
    """NENRIN_PROVE_DRAWS (200) draws."""
    count = int(os.environ.get("NENRIN_PROVE_DRAWS", DRAWS))
    found = [draw(seed, strength=seed % 2) for seed in range(count)]
    events = float(np.mean([one.losses for one in found]))
    worst = max(one.worse for one in found)
    over = sum(one.worse > 0.005 for one in found)
    name = f"log loss against the tier's base rate, {count} draws of {events:.0f} losses"
    better = float(np.mean([-one.worse for one in found if one.step not in ("tier",)] or [0.0]))
    return [
        {"name": f"{name}: worst", "figure": round(100 * worst, 2), "unit": "%", "aim": 0.5, "holds": over == 0},
        {"name": f"{name}: draws above .5 %", "figure": over, "unit": "draws", "aim": 0, "holds": over == 0},
        {"name": f"{name}: mean gain where more than tiers was used", "figure": round(100 * better, 2), "unit": "%"},
    ]


def draw(seed: int, strength: int) -> Draw:
    rng = np.random.default_rng(seed)
    table, fresh = _rows(rng, ROWS, strength), _rows(rng, FRESH, strength)
    model = risk.learned(table)
    if isinstance(model, risk.NotEnough):
        return Draw(0.0, model.events, "none")
    truth = fresh.events["churn"]
    base = verdicts.log_loss(_base(table, fresh), truth)
    return Draw(verdicts.log_loss(model.probability(fresh, 30).value, truth) / base - 1, model.events, model.trust.step)


def _base(table: Table, fresh: Table) -> NDArray[np.float64]:
    happened = table.events["churn"]
    share = {tier: (happened[own].sum() + 1) / (own.sum() + 1 / happened.mean()) for tier, own in _own(table)}
    return np.array([share[tier] for tier in fresh.tier])


def _own(table: Table) -> list[tuple[str, NDArray[np.bool_]]]:
    return [(tier, table.tier == tier) for tier in TIERS]


def _rows(rng: np.random.Generator, count: int, strength: int) -> Table:
    values = rng.normal(size=(count, FEATURES))
    tier, due = rng.choice(TIERS, count, p=SHARES), rng.random(count) < 0.15
    weights = np.zeros(FEATURES)
    weights[:3] = np.array([-0.5, -0.3, -0.2]) * strength
    level = np.select([tier == "smb", tier == "mid_market"], [0.7, 0.0], -0.8)
    odds = -4.15 + values @ weights + level + due
    happened = rng.random(count) < 1 / (1 + np.exp(-odds))
    known = np.where(rng.random(values.shape) < 0.1, np.nan, values)
    features = tuple(Feature(f"feature {n}", known[:, n], group="adoption") for n in range(FEATURES))
    return snapshot(tier, due, features, {"churn": happened})
