"""The lake: events and facts that are never changed, rollups that are replaced whole, sessions that read them."""

from nenrin.analytics.lake.days import EVER, FOREVER
from nenrin.analytics.lake.lake import Lake

__all__ = ["EVER", "FOREVER", "Lake"]
