"""MRR at month-end rates against an oracle of its own: begin, what the rates changed, end; and the identity between them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from nenrin.analytics import revenue
from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.exchange import Exchange, end_of
from nenrin.analytics.revenue.periods import month_start
from nenrin.values import Period
from tests.analytics.revenue_cast import YEN, paying

ORACLE = Path(__file__).parents[1] / "oracles" / "revenue" / "_month_ends.sql"
FIRST = date(2026, 1, 1)
MONTHS = [month_start(FIRST, n) for n in range(8)]
CURRENCIES = ("USD", "EUR", "AUD")


@pytest.mark.parametrize("seed", range(6))
def test_begin_exchange_rates_and_end_are_the_oracles(seed: int) -> None:
    draw = random.Random(seed)
    rates = {
        name: {end_of(month): 9_000 + draw.randrange(9_000) for month in MONTHS if draw.random() < 0.8}
        for name in CURRENCIES
    }
    rates["USD"][end_of(MONTHS[0])] = 15_050
    paid, contracts = [], []
    for account in range(1, 40):
        currency, minor, day = draw.choice(CURRENCIES), draw.randrange(1, 9_000), FIRST + timedelta(draw.randrange(200))
        turn, then = day + timedelta(draw.randrange(20, 90)), draw.randrange(1, 9_000)
        contracts.append(paying(account, minor, day.isoformat(), currency=currency, then=[(turn.isoformat(), then)]))
        for month in MONTHS:
            if day <= (end := end_of(month)):
                paid.append((account, currency, end, then if end >= turn else minor))
    policy = replace(YEN, currency="month_end")
    table = {name: {end: Fraction(rate, 100) for end, rate in ends.items()} for name, ends in rates.items() if ends}
    told = revenue.of_contracts(contracts, policy, Exchange(policy, table))
    assert not told.left_out
    for month in MONTHS[1:]:
        found = movements.net(told, Period(month, month_start(month, 1)))
        sums = (int(found.before.sum()), int(found.fx.sum()), int(found.after.sum()))
        assert sums == oracle(paid, rates, month - timedelta(days=1), end_of(month))
        assert sums[0] + sums[1] + int(found.amount.sum()) == sums[2]
        gross = movements.gross(told, Period(month, month_start(month, 1)))
        assert sums == (int(gross.before.sum()), int(gross.fx.sum()), int(gross.after.sum()))
        assert sums[0] + sums[1] + int(gross.amount.sum()) == sums[2]


def oracle(
    paid: list[tuple[int, str, date, int]], rates: dict[str, dict[date, int]], opening: date, closing: date
) -> tuple[int, int, int]:
    with duckdb.connect() as db:
        db.execute("create table paid (account bigint, currency varchar, day date, minor bigint)")
        db.execute("create table rates (currency varchar, ends_on date, hundredths bigint)")
        db.execute("create table ask (opening date, closing date)")
        db.executemany("insert into paid values (?, ?, ?, ?)", paid)
        db.executemany("insert into rates values (?, ?, ?)", [(c, end, rate) for c, ends in rates.items() for end, rate in ends.items()])  # fmt: skip
        db.execute("insert into ask values (?, ?)", [opening, closing])
        [row] = db.sql(ORACLE.read_text()).fetchall()
    return row
