"""What a stage is measured by: in words, or by one of the product's own KPIs with a number to reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.values import Text

_NUMBER: Final = re.compile(r"(-?\d[\d,]*(?:\.\d+)?)\s*([%％]?)")


@dataclass(frozen=True, slots=True)
class Kpi:
    """What the stage is measured by, and how much of it is wanted, in words; `key`: of the KPI in the catalogue, "" for none.

    Of one of the catalogue `target` is a number: a percentage of shares ("90 %"), major units of money.
    """

    name: Text
    target: str
    key: str = ""


def name_of(key: str) -> Text:
    """The catalogue's own name; of a key that it does not have, the key."""
    return KPIS[key].name if key in KPIS else Text(key, key)


def aim(key: str, target: str, digits: int = 0) -> float | None:
    """The number to reach in the KPI's own unit; None where the words say none. `digits`: of the currency's minor unit.

    >>> aim("onboarding_completion", "90 %"), aim("onboarding_completion", "90"), aim("mrr", "1,000", 2), aim("mrr", "5%")
    (0.9, None, 100000.0, None)
    """
    found = _NUMBER.fullmatch(target.strip())
    if found is None or key not in KPIS:
        return None
    number, is_share = float(found[1].replace(",", "")), KPIS[key].unit == "share"
    if bool(found[2]) is not is_share:
        return None
    return number / 100 if is_share else number * 10**digits if KPIS[key].unit == "money" else number


def expected(key: str) -> Text:
    """How its target is written."""
    if KPIS[key].unit == "share":
        return Text("a percentage, such as 90 %", "「90 %」のような割合")
    return Text("a number", "数値")
