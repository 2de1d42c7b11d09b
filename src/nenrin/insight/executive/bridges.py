"""From the MRR at the begin of a period to that at its end: the steps of the bridge."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.analytics.revenue.movements import KINDS, NAMES
from nenrin.insight.executive import words
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.values import Text

ORDER = ("begin", "adjustment", *KINDS, "fx", "transfer", "end")


@dataclass(frozen=True, slots=True)
class Step:
    """`amount` in minor units, signed; `count` accounts where they are counted; `shown` as it reads."""

    kind: str
    name: Text
    amount: int
    count: int | None
    shown: Text
    is_total: bool


def steps(of: Dashboard) -> list[Step]:
    """Begin and end always, between them what moved anything."""
    found = [_step(of, kind) for kind in ORDER]
    return [each for each in found if each.is_total or each.amount]


def _step(of: Dashboard, kind: str) -> Step:
    told = of.statement
    amounts = told.amounts | {"begin": told.begin, "end": told.end, "fx": told.fx, "transfer": told.transfer,
                              "adjustment": told.adjustment}  # fmt: skip
    counts = told.counts | {"begin": told.accounts_begin, "end": told.accounts_end}
    amount, count = amounts[kind], counts.get(kind)
    is_total = kind in ("begin", "end")
    shown = words.compact(of, amount) if is_total else words.signed(of, amount)
    return Step(kind, NAMES[kind], amount, count, shown, is_total)
