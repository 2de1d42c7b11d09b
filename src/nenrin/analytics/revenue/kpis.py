"""What a KPI is: declared once, computed from sums of columns for any number of groups at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.paths import Whole
from nenrin.values import Text

Floats = NDArray[np.float64]
Totals = Mapping[str, Whole]
Value = Callable[[Totals, Facts], Floats]
Unit = Literal["money", "share", "ratio", "count", "days", "months", "points", "score"]
Direction = Literal["higher", "lower", "neutral"]
Kind = Literal["wilson", "bootstrap", "nps", "median", "none"]


NOBODY = Text("nobody to count", "対象がない")


@dataclass(frozen=True, slots=True)
class Band:
    """Values from `low` up to and without `high` (None: no bound); `tier` empty for every tier. `source` with year."""

    low: float | None
    high: float | None
    label: Text
    source: str
    tier: str = ""

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


@dataclass(frozen=True, slots=True)
class Kpi:
    """- `over`, `under`: columns whose sums the interval is made of (empty where it has none).
    - `count`: the column that says how many stand behind it; below `minimum_n` there is not enough data.
    - `value`: from sums by group to one figure a group, NaN where there is none; `empty` says why in words.
    - `formula`: as a person reads it, in the names of the columns.
    - `loss`: the interval is of one minus the ratio of `over` and `under`.
    """

    key: str
    name: Text
    meaning: Text
    formula: str
    unit: Unit
    direction: Direction
    group: str
    value: Value
    count: str = "accounts_begin"
    minimum_n: int = 1
    empty: Text = NOBODY
    interval: Kind = "none"
    over: str = ""
    under: str = ""
    loss: bool = False
    bands: tuple[Band, ...] = ()
    waits: bool = False  # nothing tells its facts yet: never a figure
    beside: str = ""  # the key of the KPI without which this one misleads
    flows: bool = False  # belongs to a period, not to its last day


#: How the names of columns begin that count something; the others are money.
COUNTS = ("accounts", "due_renewed", "nps_", "promoters", "csat_", "ces_", "onboarding_", "tickets_",
          "contacts", "users_", "value_")  # fmt: skip


def is_money(column: str) -> bool:
    """Whether a column holds minor units.

    >>> is_money("lost"), is_money("due_mrr"), is_money("due"), is_money("nps_asked")
    (True, True, False, False)
    """
    return column != "due" and not column.startswith(COUNTS)


def divided(over: NDArray[np.generic], under: NDArray[np.generic]) -> Floats:
    """NaN where there is nothing to divide by."""
    top, bottom = over.astype(np.float64), under.astype(np.float64)
    out: Floats = np.divide(top, bottom, out=np.full(np.broadcast(top, bottom).shape, np.nan), where=bottom != 0)
    return out


def ratio(
    key: str, name: Text, meaning: Text, group: str, over: str, under: str, *, empty: Text, minimum_n: int,
    formula: str = "", interval: Kind = "wilson", count: str = "accounts_begin", direction: Direction = "higher",
    bands: tuple[Band, ...] = (),
) -> Kpi:  # fmt: skip
    """A KPI of a period that is one sum over another, with an interval made of the same two."""
    return Kpi(
        key, name, meaning, formula or f"{over} / {under}", "share", direction, group,
        lambda sums, facts: divided(sums[over], sums[under]),
        count, minimum_n, empty, interval, over, under, bands=bands, flows=True,
    )  # fmt: skip


class _Noted(dict[str, Whole]):
    """Sums that remember which were asked for."""

    def __missing__(self, name: str) -> Whole:
        self[name] = np.ones(1, dtype=np.int64)
        return self[name]


@cache
def needed(kpi: Kpi) -> frozenset[str]:
    """The columns that a KPI is made of."""
    noted = _Noted()
    with np.errstate(invalid="ignore", divide="ignore"):
        kpi.value(noted, Facts(acquisition_minor=1, reactivation_in_nrr=True))
    return frozenset({*noted, kpi.count, *(name for name in (kpi.over, kpi.under) if name)})


def of(kpi: Kpi, sums: Totals, facts: Facts) -> Floats:
    """The figure of every group; NaN where there are too few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = kpi.value(sums, facts)
    counted = sums[kpi.count]
    shown: Floats = np.where(np.isfinite(value) & (counted >= kpi.minimum_n), value, np.nan)
    return shown


def band_of(kpi: Kpi, value: float | None, tier: str = "") -> Band | None:
    """The band that a value lies in, of its tier where there are bands by tier; None between bands."""
    if value is None:
        return None
    own = [band for band in kpi.bands if band.tier in ("", tier)]
    return next((band for band in own if band.holds(value)), None)
