"""How far a chained rate may be from what it would be with other customers: the bootstrap over accounts without drawing.

The logarithm of a product of rates is a sum. What each account adds to it, month by month, gives its spread and its skew;
its interval is that of a bias-corrected, accelerated bootstrap to the second order (as in nenrin.analytics.intervals).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics import intervals
from nenrin.analytics.revenue.groups import Groups
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.readings import CHAIN

Floats = NDArray[np.float64]
#: The sums of the squares and of the cubes of what each account adds.
NAMES = ("chain_spread", "chain_skew")
#: Below it all accounts add the same.
NOTHING = 1e-18


def influence(under: Whole, over: Whole, groups: Groups, sums: tuple[Whole, Whole]) -> Floats:
    """What each place adds to the logarithm of one month's rate of its group, of which both sides have these sums."""
    with np.errstate(invalid="ignore", divide="ignore"):
        begins, ends = (groups.spread(1 / side) for side in sums)
        begins *= under
        ends *= over
        ends -= begins
    return ends


def of_columns(columns: Mapping[str, Whole], groups: Groups) -> dict[str, Floats]:
    """From the columns of the chain, by account."""
    added = []
    for n in range(CHAIN):
        under, over = (columns[f"chain_{side}_{n}"][groups.row] for side in ("under", "over"))
        added.append(influence(under, over, groups, (groups.summed(under), groups.summed(over))))
    return summed(total(added), groups)


def total(added: Sequence[Floats]) -> Floats:
    """What each place adds over all months."""
    out = added[0].copy()
    for one in added[1:]:
        out += one
    return out


def summed(added: Floats, groups: Groups, period: int = 0) -> dict[str, Floats]:
    """NAMES by group, of what each place adds."""
    with np.errstate(invalid="ignore"):
        squares = added * added
        spread = groups.summed(squares, period)
        squares *= added
        return dict(zip(NAMES, (spread, groups.summed(squares, period)), strict=True))


def ends(value: Floats, spread2: Floats, third: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval of every group's product; NaN where there is none."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        spread = np.sqrt(np.where(spread2 > NOTHING, spread2, np.where(np.isnan(spread2), np.nan, 0)))
        bend = np.where(spread > 0, third / (6 * spread**3), 0)
        low, high = (value * np.exp(spread * _step(bend, side * intervals.normal(0.95))) for side in (-1, 1))
    known = np.isfinite(low) & np.isfinite(high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _step(bend: Floats, z: float) -> Floats:
    """How many spreads one end lies away."""
    reach = bend + z
    out: Floats = reach / (1 - bend * reach) ** 2
    return out
