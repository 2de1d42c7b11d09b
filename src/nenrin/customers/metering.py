"""Metered usage: what was billed for each month beside the price, and its trailing mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from nenrin.customers import cleaning
from nenrin.customers.cleaning import Wrong
from nenrin.customers.terms import add_months
from nenrin.values import Text

#: Of so many months told last the mean is taken.
TRAILING = 3
MOST_MONTHS = 240
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)
_amount = cleaning.whole(0, cleaning.LARGEST_AMOUNT, required=True)


def months(value: object) -> dict[str, int | None]:
    """Minor units by month ("2026-05"), ascending; None takes a month back.

    >>> months({"2026-06": 1200, "2026-05": "900"})
    {'2026-05': 900, '2026-06': 1200}
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > MOST_MONTHS:
        raise Wrong(Text(f"expected amounts by month, at most {MOST_MONTHS}", f"月ごとの金額（{MOST_MONTHS}か月以内）"))
    for month in value:
        if not isinstance(month, str) or not _MONTH.fullmatch(month):
            raise Wrong(Text(f"expected months such as 2026-05, not {month!r}", f"2026-05 のような月を指定: {month!r}"))
    return {month: _whole(value[month]) for month in sorted(value)}


def _whole(value: object) -> int | None:
    found = None if value is None else _amount(value)
    return found if isinstance(found, int) else None


def merged(held: Mapping[str, int], told: Mapping[str, int | None]) -> dict[str, int]:
    """What stands once these months are told; the others stay.

    >>> merged({"2026-05": 900, "2026-06": 1}, {"2026-04": 800, "2026-06": None})
    {'2026-04': 800, '2026-05': 900}
    """
    both = {**held, **told}
    return {month: minor for month in sorted(both) if (minor := both[month]) is not None}


def trailing(told: Mapping[str, int]) -> list[tuple[date, int]]:
    """From which day on usage counts with how much: the mean of the last three months told (of fewer, where no more are
    told), halves up, from the first day after the last of them. A month that nobody tells changes nothing.

    >>> [(day.isoformat(), mean) for day, mean in trailing({"2026-04": 900, "2026-05": 1000, "2026-06": 1201, "2026-07": 0})]
    [('2026-05-01', 900), ('2026-06-01', 950), ('2026-07-01', 1034), ('2026-08-01', 734)]
    """
    ordered = sorted(told)
    sums = [0, *accumulate(told[month] for month in ordered)]
    return [
        (add_months(date.fromisoformat(f"{month}-01"), 1), _mean(sums[place + 1] - sums[max(0, place + 1 - TRAILING)],
                                                                min(place + 1, TRAILING)))
        for place, month in enumerate(ordered)
    ]  # fmt: skip


def _mean(total: int, count: int) -> int:
    return int((Decimal(total) / count).quantize(Decimal(1), ROUND_HALF_UP))
