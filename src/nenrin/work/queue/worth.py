"""What a reason is worth: money that may be lost or won, times what the play may move, by the minute.

    worth = ARR x probability x share that the play may move;  order = worth / minutes

- The probability of loss is the model's (within 90 days) where one speaks in figures, else the base rate of the band.
- What may be won is a stated share of ARR, times the model's probability of expansion or a base rate.
- Base rates and shares are estimates, stated here and on the page; a measured effect takes an estimate's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money
from nenrin.work.queue.portfolio import Standing
from nenrin.work.queue.reasons import Reason

#: Probability of loss within 90 days by band, where no model speaks in figures.
BASE: Mapping[str, float] = {"healthy": 0.01, "caution": 0.03, "at_risk": 0.10, "unknown": 0.03}
#: A proposal of more seats: its share of ARR, and the probability of a yes where no model speaks.
GROWTH, GROWTH_BASE = 0.10, 0.10


@dataclass(frozen=True, slots=True)
class Worth:
    """`stake`: ARR that may be lost, or the part of it that may be won. `basis` of `p`: a model, or the stated base."""

    stake: Money
    p: float
    basis: Literal["model", "base"]
    moves: float
    minutes: int
    is_measured: bool = False

    @property
    def expected(self) -> Money:
        """At stake times probability."""
        return Money(round(self.stake.minor * self.p), self.stake.currency)

    @property
    def moved(self) -> Money:
        return Money(round(self.stake.minor * self.p * self.moves), self.stake.currency)

    @property
    def a_minute(self) -> float:
        """Minor units a minute.

        >>> Worth(Money(5_760_000), 0.1, "model", 0.2, 30).a_minute
        3840.0
        """
        return self.stake.minor * self.p * self.moves / max(self.minutes, 1)


def of(reason: Reason, row: Standing, own: OwnMoney) -> Worth:
    """In the reporting currency; an account in one without a rate counts by its ledger's amount, and not at all without."""
    event = "churn" if reason.stake == "loss" else "expansion"
    told = row.risks.get(event)
    speaks = told is not None and not told.is_ranking
    base = BASE[row.band] if reason.stake == "loss" else GROWTH_BASE
    share = 1.0 if reason.stake == "loss" else GROWTH
    play = reason.play
    return Worth(
        Money(round(_arr(row, own) * share), own.currency), told.p if told and speaks else base,
        "model" if speaks else "base", play.moves, play.minutes, play.is_certain,
    )  # fmt: skip


def _arr(row: Standing, own: OwnMoney) -> int:
    arr = own.minor(row.arr, row.account.currency)
    return arr if arr is not None else 12 * next((told.minor for told in row.risks.values() if told.minor), 0)
