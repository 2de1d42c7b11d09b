"""What an interval cannot reach beyond: what no customers drawn anew could ever make of a figure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nenrin.analytics.revenue.kpis import Floats, Kpi

Ends = tuple[float, float]
ENDLESS: Ends = (-np.inf, np.inf)
#: No column is below zero but these; a sum over another is not either.
POSITIVE: Ends = (0.0, np.inf)
#: The upper side of an account is never more than its lower one.
PART: Ends = (0.0, 1.0)
POINTS: Ends = (-100.0, 100.0)
#: By the upper side of the interval. What is lost less what was gained has only one end.
BY_SIDE: Mapping[str, Ends] = {
    "kept_capped": PART, "product_capped": PART, "lost": PART, "months_lost": PART, "expansion": POSITIVE, "users_week": PART, "due_kept": PART,
    "contacts_ahead": PART, "lost_net": (-np.inf, 1.0), "lost_net_back": (-np.inf, 1.0), "nps_of_accounts": POINTS,
    "nps_of_mrr": POINTS, "ces_sum": (1.0, 7.0),
}  # fmt: skip
#: Where the upper side alone does not tell.
BY_KPI: Mapping[str, Ends] = {"expansion_share": PART, "logo_churn_stripe": PART, "mrr_growth_year": (-1.0, np.inf)}


def of(kpi: Kpi) -> Ends:
    """The least and the most that a KPI's interval may reach to.

    >>> from nenrin.analytics.revenue.catalogue import KPIS
    >>> of(KPIS["grr"]), of(KPIS["quick_ratio"]), of(KPIS["net_mrr_churn"])
    ((0.0, 1.0), (0.0, inf), (-inf, 1.0))
    """
    if kpi.key in BY_KPI:
        return BY_KPI[kpi.key]
    return BY_SIDE.get(kpi.over, POSITIVE) if kpi.interval == "bootstrap" else ENDLESS


def cut(kpi: Kpi, value: Floats, ends: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The ends of intervals, none beyond what can be; the value itself stays inside."""
    least, most = of(kpi)
    low, high = ends
    low = low if least == -np.inf else np.maximum(low, np.minimum(least, value))
    return low, high if most == np.inf else np.minimum(high, np.maximum(most, value))
