"""How long customers stay, counted: curves with their intervals, tests between groups, and what goes with leaving."""

from nenrin.analytics.forecasts.survival.curves import Curve, kaplan_meier, of_counts

__all__ = ["Curve", "kaplan_meier", "of_counts"]
