"""An amount in the organisation's currency, as the metric policy says: rounded once, halves away from zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from django.db.models import BigIntegerField, Case, F, FloatField, Q, Value, When
from django.db.models.expressions import Combinable

from nenrin.analytics.revenue.exchange import Exchange
from nenrin.foundation import format
from nenrin.insight.revenue import rates
from nenrin.values import Money, Text

#: Denominators of a rate that whole numbers of the database carry: four decimals, with two of the currency's own.
FINEST = 10**6
#: Names that a sentence gives before it counts.
NAMED = 5


@dataclass(frozen=True)
class OwnMoney:
    """At the rates of a day; an amount without a rate is None, never nought. `ends`: of which month end each rate is, where
    they are told by month."""

    exchange: Exchange
    day: date
    ends: Mapping[str, date] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        return self.exchange.policy.reporting_currency

    @cached_property
    def worths(self) -> Mapping[str, Fraction]:
        """What one unit of each other currency with a rate is worth."""
        told = self.exchange.month_ends if self.exchange.moves else self.exchange.policy.rates
        found = {name: self.exchange.worth(name, self.day) for name in sorted(told) if name != self.currency}
        return {name: worth for name, worth in found.items() if worth is not None}

    def knows(self, currency: str) -> bool:
        return currency == self.currency or currency in self.worths

    def minor(self, minor: int, currency: str) -> int | None:
        return minor if currency == self.currency else self.exchange.minor(minor, currency, self.day)

    def of(self, amount: Money) -> Money:
        """As it stands where no rate is known."""
        found = self.minor(amount.minor, amount.currency)
        return amount if found is None else Money(found, self.currency)

    def sums(self, amounts: Iterable[tuple[int, str]]) -> int:
        """Of those with a rate."""
        return sum(found for found in (self.minor(*one) for one in amounts) if found is not None)

    def sql(self, amount: str = "mrr_minor", currency: str = "currency") -> Case:
        """The same of a row in the database; NULL without a rate."""
        own = When(Q(**{currency: self.currency}), then=F(amount))
        below = Q(**{f"{amount}__lt": 0})
        known = [(Q(**{currency: name}), name) for name in self.worths]
        cases = [
            case
            for is_it, name in known
            for case in (When(is_it & below, then=self._times(amount, name, -1)), When(is_it, then=self._times(amount, name)))
        ]  # fmt: skip
        return Case(own, *cases, default=Value(None), output_field=BigIntegerField())

    def fractions(self, amount: str, currency: str = "currency") -> Case:
        """An amount kept in fractions of minor units, in the database and not rounded; NULL without a rate."""
        known = [
            When(Q(**{currency: name}), then=F(amount) * Value(float(self.exchange.factor(name, self.day) or 0)))
            for name in self.worths
        ]
        own = When(Q(**{currency: self.currency}), then=F(amount))
        return Case(own, *known, default=Value(None), output_field=FloatField())

    def unknown(self, currency: str = "currency") -> Q:
        """Rows whose currency has no rate."""
        return ~Q(**{f"{currency}__in": [self.currency, *self.worths]})

    def abroad(self, currency: str = "currency") -> Q:
        """Rows in another currency that has one."""
        return Q(**{f"{currency}__in": list(self.worths)})

    def _times(self, amount: str, currency: str, sign: int = 1) -> Combinable:
        """Of an amount of this sign: whole division drops what is left over toward nought."""
        factor = (self.exchange.factor(currency, self.day) or Fraction(0)).limit_denominator(FINEST)
        up, down = factor.numerator, factor.denominator
        return (F(amount) * Value(2 * up) + Value(sign * down)) / Value(2 * down)

    def used(self, currencies: Iterable[str] | None = None) -> Text | None:
        """The rates at which other currencies are counted, of these or of all; None where none is."""
        wanted = set(self.worths) if currencies is None else set(currencies)
        told = {name: worth for name, worth in self.worths.items() if name in wanted}
        if not told:
            return None
        of = self._source()
        parts = {language: ", ".join(self._quoted(name, worth, language) for name, worth in told.items()) for language in ("en", "ja")}  # fmt: skip
        return Text(f"Other currencies at {parts['en']} ({of.en})", f"他通貨の換算 {parts['ja']}（{of.ja}）")

    def _source(self) -> Text:
        policy = self.exchange.policy
        if self.exchange.moves:
            return Text(
                f"month end, metric policy version {policy.version}", f"月末レート、指標ポリシー第{policy.version}版"
            )
        return Text(f"metric policy version {policy.version}", f"指標ポリシー第{policy.version}版")

    def _quoted(self, currency: str, worth: Fraction, language: str) -> str:
        rate = format.number(float(worth), language, next((n for n in range(7) if worth * 10**n % 1 == 0), 6))
        end, by = self.ends.get(currency), self.exchange.crossed(currency, self.day)
        if end is None:
            return f"1 {currency} = {rate} {self.currency}"
        month = format.day(end, language, "month")
        if language == "ja":
            return f"1 {currency} = {rate} {self.currency}（{month}{f'、{by}経由' if by else ''}）"
        return f"1 {currency} = {rate} {self.currency} of {month}{f' through {by}' if by else ''}"


def on(day: date) -> OwnMoney:
    """At the rates of a day, under the policy then live."""
    return at(rates.current(day), day)


def at(exchange: Exchange, day: date) -> OwnMoney:
    """At these rates as they stand on a day: where that of its month end is not told yet, the last one that is. A list of
    today needs any rate; a figure of the ledger waits for its own."""
    return OwnMoney(exchange.standing(day), day, exchange.last_ends(day) if exchange.moves else {})


def left_out(names: Iterable[str]) -> Text | None:
    """Accounts that no sum holds for want of a rate: how many, and which."""
    told = list(names)
    if not told:
        return None
    first, rest = told[:NAMED], len(told) - NAMED
    count = "1 account" if len(told) == 1 else f"{len(told):,} accounts"
    more = (f" and {rest:,} more", f"ほか{rest:,}社") if rest > 0 else ("", "")
    return Text(
        f"Left out for want of an exchange rate: {count} ({', '.join(first)}{more[0]})",
        f"為替レートがなく含まない顧客 {len(told):,}社（{'、'.join(first)}{more[1]}）",
    )
