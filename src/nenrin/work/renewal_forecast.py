"""What will be left of the MRR that comes up for renewal: by call, and as the model expects it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nenrin.insight.risk.expected import doubt, expected
from nenrin.work.models.renewal import Call
from nenrin.work.renewal_lines import Line


@dataclass(frozen=True, slots=True)
class Forecast:
    """Minor units of MRR in the organisation's currency; worst <= committed <= best <= due.

    `expected`, `low`, `high`: what the model expects to be kept of `told`, with the interval in which four of five
    outcomes fall; None where nothing has a probability. `foreign`: terms in other currencies, counted and not added.
    """

    count: int
    due: int
    committed: int
    best: int
    worst: int
    uncalled: int
    apart: int
    told: int
    untold: int
    expected: float | None
    low: float | None
    high: float | None
    foreign: int

    @property
    def grr(self) -> float | None:
        """The share of the MRR up for renewal that stays, after the model; among the terms it tells of."""
        return None if self.expected is None or not self.told else self.expected / self.told


def of(lines: Iterable[Line], currency: str) -> Forecast:
    every = list(lines)
    rows = [one for one in every if one.mrr.currency == currency]
    told = [one for one in rows if one.p is not None]
    kept = _kept(told)
    return Forecast(
        count=len(every), due=_sum(rows), committed=_sum(one for one in rows if _is(one, Call.COMMIT)),
        best=_sum(one for one in rows if not one.is_noticed and not _is(one, Call.LOST)),
        worst=_sum(one for one in rows if _is(one, Call.COMMIT) and not _is_doubted(one)),
        uncalled=sum(one.call is None and not one.is_noticed for one in every), apart=sum(one.is_apart for one in every),
        told=_sum(told), untold=len(rows) - len(told), expected=kept[0], low=kept[1], high=kept[2],
        foreign=len(every) - len(rows),
    )  # fmt: skip


def _is(line: Line, call: Call) -> bool:
    return not line.is_noticed and line.call is not None and line.call.call == call


def _is_doubted(line: Line) -> bool:
    return line.lean < 0


def _sum(lines: Iterable[Line]) -> int:
    return sum(one.mrr.minor for one in lines)


def _kept(lines: list[Line]) -> tuple[float, float, float] | tuple[None, None, None]:
    """Accounts decide apart from each other; the terms of one account go together."""
    if not lines:
        return None, None, None
    groups: dict[int, list[Line]] = defaultdict(list)
    for one in lines:
        groups[one.account].append(one)
    amount = np.array([float(_sum(rows)) for rows in groups.values()])
    p, low, high = (np.array([_mean(rows, name) for rows in groups.values()]) for name in ("p", "low", "high"))
    found = expected(p, amount, doubt(low, high))
    return found.value, found.low, min(found.high, float(amount.sum()))


def _mean(rows: list[Line], name: str) -> float:
    """Weighed by MRR, so that the expected sum is exact."""
    values = [float(getattr(one, name)) for one in rows]
    weights = [one.mrr.minor for one in rows]
    return float(np.average(values, weights=weights)) if any(weights) else float(np.mean(values))
