"""Exchange rates of month ends: what one unit of a currency was worth in another at the end of a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from nenrin.analytics.revenue.periods import month_start
from nenrin.customers.currencies import CURRENCIES
from nenrin.foundation import journal
from nenrin.foundation.calendar import start_of
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
from nenrin.ingest.models import ExchangeRate
from nenrin.values import Text

#: Whoever tells it, there is one rate of a month for a pair of currencies.
NAMESPACE = "rates"
DIGITS = 10
CURRENCY = Text("a currency such as USD", "USDなどの通貨コード")
OTHER = Text("another currency than the one it is told in", "換算先と異なる通貨")
RATE = Text(
    f"a number above 0 and below 10^12, with at most {DIGITS} decimals",
    f"0より大きく10^12未満の数値（小数{DIGITS}桁まで）",
)
OVER = Text("a month that is over: the rate is that of its last day", "終わった月（月末日のレートのため）")


@dataclass(frozen=True, slots=True)
class Told:
    """One rate. `month` is the first day; `rate` as decimal text (see `plain`); `known` as in tickets."""

    month: date
    currency: str
    into: str
    rate: str
    note: str = ""
    known: date | None = None

    @property
    def key(self) -> str:
        return key(self.month, self.currency, self.into)

    def columns(self) -> dict[str, Any]:
        return {"month": self.month, "currency": self.currency, "into": self.into, "rate": self.rate, "note": self.note}


def key(month: date, currency: str, into: str) -> str:
    return f"{month:%Y-%m}|{currency}|{into}"


def last_of(month: date) -> date:
    """The last day of a month.

    >>> last_of(date(2026, 2, 1))
    datetime.date(2026, 2, 28)
    """
    return month_start(month, 1) - timedelta(days=1)


def plain(rate: Decimal | str) -> str | None:
    """A rate as it is kept; None where it is none.

    >>> plain("150.50"), plain(Decimal("1E+2")), plain("-1"), plain("0.00000000001"), plain("x")
    ('150.5', '100', None, None, None)
    """
    try:
        number = Decimal(rate)
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 < number < 10**12 or number != round(number, DIGITS):
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fault(month: date, currency: str, into: str, today: date) -> tuple[str, Text] | None:
    """What is wrong with whose rate this is told to be: the column, and what it needs."""
    for name, code in (("currency", currency), ("into", into)):
        if code not in CURRENCIES:
            return name, CURRENCY
    if currency == into:
        return "currency", OTHER
    return ("month", OVER) if last_of(month) >= today else None


def _drafts(written: Written[ExchangeRate], pen: Pen) -> Iterable[journal.Draft]:
    row = written.row
    body = {"month": row.month, "currency": row.currency, "into_currency": row.into, "rate": row.rate}
    said = {"month": f"{row.month:%Y-%m}", "currency": row.currency, "into": row.into, "rate": row.rate}
    if written.outcome == "created":
        last = last_of(row.month)
        yield RATE_NOUN.draft("told", row, pen, start_of(last, pen.zone), body, valid_on=last, said=said)
    else:
        yield RATE_NOUN.draft("corrected", row, pen.live(), pen.at, body, said=said)


#: Journal: ingest.exchange_rate.told for a new one, corrected for one that says something else now, retracted.
RATE_NOUN = Noun(ExchangeRate, "exchange_rate", _drafts)
put, retract, restore = RATE_NOUN.put, RATE_NOUN.retract, RATE_NOUN.restore
