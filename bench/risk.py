"""Learning and telling risk: processor time for 1,200 customers and 32 months."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from nenrin.analytics.forecasts.hazards import memories, risk, states
from nenrin.simulator.economy import lives
from nenrin.simulator.presets import Preset
from tests.analytics import risk_worlds


def run() -> list[dict[str, Any]]:
    plain = risk_worlds.table(lives.simulated(Preset("risk", accounts=1200, months=32), 3), 0, 32)
    level = risk.Level({one.name: one.better for one in plain.features})
    table = memories.remembered(plain)
    model = risk.learned(table, level=level)
    assert isinstance(model, risk.RiskModel)
    shown = states.told(table, model.state) if model.state else table
    now = shown.chosen(shown.begins == shown.begins.max())
    return [
        _row(
            f"risk learned, {len(table):,} rows, all steps and the verdict",
            1,
            lambda: risk.learned(table, level=level),
            "s",
        ),
        _row(f"risk refitted, {len(table):,} rows", 1, lambda: risk.learned(table, like=model, level=level), "s"),
        _row(
            f"risk of a year told with intervals, {len(now):,} accounts",
            1000,
            lambda: model.probability(now, 365),
            "ms",
        ),
    ]


def _row(name: str, scale: float, work: Callable[[], object], unit: str) -> dict[str, Any]:
    begun = time.process_time()
    work()
    return {"name": name, "figure": round(scale * (time.process_time() - begun), 2), "unit": unit}
