"""The ground: frozen values that every room may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Language = Literal["en", "ja"]

#: Digits after the point of a currency's minor unit (ISO 4217); two unless listed.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label in both languages.

    >>> Text("at risk", "危険").in_("ja")
    '危険'
    """

    en: str
    ja: str

    def in_(self, language: str) -> str:
        return self.ja if language.startswith("ja") else self.en

    def fill(self, **particulars: object) -> Text:
        """The same text with its named placeholders filled.

        >>> Text("{n} accounts", "{n}社").fill(n=3).ja
        '3社'
        """
        return Text(self.en.format(**particulars), self.ja.format(**particulars))


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (yen, cents) of an ISO 4217 currency.

    >>> Money(1250, "USD").major
    Decimal('12.50')
    """

    minor: int
    currency: str = "JPY"

    @property
    def digits(self) -> int:
        return minor_digits(self.currency)

    @property
    def major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-self.digits)

    @classmethod
    def of(cls, major: Decimal, currency: str = "JPY") -> Money:
        """From an amount in major units, rounded half up to the currency's minor unit.

        >>> Money.of(Decimal("0.5"), "JPY").minor
        1
        """
        scaled = major.scaleb(minor_digits(currency))
        return cls(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP)), currency)

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"cannot add {other.currency} to {self.currency}: convert one of them first")
        return Money(self.minor + other.minor, self.currency)


class CurrencyMismatch(ValueError):
    """Amounts in different currencies do not add: convert one of them first."""


def minor_digits(currency: str) -> int:
    return _MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with what it was counted from; `value` is None where the whole is nothing.

    >>> Ratio(1, 4).value
    0.25
    >>> Ratio(0, 0).value is None
    True
    """

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to and without `end`.

    >>> len(list(Period(date(2026, 2, 27), date(2026, 3, 2)).days()))
    3
    """

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def days(self) -> list[date]:
        return [self.start + timedelta(n) for n in range((self.end - self.start).days)]
