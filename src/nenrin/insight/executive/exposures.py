"""At-risk ARR (解約リスクARR): what the paying accounts at risk bring a year, and how that changed over the period."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.insight.executive.standing import Standing
from nenrin.values import Text

NAME = Text("At-risk ARR", "解約リスクARR")
MEANING = Text(
    "Twelve times the MRR of the paying accounts whose health is at risk on the last day of the period.",
    "期末日にヘルスが「危険」である契約中の顧客のMRRの12倍。",
)
BAND = "at_risk"


@dataclass(frozen=True, slots=True)
class Exposure:
    """Minor units a year; `share` of all ARR; `before`: the day before the period, None where no health was stored."""

    arr: int
    accounts: int
    share: float
    before: int | None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.arr - self.before


def exposure(of: Standing | None) -> Exposure | None:
    """None where health is not told.

    >>> from datetime import date
    >>> from nenrin.insight.executive.standing import Part
    >>> day = date(2026, 4, 6)
    >>> exposure(Standing(day, (Part("healthy", 3, 300), Part("at_risk", 1, 100)), None, (), {}))
    Exposure(arr=1200, accounts=1, share=0.25, before=None)
    """
    if of is None:
        return None
    now, was = of.of(BAND), of.was(BAND)
    return Exposure(12 * now.mrr, now.accounts, now.mrr / of.mrr if of.mrr else 0.0, 12 * was.mrr if was else None)
