"""Customers without a contract, from the lake's invoices."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics.lake.schemas import FACTS
from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight.lifetimes import books, buyers
from tests.insight import lifetimes_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def invoiced(at: datetime, customers: int) -> None:
    """Each buys every second month or so, and half of them stopped after a third of the time."""
    rng = np.random.default_rng(3)
    rows = []
    for n in range(customers):
        account = accounts.open(f"都度払い{n:02d}", by=SYSTEM, at=at, status="customer")
        stops = 240 if n % 2 else 720
        days = np.cumsum(rng.exponential(60, 20)).astype(int)
        for number, day in enumerate([0, *(int(d) for d in days if 0 < d < stops)]):
            on = date(2024, 11, 1) + timedelta(days=day)
            body = {"number": f"{n}-{number}", "issued_on": on.isoformat(), "minor": 10_000, "currency": "JPY",
                    "status": "paid"}  # fmt: skip
            rows.append(lifetimes_world.fact("invoice", f"{n}-{number}", account.pk, body, on))
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="invoices", version=1)


def test_who_bought_long_ago_is_probably_gone(org: Organisation, at: datetime) -> None:
    invoiced(at, 40)
    told = buyers.read(books.read(DAY), "JPY")
    assert told and told.model and told.alive and told.purchases and told.revenue
    assert told.customers == 40 and told.again > 30 and 8 < told.alive < 25
    assert told.revenue == pytest.approx(10_000 * told.purchases, rel=0.05)
    assert 40 < told.purchases < 130  # at most twenty still buy, six times a year


def test_few_buyers_are_only_counted(org: Organisation, at: datetime) -> None:
    invoiced(at, 5)
    told = buyers.read(books.read(DAY), "JPY")
    assert told and told.customers == 5 and told.model is None and told.revenue is None
    assert buyers.read(books.read(DAY), "USD") is None
    own = Account.objects.values_list("pk", flat=True)[:2]
    seen = buyers.read(books.read(DAY), "JPY", list(own))
    assert seen and seen.customers == 2 and buyers.read(books.read(DAY), "JPY", []) is None


def test_invoices_of_customers_with_a_contract_are_no_purchases(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at, annual=3, monthly=0)
    assert buyers.read(books.read(DAY), "JPY") is None


def test_accounts_of_our_own_are_neither_lives_nor_buyers(org: Organisation, at: datetime) -> None:
    invoiced(at, 5)
    signed = lifetimes_world.build(at, annual=3, monthly=0)
    ours = [signed[0].pk, Account.objects.order_by("pk").values_list("pk", flat=True)[0]]
    rows = [lifetimes_world.fact("account", str(pk), pk, {"status": "internal-test"}, date(2024, 1, 1)) for pk in ours]
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="ours", version=1)
    book, told = books.read(DAY), buyers.read(books.read(DAY), "JPY")
    assert {one.account for one in book.lives} == {one.pk for one in signed[1:]}
    assert told and told.customers == 4


def test_spending_without_a_mean_gives_no_revenue(org: Organisation, at: datetime) -> None:
    """One in a few invoices is a thousand times the others: a model whose mean is infinite must not tell an amount."""
    rng = np.random.default_rng(0)
    days = [np.cumsum(rng.integers(20, 90, 6)) for _ in range(60)]
    bought = {
        n: {date(2025, 1, 1) + timedelta(days=int(day)): int(np.exp(rng.normal(11, 2.5))) for day in own}
        for n, own in enumerate(days)
    }
    told = buyers._told(bought, DAY)
    assert told.customers == 60 and told.revenue is None
