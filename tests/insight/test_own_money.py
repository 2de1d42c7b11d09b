"""Amounts in the organisation's currency: the same by row and in the database, rounded once, and never nought for want of a rate."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Sum

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import own_money, policies
from nenrin.values import Money
from tests.insight.test_revenue import on
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    world = World(today=on("2026-04-06"))
    policies.publish({"rates": {"USD": "150.5", "EUR": "160.1234"}}, by=SYSTEM, at=world.now)
    return world


def paying(world: World, name: str, minor: int, currency: str) -> Account:
    account = accounts.open(name, by=SYSTEM, at=world.now)
    Account.objects.filter(pk=account.pk).update(mrr_minor=minor, currency=currency)
    return account


def test_each_account_is_rounded_once_and_the_database_agrees(world: World) -> None:
    own = own_money.on(world.today)
    assert own.minor(1, "USD") == 2  # 1.505 yen
    assert own.minor(100, "USD") == 151 and own.minor(-100, "USD") == -151  # 150.5 yen: halves away from zero
    assert own.minor(7, "JPY") == 7 and own.minor(7, "GBP") is None
    paid = [("甲", 100, "USD"), ("乙", 100, "USD"), ("丙", 12_345, "EUR"), ("丁", 30_000, "JPY"), ("戊", 9, "GBP")]
    for name, minor, currency in paid:
        paying(world, name, minor, currency)
    by_row = {name: own.minor(minor, currency) for name, minor, currency in paid}
    assert by_row == {"甲": 151, "乙": 151, "丙": 19_767, "丁": 30_000, "戊": None}
    told = dict(Account.objects.annotate(own=own.sql()).values_list("name", "own"))
    assert told == by_row
    assert Account.objects.aggregate(n=Sum(own.sql()))["n"] == own.sums(
        (minor, currency) for _, minor, currency in paid
    )
    assert list(Account.objects.filter(own.unknown()).values_list("name", flat=True)) == ["戊"]
    assert set(Account.objects.filter(own.abroad()).values_list("name", flat=True)) == {"甲", "乙", "丙"}


def test_below_nought_the_database_rounds_as_a_row_does(world: World) -> None:
    """A credit of one dollar is 150.5 yen less: halves away from zero on both sides."""
    own = own_money.on(world.today)
    for minor in (-1, -100, -102, -12_345, 0, 100):
        account = paying(world, f"額{minor}", minor, "USD")
        told = Account.objects.filter(pk=account.pk).aggregate(n=Sum(own.sql()))["n"]
        assert told == own.minor(minor, "USD"), minor


def test_the_page_says_the_rate_and_who_is_left_out(world: World) -> None:
    own = own_money.on(world.today)
    used = own.used({"USD", "JPY"})
    assert used is not None and used.en == "Other currencies at 1 USD = 150.5 JPY (metric policy version 2)"
    assert own.used({"JPY", "GBP"}) is None
    assert own.of(Money(100, "USD")) == Money(151, "JPY") and own.of(Money(5, "GBP")) == Money(5, "GBP")
    assert own_money.left_out([]) is None
    out = own_money.left_out(["戊"])
    assert out is not None and out.en == "Left out for want of an exchange rate: 1 account (戊)"
    many = own_money.left_out([f"{n}社" for n in range(8)])
    assert many is not None and "8 accounts" in many.en and "and 3 more" in many.en


def test_before_a_policy_the_own_currency_alone_is_known(org: Organisation) -> None:
    own = own_money.on(date(2026, 4, 6))
    assert own.worths == {} and own.minor(5, "JPY") == 5 and own.minor(5, "USD") is None
