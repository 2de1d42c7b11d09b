"""What the contracts of one file say today: churn, retention, revenue and lifetime value, each with its interval."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from nenrin.analytics import revenue
from nenrin.analytics.forecasts.lifetimes import lives
from nenrin.analytics.intervals import Interval, rule_of_three
from nenrin.analytics.revenue.contracts import Contract
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.periods import holding
from nenrin.analytics.revenue.policies import Policy
from nenrin.ingest.files.mappings import FileMapping
from nenrin.insight.first_look import reading, settling
from nenrin.insight.first_look.reading import Told
from nenrin.insight.first_look.settling import Ends, Settled
from nenrin.insight.lifetimes import values as lifetimes
from nenrin.insight.lifetimes.values import Assumptions, Slice
from nenrin.insight.revenue import kpis
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.graded import FIELDS, Graded
from nenrin.values import Period

#: In the order in which they are told.
WANTED = ("mrr", "paying_accounts", "arpa", "logo_churn_year", "nrr", "grr", "ltv")


@dataclass(frozen=True, slots=True)
class Assumed:
    """What contracts do not tell; all of it is said beside the figures."""

    currency: str = "JPY"
    zone: str = "Asia/Tokyo"
    fiscal_start_month: int = 4
    margin: float = 0.8
    discount: float = 0.1
    ends: Ends | None = None

    def policy(self, currency: str) -> Policy:
        return Policy(
            reporting_currency=currency, zone=self.zone, fiscal_start_month=self.fiscal_start_month,
            gross_margin=self.margin, yearly_discount=self.discount,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """`figures` by KPI (value None: not enough data). `monthly` is the yearly churn as a month's rate. `parts`:
    lifetimes by length of term. `left_behind` customers of a year ago are gone of `base`."""

    as_of: date
    told: Told
    settled: Settled
    assumed: Assumed
    ledger: Ledger
    period: Period
    figures: dict[str, Figure]
    monthly: Figure
    parts: tuple[Slice, ...]
    base: int
    left_behind: int
    ever_lost: int
    first_on: date | None

    @property
    def currency(self) -> str:
        return self.settled.currency

    @property
    def accounts(self) -> int:
        return len(self.settled.names)


def look(path: Path, mapping: FileMapping, as_of: date, assumed: Assumed, *, name: str = "") -> Look:
    """From a file. Raises reading.Unclear, mappings.BadMapping, safety.Refused and tables.BadHeader."""
    zone = ZoneInfo(assumed.zone)
    return of_told(reading.told(path, mapping, zone=zone, currency=assumed.currency, name=name), as_of, assumed)


def of_told(told: Told, as_of: date, assumed: Assumed) -> Look:
    """From rows that were read."""
    settled = settling.settle(told, as_of, ends=assumed.ends)
    ledger = ledger_of(settled, assumed, as_of)
    period = _month(as_of, assumed)
    figures = kpis.figures_of(ledger, period, "month", wanted=WANTED)
    columns = kpis.columns_of(ledger, period)
    base, kept = int(columns["accounts_base"].sum()), int(columns["accounts_kept"].sum())
    monthly = _monthly(figures["logo_churn_year"], base, base - kept)
    figures["ltv"] = _valued(figures["ltv"], figures["arpa"], monthly, assumed)
    book = lives_of(settled, as_of)
    parts = map(
        _bounded, lifetimes.slices(book, settled.currency, Assumptions(assumed.margin, assumed.discount), "all")
    )
    firsts = [each.starts_on for each in settled.contracts if each.starts_on <= as_of]
    lost = sum(one.is_lost for one in book.lives)
    return Look(
        as_of, told, settled, assumed, ledger, period, figures, monthly, tuple(parts), base, base - kept, lost,
        min(firsts, default=None),
    )  # fmt: skip


def ledger_of(settled: Settled, assumed: Assumed, as_of: date) -> Ledger:
    """The ledger of the file alone: nobody is graded, and no cost is known."""
    book = revenue.of_contracts(settled.contracts, assumed.policy(settled.currency))
    none = np.zeros(0, dtype=np.int64)
    graded = Graded(none, none, {field: np.zeros(0, dtype=object) for field in FIELDS})
    return Ledger(book, graded, {}, as_of, "")


def lives_of(settled: Settled, as_of: date) -> lifetimes.Book:
    """Each customer's life as the lifetime pages read it."""
    contracts: dict[int, list[lives.Contract]] = defaultdict(list)
    for each in settled.contracts:
        contracts[each.account].append(_lived(each))
    found = (lives.life(account, signed, as_of) for account, signed in sorted(contracts.items()))
    return lifetimes.Book(as_of, tuple(one for one in found if one), {})


def _lived(one: Contract) -> lives.Contract:
    stops = lives.stop(one.ends_on, one.auto_renews, one.term_months, one.noticed_on, one.ended_on)
    return lives.Contract(one.starts_on, one.ends_on, stops, one.term_months, one.steps[0].minor, one.currency)


def _bounded(part: Slice) -> Slice:
    """A model whose own interval has no end describes these customers too badly to be told."""
    if part.worth is None:
        return part
    intervals = (part.worth.payments_interval, part.worth.new_interval, part.worth.book_interval)
    is_bounded = all(math.isfinite(end) for each in intervals for end in (each.low, each.high))
    return part if is_bounded else replace(part, worth=None, choice=None)


def _month(as_of: date, assumed: Assumed) -> Period:
    """The month up to and with the day."""
    held = holding(as_of, "month", assumed.fiscal_start_month)
    return Period(held.start, min(held.end, date.fromordinal(as_of.toordinal() + 1)))


def _monthly(year: Figure, base: int, lost: int) -> Figure:
    """A year's churn as the rate of a month; with no loss its upper bound stands alone."""
    if year.value is None:
        return Figure("logo_churn_month", None, base)
    low, high = year.interval or (year.value, year.value)
    high = rule_of_three(base) if not lost else high
    return Figure("logo_churn_month", _a_month(year.value), base, Interval(_a_month(low), _a_month(high)))


def _a_month(year: float) -> float:
    """
    >>> round(_a_month(0.1), 5)
    0.00874
    """
    return float(1 - (1 - min(year, 0.999)) ** (1 / 12))


def _valued(ltv: Figure, arpa: Figure, monthly: Figure, assumed: Assumed) -> Figure:
    """LTV from the ends of the churn's interval: the greatest part of what is not known about it."""
    if ltv.value is None or arpa.value is None or monthly.interval is None:
        return replace(ltv, interval=None)
    worth = arpa.value * assumed.margin
    low, high = (worth / end if end > 0 else float("inf") for end in reversed(monthly.interval))
    return replace(ltv, interval=Interval(low, high))
