"""A model's card as plain values: how far up the ladder it went and why, how good it was on later months, what it
rests on."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from nenrin.analytics.forecasts.hazards.risk import Finding, RiskModel


def card(model: RiskModel) -> dict[str, Any]:
    """Everything but the coefficients; what cannot be told is null."""
    told = {
        "events": model.events,
        "rows": model.rows,
        "accounts": model.accounts,
        "shows_probability": model.shows_probability,
        "step": str(model.trust.step),
        "why": model.trust.why,
        "share_kept": model.trust.share,
        "trials": [msgspec.to_builtins(trial) for trial in model.trust.trials],
        "features": list(model.needs),
        "level": _level(model),
        "tiers": list(model.hazard.design.tiers),
        "verdicts": [msgspec.to_builtins(verdict) for verdict in model.verdicts],
    }
    found: dict[str, Any] = _plain(told)
    return found


def _level(model: RiskModel) -> dict[str, Any] | None:
    """What the level behind the measures gained, and behind which it stands; null where it was not tried."""
    tried = model.trust.level
    measures = list(model.state.measures) if model.state else []
    return None if tried is None else {**msgspec.to_builtins(tried), "measures": measures}


def finding(found: Finding) -> dict[str, Any]:
    return {"rule": found.rule, "severity": found.severity, "feature": found.feature, "figure": found.figure}


def _plain(value: Any) -> Any:
    """JSON knows neither infinity nor what is no number."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
