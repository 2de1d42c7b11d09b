"""The median time to the first value by group: Kaplan and Meier's, those without it counted for as long as they were seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nenrin.analytics.forecasts.survival.curves import kaplan_meier
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import NEVER, Whole

#: The median and the ends of its 95 % interval (Brookmeyer & Crowley 1982), in days; NONE where it is not reached.
NAMES = ("value_median", "value_low", "value_high")
NEEDED = ("value_days", "value_reached", "value_lost")
NONE = -1
#: A product of shares may miss one half by a rounding.
HALF = 0.5 + 1e-9


def of_columns(columns: Mapping[str, Whole], groups: Groups) -> dict[str, Whole]:
    """From columns by account."""
    return by_place({name: columns[name][groups.row] for name in NEEDED}, groups)


def by_place(columns: Mapping[str, Whole], groups: Groups, period: int = 0) -> dict[str, Whole]:
    """From columns by place: an account stands where its group has it."""
    days, reached, lost = (columns[name] for name in NEEDED)
    at = np.flatnonzero(days > 0)
    if groups.inside is not None:
        at = at[groups.inside[period][at]]
    out = {name: np.full(groups.count, NONE, dtype=np.int64) for name in NAMES}
    for group in np.unique(groups.group[at]):
        own = at[groups.group[at] == group]
        curve = kaplan_meier(np.where(lost[own] > 0, NEVER, days[own]), reached[own] > 0)
        for name, side in zip(NAMES, (curve.share, curve.low, curve.high), strict=True):
            found = next((t for t, share in zip(curve.times, side, strict=True) if share <= HALF), NONE)
            out[name][group] = int(found)
    return out
