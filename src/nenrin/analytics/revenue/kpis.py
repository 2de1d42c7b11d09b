"""What a KPI is: declared once, computed from sums of columns for any number of groups at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics import intervals
from nenrin.analytics.revenue import chains, medians
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.paths import Whole
from nenrin.values import Text

Floats = NDArray[np.float64]
Totals = Mapping[str, Any]  # by column: whole numbers by group, and the ends of what is not known exactly
Value = Callable[[Totals, Facts], Floats]
Unit = Literal["money", "share", "ratio", "count", "days", "months", "points", "score"]
Direction = Literal["higher", "lower", "neutral"]
Kind = Literal["wilson", "bootstrap", "product", "nps", "median", "poisson", "chain", "none"]
Factor = Literal["churn", "rate", "won", "sold", "grown"]
#: Where it is told, it stands in place of the share that left in twelve months.
YEARLY_CHURN = "churn_year"


NOBODY = Text("nobody to count", "対象がない")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a benchmark is from: the year it was published or surveyed; `is_read`: it names none, and was read in that."""

    name: str
    year: int
    is_read: bool = False

    def __str__(self) -> str:
        return f"{self.name}, {'read in ' if self.is_read else ''}{self.year}"


@dataclass(frozen=True, slots=True)
class Band:
    """Values from `low` up to and without `high` (None: no bound); `tier` empty for every tier. One `aside` is told to compare
    with, and no figure is said to lie in it."""

    low: float | None
    high: float | None
    label: Text
    source: Source
    tier: str = ""
    aside: bool = False

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


