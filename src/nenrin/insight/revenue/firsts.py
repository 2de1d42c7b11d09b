"""When each account first paid: the fiscal year, the fiscal quarter or the month, as keys that stand in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import NEVER, number
from nenrin.analytics.revenue.periods import Grain
from nenrin.foundation import format
from nenrin.insight.revenue import policies
from nenrin.insight.revenue.books import Ledger
from nenrin.values import Text

#: The dimensions of cohorts, and how long each of their parts is.
GRAINS: Mapping[str, Grain] = {"cohort": "year", "cohort_quarter": "quarter", "cohort_month": "month"}


def keys(ledger: Ledger, dimension: str) -> NDArray[np.object_]:
    """Each account's key, "2025", "2025-Q1" or "2025-04"; "" where it never paid."""
    first, begins = ledger.book.line.first_paid(), policies.fiscal().begins
    paid = first < NEVER
    since, starts = np.array([number(day) for day, _ in begins]), np.array([month for _, month in begins])
    start = starts[np.searchsorted(since, first, side="right") - 1]
    months = np.where(paid, first, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    years, since_begin = np.divmod(months - (start - 1), 12)
    told = {"year": (years,), "quarter": (years, since_begin // 3 + 1), "month": (months // 12, months % 12 + 1)}
    parts = [values.tolist() for values in told[GRAINS[dimension]]]
    found: list[Any] = [_key(GRAINS[dimension], *values) for values in zip(*parts, strict=True)]
    return np.where(paid, np.array(found, dtype=object), "")


def _key(grain: Grain, year: int, part: int = 0) -> str:
    return {"year": f"{year}", "quarter": f"{year}-Q{part}", "month": f"{year}-{part:02}"}[grain]


def named(key: str) -> Text:
    """A key as people read it.

    >>> named("2025").ja, named("2025-Q1").ja, named("2025-04").en
    ('2025年度', '2025年度 第1四半期', 'Apr 2025')
    """
    year, _, part = key.partition("-")
    if not part:
        return Text(f"FY{year}", f"{year}年度")
    if part.startswith("Q"):
        return Text(f"FY{year} {part}", f"{year}年度 第{part[1:]}四半期")
    day = date(int(year), int(part), 1)
    return Text(*(format.day(day, language, "month") for language in ("en", "ja")))
