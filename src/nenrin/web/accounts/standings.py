"""Everybody's health on one day, as columns: what a comparison of two days is ranked and counted by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.scores import micro
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import DailyScore, Health


class Standing(NamedTuple):
    """An account's health on a day; points."""

    band: str
    score: float


@dataclass(frozen=True, slots=True)
class Standings:
    """Columns sorted by account: scores in points, bands by their word. False where no health of the day was kept."""

    account: NDArray[np.int64]
    band: NDArray[np.str_]
    score: NDArray[np.float64]

    def __bool__(self) -> bool:
        return len(self.account) > 0

    def get(self, key: int) -> Standing | None:
        place = int(np.searchsorted(self.account, key))
        if place == len(self.account) or self.account[place] != key:
            return None
        return Standing(str(self.band[place]), float(self.score[place]))

    def of(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
        """Bands and scores in the order of `keys`; "" and NaN for those without."""
        if not self:
            return np.full(len(keys), ""), np.full(len(keys), np.nan)
        place = np.searchsorted(self.account, keys).clip(max=len(self.account) - 1)
        known = self.account[place] == keys
        return np.where(known, self.band[place], ""), np.where(known, self.score[place], np.nan)


def on(day: date, *, is_closed: bool) -> Standings:
    """Health of a day as it was shown: of the last weeks from the database, of any other closed day from the lake."""
    if not is_closed:
        return _of(Health.objects.filter(as_of=day).values_list("account_id", "band", "score"))
    recent = _of(DailyScore.objects.filter(day=day).values_list("account_id", "band", "score"))
    return recent or _from_lake(day)


def _of(rows: Iterable[tuple[int, str, float]]) -> Standings:
    kept = np.array(list(rows), dtype=[("account", np.int64), ("band", "U8"), ("score", np.float64)])
    return _sorted(kept["account"], kept["band"], kept["score"])


def _from_lake(day: date) -> Standings:
    table = history.scores(lakes.current(), day, day)
    band = np.array(table.column("shown").to_pylist(), np.str_)
    return _sorted(table.column("account").to_numpy(), band, table.column("score").to_numpy() / micro.ONE)


def _sorted(account: NDArray[np.int64], band: NDArray[np.str_], score: NDArray[np.float64]) -> Standings:
    order = np.argsort(account)
    return Standings(account[order], band[order], score[order])
