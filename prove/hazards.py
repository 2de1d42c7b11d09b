"""Little data does no harm: with about 30 losses a hazard of ten features against its tier's base rate, 200 draws.

Half of the draws have features that mean nothing at all, half have three that mean something. Aim: log loss on fresh
rows is in no draw more than .5 % worse than the base rate's.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from nenrin.analytics.forecasts.hazards import designs, logistics, ridges, verdicts

DRAWS, ROWS, FRESH, FEATURES = 200, 1000, 8000, 10
TIERS, SHARES = ("enterprise", "mid_market", "smb"), (0.10, 0.28, 0.62)
Rows = tuple[dict[str, Any], list[str], Any, Any]


def run() -> list[dict[str, Any]]:
    """NENRIN_PROVE_DRAWS (200) draws."""
    count = int(os.environ.get("NENRIN_PROVE_DRAWS", DRAWS))
    found = [_worse(seed, strength=seed % 2) for seed in range(count)]
    events = float(np.mean([losses for _, losses in found]))
    worst = max(worse for worse, _ in found)
    over = sum(worse > 0.005 for worse, _ in found)
    name = f"log loss against the tier's base rate, {count} draws of {events:.0f} losses"
    return [
        {"name": f"{name}: worst", "figure": round(100 * worst, 2), "unit": "%", "aim": 0.5, "holds": over == 0},
        {"name": f"{name}: draws above .5 %", "figure": over, "unit": "draws", "aim": 0, "holds": over == 0},
    ]


def _worse(seed: int, strength: int) -> tuple[float, int]:
    rng = np.random.default_rng(seed)
    values, tier, due, happened = _rows(rng, ROWS, strength)
    fresh, fresh_tier, fresh_due, truth = _rows(rng, FRESH, strength)
    made = designs.design(values, tier)
    columns, unseen = made.columns(values, tier, due), made.columns(fresh, fresh_tier, fresh_due)
    held = ridges.hold(columns, happened, made.names)
    levels = [n for n, name in enumerate(made.names) if name == "one" or name.startswith("tier ")]
    base = logistics.fit(columns[:, levels], happened, ridge=1.0)
    ours = verdicts.log_loss(held.fit.probability(unseen), truth)
    return ours / verdicts.log_loss(base.probability(unseen[:, levels]), truth) - 1, int(happened.sum())


def _rows(rng: np.random.Generator, count: int, strength: int) -> Rows:
    values = rng.normal(size=(count, FEATURES))
    tier, due = rng.choice(TIERS, count, p=SHARES), rng.random(count) < 0.15
    weights = np.zeros(FEATURES)
    weights[:3] = np.array([-0.5, -0.3, -0.2]) * strength
    level = np.select([tier == "smb", tier == "mid_market"], [0.7, 0.0], -0.8)
    odds = -4.15 + values @ weights + level + due
    happened = rng.random(count) < 1 / (1 + np.exp(-odds))
    known = np.where(rng.random(values.shape) < 0.1, np.nan, values)
    return {f"feature {n}": known[:, n] for n in range(FEATURES)}, tier.tolist(), due, happened
