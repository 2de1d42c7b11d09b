"""A model's card as plain values: how far up the ladder it went and why, how good it was on later months, what it
rests on."""

from __future__ import annotations

from typing import Any

import msgspec

from nenrin.analytics.forecasts.hazards.risk import Finding, RiskModel


def card(model: RiskModel) -> dict[str, Any]:
    """Everything but the coefficients."""
    return {
        "events": model.events,
        "rows": model.rows,
        "accounts": model.accounts,
        "shows_probability": model.shows_probability,
        "step": str(model.trust.step),
        "why": model.trust.why,
        "share_kept": model.trust.share,
        "trials": [msgspec.to_builtins(trial) for trial in model.trust.trials],
        "features": list(model.needs),
        "tiers": list(model.hazard.design.tiers),
    }


def finding(found: Finding) -> dict[str, Any]:
    return {"rule": found.rule, "severity": found.severity, "feature": found.feature, "figure": found.figure}
