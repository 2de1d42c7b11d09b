"""The KPIs that a result is told by: most of the catalogue, two of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.kpis import Direction, Unit
from nenrin.values import Text

#: Days of the windows compared, and how long a month is.
LENGTH, MONTH = 90, 365.25 / 12
#: over "window": what came in the ninety days; "year": the twelve months; "day": what is there on the day.
Over = Literal["window", "year", "day"]


@dataclass(frozen=True, slots=True)
class Sort:
    """`grows`: a longer window gives more of it, so that only windows of one length compare."""

    key: str
    name: Text
    meaning: Text
    unit: Unit
    direction: Direction
    over: Over
    grows: bool = False


def _known(key: str, over: Over, *, grows: bool = False) -> Sort:
    kpi = KPIS[key]
    return Sort(key, kpi.name, kpi.meaning, kpi.unit, kpi.direction, over, grows)


ALL: tuple[Sort, ...] = (
    Sort(
        "churn_month", Text("Churn a month (accounts)", "月次解約率（社数）"),
        Text(
            "Accounts of the window's first day that left within it, as the rate of a month.",
            "期間の初日に契約中だった顧客のうち、期間中に解約した割合を1か月あたりに直した値。",
        ),
        "share", "lower", "window",
    ),
    _known("logo_churn_year", "year"),
    _known("grr", "year"),
    _known("nrr", "year"),
    _known("onboarding_completion", "window"),
    _known("renewal_rate", "window"),
    _known("stickiness", "day"),
    _known("expansion_rate", "window", grows=True),
    Sort(
        "health_known", Text("Accounts with a known health", "ヘルスが判定できる顧客の割合"),
        Text(
            "Paying accounts whose health is known, of all paying accounts; the others have too little data.",
            "課金中の顧客のうち、データが足りてヘルスを判定できる割合。",
        ),
        "share", "higher", "day",
    ),
    _known("ltv", "year"),
)  # fmt: skip
SORTS: Mapping[str, Sort] = {sort.key: sort for sort in ALL}


def ordered(main: tuple[str, ...]) -> list[Sort]:
    """Those that the problem is about first."""
    return [*(SORTS[key] for key in main), *(sort for sort in ALL if sort.key not in main)]
