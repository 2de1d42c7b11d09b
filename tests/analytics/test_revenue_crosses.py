"""Worth of a currency that is told in another one only: by the rates told, worked out by hand in decimals; never by two steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics import revenue
from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.exchange import Exchange, Quote, chained, end_of, month_ends
from nenrin.values import Period
from tests.analytics.revenue_cast import YEN, paying

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
END = end_of(APRIL)
NAMES = ("JPY", "USD", "EUR", "AUD", "CHF")


def quote(currency: str, into: str, rate: str, month: date = APRIL) -> Quote:
    return Quote(month, currency, into, Fraction(rate))


def test_euros_told_in_dollars_are_worth_what_dollars_are_in_yen() -> None:
    worth, through = chained([quote("EUR", "USD", "1.1"), quote("USD", "JPY", "150")], "JPY")
    assert (worth["EUR"], worth["USD"]) == ({END: 165}, {END: 150})
    assert through == {"EUR": {END: "USD"}}


def test_a_rate_told_the_other_way_round_is_a_step_as_well() -> None:
    worth, through = chained([quote("USD", "EUR", "0.8"), quote("JPY", "USD", "0.01")], "JPY")
    assert (worth["EUR"][END], through["EUR"][END]) == (125, "USD")


def test_a_rate_that_is_told_itself_goes_before_any_cross() -> None:
    told = [quote("EUR", "USD", "1.1"), quote("USD", "JPY", "150"), quote("EUR", "JPY", "170")]
    assert chained(told, "JPY") == ({"EUR": {END: 170}, "USD": {END: 150}}, {})


@pytest.mark.parametrize(
    "told",
    [
        [quote("EUR", "USD", "1.1", MARCH), quote("USD", "JPY", "150")],  # another month's
        [quote("EUR", "CHF", "0.9"), quote("CHF", "USD", "1.2"), quote("USD", "JPY", "150")],  # two steps away
        [quote("EUR", "USD", "1.1")],
    ],
)
def test_without_a_common_currency_at_the_month_end_nothing_is_told(told: list[Quote]) -> None:
    assert END not in month_ends(told, "JPY").get("EUR", {})


def test_of_several_common_currencies_the_first_by_name_counts_in_whatever_order_they_are_told() -> None:
    told = [
        quote("EUR", "USD", "1.1"),
        quote("USD", "JPY", "150"),
        quote("EUR", "AUD", "1.7"),
        quote("AUD", "JPY", "95"),
    ]
    for order in (told, told[::-1]):
        worth, through = chained(order, "JPY")
        assert (worth["EUR"][END], through["EUR"][END]) == (Fraction("161.5"), "AUD")


RATES = st.decimals("0.001", "9999", places=3, allow_nan=False, allow_infinity=False)
PAIRS = st.permutations(NAMES).map(lambda names: (names[0], names[1]))


@given(st.dictionaries(PAIRS, RATES, max_size=8))
def test_every_worth_is_the_arithmetic_of_the_rates_told(told: dict[tuple[str, str], Decimal]) -> None:
    """In decimals of fifty digits, straight from the rates; and what has a rate or a common currency is never left out."""
    quotes = [Quote(APRIL, *pair, Fraction(rate)) for pair, rate in told.items()]
    worth, through = chained(quotes, "JPY")
    with localcontext(prec=50):
        for name in NAMES[1:]:
            direct = _direct(told, name, "JPY")
            steps = {by: (one, two) for by in NAMES[1:] if by != name
                     and (one := _direct(told, name, by)) and (two := _direct(told, by, "JPY"))}  # fmt: skip
            by = through.get(name, {}).get(END)
            if direct is not None:
                expected, known = direct, None
            elif steps:
                known = min(steps)
                expected = steps[known][0] * steps[known][1]
            else:
                assert END not in worth.get(name, {}) and by is None
                continue
            found = worth[name][END]
            assert by == known
            assert abs(Decimal(found.numerator) / Decimal(found.denominator) / expected - 1) < Decimal("1e-40")


def _direct(told: dict[tuple[str, str], Decimal], name: str, into: str) -> Decimal | None:
    if (name, into) in told:
        return told[name, into]
    return 1 / told[into, name] if (into, name) in told else None


def test_a_ledger_holds_who_pays_in_a_currency_that_is_crossed_and_keeps_its_identity() -> None:
    told = [quote("EUR", "USD", "1.1", MARCH), quote("USD", "JPY", "150", MARCH), quote("EUR", "USD", "1.2"),
            quote("USD", "JPY", "140")]  # fmt: skip
    policy = replace(YEN, currency="month_end")
    exchange = Exchange(policy, *chained(told, "JPY"))
    book = revenue.of_contracts([paying(1, 1_000_00, "2026-03-01", currency="EUR")], policy, exchange)
    found = movements.net(book, Period(APRIL, date(2026, 5, 1)))
    assert (int(found.before.sum()), int(found.fx.sum()), int(found.after.sum())) == (165_000, 3_000, 168_000)
    assert exchange.crossed("EUR", END) == "USD" and exchange.crossed("USD", END) is None
    later = exchange.standing(date(2026, 6, 10))
    assert (later.worth("EUR", date(2026, 6, 10)), later.crossed("EUR", date(2026, 6, 10))) == (168, "USD")
