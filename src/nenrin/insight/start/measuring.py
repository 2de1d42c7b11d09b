"""The KPIs of a day as they can be frozen and compared: each with its interval, None where there is not enough data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from nenrin.analytics import intervals
from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.exchange import closed_on
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.paths import number
from nenrin.foundation import organisation
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import Health
from nenrin.insight.revenue import books, kpis, slices
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Mask, Slice
from nenrin.insight.start.sorts import ALL, LENGTH, MONTH
from nenrin.values import Period

UNKNOWN = "unknown"


def measured(day: date, part: tuple[str, str] = ("", ""), *, days: int = LENGTH) -> dict[str, Figure]:
    """By key, with what was known on `day`. What flows is that of the last `days`; `part`: dimension and key."""
    ledger = books.ledger(day)
    window, year = _window(day, days), _window(day, LENGTH)
    found: dict[str, Figure] = {}
    for over, period in (("window", window), ("year", year), ("day", year)):
        wanted = [sort.key for sort in ALL if sort.over == over]
        asked = [{"churn_month": "logo_churn"}.get(key, key) for key in wanted if key != "health_known"]
        figures = kpis.figures_of(ledger, period, "quarter", within(ledger, period, part), asked)
        found |= figures
    found["churn_month"] = by_month(found.pop("logo_churn"), days)
    found["health_known"] = health_known(ledger, day, within(ledger, year, part))
    return {sort.key: found[sort.key] for sort in ALL}


def _window(day: date, days: int) -> Period:
    return Period(day - timedelta(days - 1), day + timedelta(1))


def within(ledger: Ledger, period: Period, part: tuple[str, str]) -> Slice | None:
    """The accounts of the part, nobody where it holds none; None for all accounts."""
    dimension, key = part
    if not dimension:
        return None
    found = {each.key: each for each in slices.slices(ledger, dimension, period)}
    return found.get(key) or slices.nobody(ledger, key)


def by_month(of: Figure, days: int) -> Figure:
    """A window's churn as the rate of a month, with the ends of its interval.

    >>> round(by_month(Figure("logo_churn", 0.19, 100), 90).value, 4)
    0.0688
    """
    reach = of.interval and Interval(_a_month(of.interval.low, days), _a_month(of.interval.high, days))
    return Figure("churn_month", None if of.value is None else _a_month(of.value, days), of.n, reach)


def _a_month(share: float, days: int) -> float:
    return float(1 - (1 - min(max(share, 0.0), 0.999999)) ** (MONTH / days))


def health_known(ledger: Ledger, day: date, of: Slice | None) -> Figure:
    """The share of paying accounts with a known health at the end of a day; None before any health was stored."""
    bands = _bands(day)
    pays: Mask = ledger.book.valued(day).at([number(day)])[:, 0] > 0
    accounts = ledger.book.accounts[pays if of is None else pays & of.after].tolist()
    if not bands or not accounts:
        return Figure("health_known", None, len(accounts))
    known = sum(bands.get(account, UNKNOWN) != UNKNOWN for account in accounts)
    return Figure("health_known", known / len(accounts), len(accounts), intervals.wilson(known, len(accounts)))


def _bands(day: date) -> dict[int, str]:
    """As they were shown at the end of a closed day; as they stand on an open one."""
    closed = organisation.current().closed_through
    if closed is None or day > closed:
        return dict(Health.objects.values_list("account_id", "band"))
    found = history.scores(lakes.current(), day, day)
    return dict(zip(found.column("account").to_pylist(), found.column("shown").to_pylist(), strict=True))


def unrated(day: date) -> int:
    """Accounts that pay on a day in a currency whose rate of that day's month end is not told yet: no figure holds them."""
    book = books.ledger(day).book
    rows = book.unrated(day)
    return int((book.line.at([number(day)])[rows, 0] > 0).sum())


@dataclass(frozen=True, slots=True)
class Missing:
    """An exchange rate without which accounts that pay are in no figure: of the end of the month that `month` begins, None
    where the metric policy has rates of its own; `into` the organisation's currency."""

    currency: str
    into: str
    month: date | None
    accounts: int


def missing(day: date) -> list[Missing]:
    """The rates for want of which no baseline can be kept on a day."""
    book = books.ledger(day).book
    month = closed_on(day).replace(day=1) if book.exchange.moves else None
    rows = book.unrated(day)
    paying = rows[book.line.at([number(day)])[rows, 0] > 0]
    of = np.isin(book.states.of, paying)
    told = {(int(row), str(name)) for row, name in zip(book.states.of[of], book.states.currency[of], strict=True)}
    found = [name for _, name in told if book.exchange.factor(name, day) is None]
    if not found and not has_contracts(day):
        found = [currency for _, currency in book.left_out]
    into = book.policy.reporting_currency
    return [Missing(name, into, month, count) for name, count in sorted(Counter(found).items())]


def has_contracts(day: date) -> bool:
    """Does any account pay on a day?"""
    return bool(np.any(books.ledger(day).book.valued(day).at([number(day)])[:, 0] > 0))
