"""Retention as plain values, for programs: the same through REST and the command line."""

from __future__ import annotations

from typing import Any

from nenrin.insight.retention import curves, factors
from nenrin.insight.retention.curves import Group, Retention
from nenrin.insight.retention.factors import Factors, Longer, Told


def of_retention(found: Retention) -> dict[str, Any]:
    """Groups with their curves by month, and whether chance alone could part them."""
    test = found.comparison
    return {
        "by": found.by,
        "customers": found.customers,
        "losses": found.losses,
        "left_out": found.left_out,
        "counted_from_month": found.since,
        "groups": [_group(one) for one in found.groups],
        "log_rank": test and {"chi_square": test.chi_square, "degrees": test.degrees, "p": test.p},
    }


def _group(group: Group) -> dict[str, Any]:
    enough = group.curve is not None
    return {
        "group": group.key,
        "customers": len(group.stays),
        "losses": group.losses,
        "reason": "" if enough else f"not enough data: needs {curves.LEAST_CUSTOMERS} customers",
        "months": [_month(group, month) for month in range(group.months + 1)] if enough else [],
    }


def _month(group: Group, month: int) -> dict[str, Any]:
    share, low, high = group.share(month) or (None, None, None)
    return {"month": month, "at_risk": group.at_risk(month), "share": share, "low": low, "high": high}


def of_factors(found: Factors) -> dict[str, Any]:
    """What goes with leaving sooner; without factors the reason."""
    return {
        "customers": found.customers,
        "losses": found.losses,
        "concordance": found.concordance,
        "reason": "" if found.told else reason(found),
        "weibull_shape": _longer(found.shape),
        "factors": [_told(one) for one in found.told],
    }


def reason(found: Factors) -> str:
    if found.needed:
        return f"not enough data: needs {found.needed} losses for each factor"
    return "no trait differs between those who left and those who stayed"


def _told(one: Told) -> dict[str, Any]:
    effect = one.effect
    return {
        "trait": one.trait.kind,
        "key": one.trait.key,
        "against": one.trait.against,
        "factor": effect.factor,
        "low": effect.low,
        "high": effect.high,
        "p": effect.p,
        "proportional_p": effect.proportional_p,
        "is_constant": effect.proportional_p >= factors.CONSTANT,
        "time": _longer(one.longer),
    }


def _longer(one: Longer | None) -> dict[str, float] | None:
    return {"factor": one.factor, "low": one.low, "high": one.high} if one else None
