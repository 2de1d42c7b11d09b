"""How many events came in all months that ended, against how many were told, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nenrin.insight.risk.past_months import Held
from nenrin.values import Text

TWO_SIDED = 1.96  # standard deviations within which 95 % of a normal quantity lie


def against_chance(ended: Sequence[Held]) -> Text | None:
    """Whether chance alone explains the difference, at 95 %; None where no month has ended.

    The number of events is Poisson-binomial; over many months its sum is nearly normal, its variance the sum of theirs.
    """
    if not ended:
        return None
    came, told = sum(one.happened for one in ended), sum(one.told for one in ended)
    reach = TWO_SIDED * math.sqrt(sum(one.spread**2 for one in ended))
    verdict = (
        Text("the difference is within it.", "差はその範囲内です。")
        if abs(came - told) <= reach
        else Text("the difference is beyond it.", "差はその範囲を超えています。")
    )
    return Text(
        f"Customers in all: {came} came, {told:.1f} were expected. Chance alone makes up to {reach:.1f} of difference: "
        f"{verdict.en}",
        f"顧客数の合計: 実績{came}社、見込み{told:.1f}社。偶然だけで生じる差は{reach:.1f}社まで。{verdict.ja}",
    )
