"""What the demo's contracts say beyond a price: a first year's discount that ends, and usage billed by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Subscription
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes, mirror
from nenrin.insight.revenue import books
from nenrin.insight.revenue.statements import statement
from nenrin.simulator import world
from nenrin.simulator.presets import Preset
from nenrin.simulator.records import Customer, Step
from nenrin.simulator.writer import concessions, ground
from nenrin.simulator.writer.accounts import Book
from nenrin.simulator.writer.deeds import done
from nenrin.values import Period

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SIGNED, AFTER = date(2025, 6, 1), date(2026, 6, 1)
TINY = Preset("tiny", accounts=6, months=5, stock=1.0, seat_scale=0.2, price_scale=4.0)


def discounted(made: world.World) -> Customer:
    """One that stays, on a contract at 80,000 for its first year and 100,000 after it."""
    one = next(each for each in made.customers if not each.story and each.loss is None and each.contracts)
    steps = (Step(SIGNED, 10, 80_000), Step(AFTER, 10, 100_000))
    contract = replace(one.contracts[-1], starts_on=SIGNED, term_months=12, ends_on=date(2027, 6, 1), currency="JPY",
                       steps=steps, noticed_on=None, ended_on=None)  # fmt: skip
    return replace(one, contracts=(contract,))


def written(customer: Customer) -> Book:
    """The book with its contract as the writer of accounts leaves it: signed, and repriced after a year."""
    first = datetime(2025, 5, 1, tzinfo=UTC)
    book = Book(ground.laid(at=first, password="growth-rings"), organisation.zone())
    account = accounts.open(customer.name, by=SYSTEM, at=first)
    row = subscriptions.sign(account, by=SYSTEM, at=book.at(SIGNED), starts_on=SIGNED, mrr_minor=80_000, seats=10)
    row = subscriptions.reprice(row, from_on=AFTER, mrr_minor=100_000, by=SYSTEM, at=book.at(AFTER, 9, 10))
    book.contracts[customer.key] = row
    return book


def test_a_discount_that_ends_and_usage_stand_on_the_contract_and_in_the_movements(org: Organisation) -> None:
    made = world.built(TINY, seed=2026, today=TODAY)
    customer = discounted(made)
    book = written(customer)
    deeds = concessions.deeds(replace(made, customers=(customer,)), book)
    assert done(deeds, until=NOW) == 1 + concessions.MONTHS
    row = Subscription.objects.get()
    assert (row.mrr_minor, row.list_minor, row.discount_until) == (100_000, 100_000, AFTER - timedelta(1))
    assert sorted(row.metered) == [f"2026-{month:02}" for month in range(5, 11)]
    assert all(2_000 <= amount <= 6_000 for amount in row.metered.values())
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    june = statement(books.ledger(TODAY), Period(AFTER, date(2026, 7, 1)))
    assert june.causes["expansion"] == {"discount": 20_000}
