"""Tier, touch model, industry and region of accounts over time, as the lake tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import Whole, number

GRADES = """
select account, believed_from, coalesce(tier, '') as tier, coalesce(touch_model, '') as touch_model,
       coalesce(industry, '') as industry, coalesce(region, '') as region
from accounts order by account, believed_from
"""
FIELDS = ("tier", "touch_model", "industry", "region")


@dataclass(frozen=True, slots=True)
class Graded:
    """Tier, touch model, industry and region of accounts over time: rows by (account, from day)."""

    account: Whole
    day: Whole
    values: dict[str, NDArray[np.object_]]

    def at(self, field: str, accounts: Whole, day: date) -> NDArray[np.object_]:
        """The value of each account on a day; before its first version, the first one's; "" where there is none."""
        high = 2**31
        found = np.searchsorted(self.account * high + self.day, accounts * high + number(day), side="right") - 1
        first = np.searchsorted(self.account, accounts, side="left")
        last = np.searchsorted(self.account, accounts, side="right")
        known = last > first
        out = np.full(len(accounts), "", dtype=object)
        out[known] = self.values[field][np.maximum(found, first)[known]]
        return out


def read(db: duckdb.DuckDBPyConnection) -> Graded:
    """From a session of the lake with fixed knowledge."""
    found = db.sql(GRADES).to_arrow_table()
    days = found.column("believed_from").cast("int32").to_numpy().astype(np.int64)
    values = {name: np.asarray(found.column(name).to_pylist(), dtype=object) for name in FIELDS}
    return Graded(found.column("account").to_numpy().astype(np.int64), days, values)