#: What stands behind figures that are no fraction of two columns with an interval.
BEHIND: Mapping[str, tuple[str, str]] = {
    "mrr": ("end", ""), "arr": ("end", ""), "committed_mrr": ("committed", "end"), "contracted_arr": ("committed", "end"),
    "paying_accounts": ("accounts_end", ""), "new_accounts": ("accounts_new", ""), "net_new_mrr": ("gained", "lost"),
    "cac": ("accounts_won", ""), "new_cac_ratio": ("won_mrr", ""), "blended_cac_ratio": ("won_mrr", ""),
    "renewals_due": ("due", ""), "renewals_due_arr": ("due_mrr", ""), "nrr_chained": ("kept", "base"),
    "logo_churn_with_newcomers": ("accounts_churned", "newcomers_left"),
    "logo_churn_stripe": ("accounts_churned", "newcomers_left"),
    "ltv_growing": ("end", "accounts_end"), "nps_accounts": ("promoters", "nps_answers"),
    "nps_mrr": ("heard_mrr", "nps_answers"), "mrr_growth_year": ("end", "base"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kpi:
    """- `over`, `under`: columns whose sums the interval is made of (empty where it has none).
    - `count`: the column that says how many stand behind it; below `minimum_n` there is not enough data.
    - `value`: from sums by group to one figure a group, NaN where there is none; `empty` says why in words.
    - `over_back`: what stands above the line instead of `over` where the policy counts accounts that came back.
    - `factors`: of the interval of a product: the share that left (Wilson), the rate of `over` and `under` (bootstrap), the
      number of customers won (exact Poisson; `sold`: with what they bring), the rate of the two of `grown` (bootstrap).
    - `events`: the columns whose total is a number of events, and has the exact Poisson interval.
    - `scale`, `shift`: what the interval of `over` / `under` is multiplied by, and what is then added.
    - `whole`: how many there are of those of whom `count` were heard (NaN: not known); the more, the less is left to chance.
    - `also`: other columns below whose number there is not enough data either.
    - `formula`: as a person reads it, in the names of the columns.
    - `loss`: the interval is of one minus the ratio of `over` and `under`.
    """

    key: str
    name: Text
    meaning: Text
    formula: str
    unit: Unit
    direction: Direction
    group: str
    value: Value
    count: str = "accounts_begin"
    minimum_n: int = 1
    empty: Text = NOBODY
    interval: Kind = "none"
    over: str = ""
    under: str = ""
    loss: bool = False
    bands: tuple[Band, ...] = ()
    waits: bool = False  # nothing tells its facts yet: never a figure
    beside: str = ""  # the key of the KPI without which this one misleads
    flows: bool = False  # belongs to a period, not to its last day
    over_back: str = ""
    factors: tuple[Factor, ...] = ()
    also: tuple[tuple[str, int], ...] = ()
    events: tuple[str, ...] = ()
    scale: float = 1.0
    shift: float = 0.0
    grown: tuple[str, str] = ("", "")
    whole: Value | None = None

    @property
    def parts(self) -> tuple[str, str]:
        """What is listed of each account behind the figure: two columns, the second empty where one says it all."""
        return BEHIND.get(self.key, (self.over, self.under))

    def is_judged(self, is_partial: bool) -> bool:
        """Can a period tell already whether it was good? What flows in it can not before it has ended."""
        return not (is_partial and self.flows)

    def is_reached(self, value: float | None, wanted: float | None) -> bool | None:
        """Is it as good as wanted, both in its own unit? None where that cannot be said."""
        if value is None or wanted is None or self.direction == "neutral":
            return None
        return value >= wanted if self.direction == "higher" else value <= wanted

    def why_none(self, n: int) -> Text:
        """Why there is no figure where `n` stand behind it: too few, or what `empty` says.

        >>> one = Kpi("k", Text("", ""), Text("", ""), "", "share", "lower", "", lambda sums, facts: sums["lost"], minimum_n=30)
        >>> one.why_none(24).en, one.why_none(0).en
        ('24, shown from 30', 'nobody to count')
        """
        if 0 < n < self.minimum_n:
            return Text(f"{n:,}, shown from {self.minimum_n}", f"対象{n:,}件、{self.minimum_n}件以上で表示")
        return self.empty

    @property
    def is_two_sided(self) -> bool:
        """Is its ratio of accounts on two days? A part whose accounts move has no interval then: they are not the same."""
        return self.interval == "bootstrap" and of_end(self, self.over) != of_end(self, self.under)

    @property
    def is_of_one(self) -> bool:
        """Is its interval told of one period at a time, and not of many at once?"""
        return self.is_two_sided or bool(self.grown[0])

    def sides(self, facts: Facts) -> tuple[str, str]:
        """The columns of the interval, above and below the line, under a policy."""
        return (self.over_back if self.over_back and facts.reactivation_in_nrr else self.over), self.under


#: How the names of columns begin that count something; the others are money.
COUNTS = ("accounts", "due_renewed", "nps_", "promoters", "csat_", "ces_", "onboarding_", "tickets_",
          "contacts", "users_", "value_", "newcomers", "losses")  # fmt: skip


def is_money(column: str) -> bool:
    """Whether a column holds minor units.

    >>> is_money("lost"), is_money("due_mrr"), is_money("due"), is_money("nps_asked")
    (True, True, False, False)
    """
    return column != "due" and not column.startswith(COUNTS)


def divided(over: NDArray[np.generic], under: NDArray[np.generic]) -> Floats:
    """NaN where there is nothing to divide by."""
    top, bottom = over.astype(np.float64), under.astype(np.float64)
    out: Floats = np.divide(top, bottom, out=np.full(np.broadcast(top, bottom).shape, np.nan), where=bottom != 0)
    return out


def ratio(
    key: str, name: Text, meaning: Text, group: str, over: str, under: str, *, empty: Text, minimum_n: int,
    formula: str = "", interval: Kind = "wilson", count: str = "accounts_begin", direction: Direction = "higher",
    bands: tuple[Band, ...] = (),
) -> Kpi:  # fmt: skip
    """A KPI of a period that is one sum over another, with an interval made of the same two."""
    return Kpi(
        key, name, meaning, formula or f"{over} / {under}", "share", direction, group,
        lambda sums, facts: divided(sums[over], sums[under]),
        count, minimum_n, empty, interval, over, under, bands=bands, flows=True,
    )  # fmt: skip


class _Noted(dict[str, Whole]):
    """Sums that remember which were asked for."""

    def __missing__(self, name: str) -> Whole:
        self[name] = np.ones(1, dtype=np.int64)
        return self[name]


@cache
def used(kpi: Kpi) -> frozenset[str]:
    """The columns that a KPI's value is made of."""
    return _asked(kpi.value)


def _asked(value: Value) -> frozenset[str]:
    noted = _Noted()
    with np.errstate(invalid="ignore", divide="ignore"):
        value(noted, Facts(acquisition_minor=1, reactivation_in_nrr=True))
    return frozenset(noted)


#: Of those who were there before the period, or a year ago: a part has them by where they stood then.
STARTERS = frozenset(("begin", "opening", "fx", "accounts_begin", "base", "kept", "kept_capped", "stayed_base",
                      "product_base", "product_kept", "product_capped",
                      "accounts_base", "accounts_kept", "chain_under_0", "due", "due_renewed", "due_mrr", "due_kept"))  # fmt: skip
#: Of those who came, and of what is there at the end: a part has them by where they stand then.
COMERS = frozenset(("new", "accounts_new", "newcomers", "newcomers_left", "accounts_won", "won_mrr", "won_paying",
                    "accounts_referred", "accounts_sourced", "end", "accounts_end", "committed"))  # fmt: skip


def of_end(kpi: Kpi, column: str) -> bool:
    """Does a part count a column of a KPI by the accounts in it at the end of the period (else: just before it)?

    What is set against those who were there before is theirs; all else is of the end, as in a part's movements.
    """
    return column in COMERS or (column not in STARTERS and not used(kpi) & STARTERS)


def mixed(kpi: Kpi, before: Totals, after: Totals) -> dict[str, Whole]:
    """The sums of a KPI's columns, each by the accounts of its side."""
    names = needed(kpi) | (before.keys() & {*reaching(kpi)})
    return {name: (after if of_end(kpi, name) else before)[name] for name in names}


def reaching(kpi: Kpi) -> tuple[str, ...]:
    """What an interval is made of beside columns."""
    return {"chain": chains.NAMES, "median": medians.NAMES}.get(kpi.interval, ())


@cache
def needed(kpi: Kpi) -> frozenset[str]:
    """The columns that a KPI and its interval are made of."""
    return frozenset(
        {
            *used(kpi),
            kpi.count,
            *(_asked(kpi.whole) if kpi.whole else ()),
            *(name for name, _ in kpi.also),
            *(name for name in (kpi.over, kpi.over_back, kpi.under, *kpi.grown) if name),
        }
    )


def of(kpi: Kpi, sums: Totals, facts: Facts) -> Floats:
    """The figure of every group; NaN where there are too few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = kpi.value(sums, facts)
    enough = sums[kpi.count] >= kpi.minimum_n
    for name, least in kpi.also:
        enough = enough & (sums[name] >= least)
    shown: Floats = np.where(np.isfinite(value) & enough, value, np.nan)
    return shown


def counted(kpi: Kpi, sums: Totals, facts: Facts) -> tuple[Floats, Floats]:
    """The interval of a value that a number of events makes: what it would be at both ends of their expected number."""
    events = sum(sums[name] for name in kpi.events)
    others = {name: np.zeros(np.shape(events)) for name in kpi.events[1:]}
    low, high = (
        kpi.value({**sums, **others, kpi.events[0]: end}, facts) for end in intervals.poissons(np.asarray(events))
    )
    return low, high


def narrowed(
    kpi: Kpi, sums: Totals, facts: Facts, value: Floats, ends: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:  # fmt: skip
    """The ends of an interval nearer to the value, the more of all there are were heard (W. Cochran 1977, 2.6)."""
    if kpi.whole is None:
        return ends
    whole, heard = kpi.whole(sums, facts), sums[kpi.count]
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(whole >= heard, np.sqrt((whole - heard) / np.maximum(whole - 1, 1)), 1.0)
    low, high = (value + (end - value) * left for end in ends)
    return low, high


def band_of(kpi: Kpi, value: float | None, tier: str = "") -> Band | None:
    """The band that a value lies in, of its tier where there are bands by tier; None between bands."""
    if value is None:
        return None
    own = [band for band in kpi.bands if band.tier in ("", tier) and not band.aside]
    return next((band for band in own if band.holds(value)), None)
