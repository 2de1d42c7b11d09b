"""What will be left of the MRR that comes up for renewal: by call, and as the model expects it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts import bernoulli
from nenrin.analytics.forecasts.bernoulli import Interval
from nenrin.work.renewal_pipeline import Flags, Floats, Pipeline


@dataclass(frozen=True, slots=True)
class Forecast:
    """Minor units of MRR in the organisation's currency; worst <= committed <= best <= due.

    `kept`: what the model expects to be kept of `told`, with the interval in which at least four of five outcomes fall;
    None where nothing has a probability. `foreign`: terms in currencies without an exchange rate, counted and not added.
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
    kept: Interval | None
    foreign: int

    @property
    def expected(self) -> float | None:
        return None if self.kept is None else self.kept.value

    @property
    def low(self) -> float | None:
        return None if self.kept is None else self.kept.low

    @property
    def high(self) -> float | None:
        return None if self.kept is None else self.kept.high

    @property
    def grr(self) -> float | None:
        """The share of the MRR up for renewal that stays, after the model; among the terms it tells of."""
        return None if self.expected is None or not self.told else self.expected / self.told


def of(every: Pipeline, currency: str) -> Forecast:
    rows = every.only(every.currency == currency)
    told = ~np.isnan(rows.p)
    return Forecast(
        count=len(every), due=_sum(rows, rows.minor >= 0), committed=_sum(rows, rows.is_committed),
        best=_sum(rows, rows.is_best), worst=_sum(rows, rows.is_worst),
        uncalled=int(((every.held == "") & ~every.is_noticed).sum()), apart=int((every.lean != 0).sum()),
        told=_sum(rows, told), untold=int((~told).sum()), kept=kept(rows.only(told)) if told.any() else None,
        foreign=len(every) - len(rows),
    )  # fmt: skip


def _sum(rows: Pipeline, which: Flags) -> int:
    return round(float(rows.minor[which].sum()))


def kept(rows: Pipeline) -> Interval:
    """Accounts decide apart from each other; the terms of one account go together."""
    _, place = np.unique(rows.account, return_inverse=True)
    amount = np.bincount(place, weights=rows.minor).astype(np.float64)
    p, low, high = (_mean(some, rows.minor, place, amount) for some in (rows.p, rows.low, rows.high))
    return bernoulli.interval(p, amount, bernoulli.doubt(low, high))


def _mean(some: Floats, minor: Floats, place: NDArray[np.int64], amount: Floats) -> Floats:
    """Of each account, weighed by MRR, so that the expected sum is exact."""
    found: Floats = np.bincount(place, weights=some * minor) / np.where(amount > 0, amount, 1.0)
    return found
