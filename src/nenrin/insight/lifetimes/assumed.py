"""What the contracts do not tell, as the organisation's metric policy has it."""

from __future__ import annotations

from datetime import date

from nenrin.insight.lifetimes.worths import Assumptions, Convention
from nenrin.insight.revenue import policies

#: A lifetime without any discount has no end.
LEAST = 0.01


def given(
    on: date, margin: float | None = None, discount: float | None = None, convention: Convention = "whole"
) -> Assumptions:
    """Margin and discount rate of the policy of a day, where no others are told."""
    policy = policies.live(on)
    return Assumptions(
        policy.gross_margin if margin is None else margin,
        max(policy.yearly_discount, LEAST) if discount is None else discount,
        convention,
    )
