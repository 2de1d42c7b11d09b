"""The interval of a figure that is a product of independent factors."""

from __future__ import annotations

import numpy as np

from nenrin.analytics import intervals
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.kpis import YEARLY_CHURN, Factor, Floats, Kpi, Totals, divided


def product(
    kpi: Kpi, sums: Totals, facts: Facts, rate: tuple[Floats, Floats], grown: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:  # fmt: skip
    """The interval of a value that is a product of independent factors, each between its own ends: what each end does to the
    value is put together on the scale of logarithms (A. Donner, G. Zou 2012). NaN where there is no finite end. `rate`: the
    ends of `over` / `under`; `grown`: those of its two."""
    value = np.asarray(kpi.value(sums, facts), dtype=np.float64)
    below, above = np.zeros(np.shape(value)), np.zeros(np.shape(value))
    with np.errstate(invalid="ignore", divide="ignore"):
        for factor in kpi.factors:
            moved = [
                np.log(kpi.value({**sums, **told}, facts) / value) for told in _at_ends(kpi, factor, sums, rate, grown)
            ]
            below, above = below + np.minimum(*moved) ** 2, above + np.maximum(*moved) ** 2
        low, high = value * np.exp(-np.sqrt(below)), value * np.exp(np.sqrt(above))
    known = np.isfinite(low) & np.isfinite(high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _at_ends(
    kpi: Kpi, factor: Factor, sums: Totals, rate: tuple[Floats, Floats], grown: tuple[Floats, Floats]
) -> list[dict[str, Floats]]:  # fmt: skip
    """What a factor's two ends put in place of the sums."""
    if factor == "rate":
        return [{kpi.over: end * sums[kpi.under]} for end in rate]
    if factor == "grown":
        return [{kpi.grown[0]: end * sums[kpi.grown[1]]} for end in grown]
    if factor == "sold":
        each = divided(sums["won_mrr"], sums["accounts_won"])
        return [{"accounts_won": end, "won_mrr": end * each} for end in intervals.poissons(sums["accounts_won"])]
    if factor == "won":
        return [{"accounts_won": end} for end in intervals.poissons(sums["accounts_won"])]
    lost, base = sums["accounts_base"] - sums["accounts_kept"], sums["accounts_base"]
    return [{YEARLY_CHURN: end} for end in intervals.wilsons(lost.astype(float), base.astype(float))]
