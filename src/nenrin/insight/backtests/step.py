"""The worker's part: one round of a backtest, of health models first."""

from __future__ import annotations

from datetime import datetime

from nenrin.insight.backtests import risk_runs, runs


def step(at: datetime) -> int:
    """Safe to repeat; 0 when idle."""
    return runs.step(at) or risk_runs.step(at)
