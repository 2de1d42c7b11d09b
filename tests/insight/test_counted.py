"""What MRR counts of one account is what the ledger has of it, and every difference from the agreed price has its reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from nenrin.analytics.revenue.paths import number
from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account
from nenrin.customers.schedule import Step
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import invoices
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.insight.revenue import counted, policies
from nenrin.insight.revenue.counted import Counted
from nenrin.values import Money
from tests.cast import DRIFTING, THRIVING
from tests.insight.test_revenue import ledger, on, sign
from tests.insight.world import TOKYO, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-09-06"))


def choose(world: World, **choices: Any) -> None:
    policies.publish(choices, by=SYSTEM, at=world.now)


def found(world: World, account: Account) -> Counted:
    """The same as the ledger has, in the organisation's currency."""
    account.refresh_from_db()
    told = counted.counted(account, world.today)
    assert told is not None
    book = ledger(world).book
    level = book.valued(world.today).at([number(world.today)])[:, 0]
    held = dict(zip(book.accounts.tolist(), level.tolist(), strict=True))
    assert (told.ledger and told.ledger.minor) == held.get(account.pk)
    assert told.counted.minor == told.agreed.minor + sum(one.minor for one in told.parts)
    return told


def reasons(told: Counted) -> dict[str, int]:
    return {one.reason: one.minor for one in told.parts}


def test_the_agreed_price_alone_is_what_counts_where_nothing_else_is_told(world: World) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    told = found(world, account)
    assert (told.agreed, told.counted, told.parts, told.has_usage) == (Money(100_000), Money(100_000), (), False)


@pytest.mark.parametrize(("usage", "more"), [("committed", 10_000), ("none", 0), ("trailing", 17_000)])
def test_usage_counts_as_it_is_chosen(world: World, usage: str, more: int) -> None:
    metered = {"2026-05": 12_000, "2026-06": 30_000, "2026-07": 9_000}
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01", committed_minor=10_000, metered=metered)
    choose(world, usage=usage)
    told = found(world, account)
    assert (told.agreed.minor, told.counted.minor, told.has_usage) == (100_000, 100_000 + more, True)
    assert reasons(told) == ({"usage": more} if more else {})


def test_several_choices_each_have_their_part(world: World) -> None:
    account, _ = sign(world, THRIVING, 80_000, "2026-02-01", list_minor=100_000, discount_until=date(2026, 12, 31),
                      committed_minor=5_000)  # fmt: skip
    steps = [Step(on("2026-03-01"), 60_000, 5), Step(on("2026-09-01"), 120_000, 5)]
    subscriptions.sign(
        account, starts_on=on("2026-03-01"), term_months=12, steps=steps, is_ramp=True, by=SYSTEM, at=world.now
    )
    choose(world, coupons="ignore", ramp="average")
    assert reasons(found(world, account)) == {"usage": 5_000, "coupons": 20_000, "ramp": -30_000}


def test_a_notice_counts_on_its_day_where_that_is_chosen(world: World) -> None:
    account, row = sign(world, THRIVING, 100_000, "2026-02-01")
    subscriptions.give_notice(row, on=on("2026-09-01"), by=SYSTEM, at=world.now)
    assert found(world, account).parts == ()
    choose(world, churn_recognition="request")
    told = found(world, account)
    assert (told.counted.minor, reasons(told)) == (0, {"recognition": -100_000})


@pytest.mark.parametrize(("due", "ends"), [("2026-08-06", True), ("2026-08-07", False)])
def test_an_unpaid_invoice_counts_from_the_policys_day(world: World, due: str, ends: bool) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    told = invoices.Told("I1", account.pk, on("2026-07-01"), Money(110_000), due_on=on(due))
    invoices.put([told], namespace="billing", by=SYSTEM, at=world.now, zone=TOKYO, knowing=on_arrival(world.today))
    choose(world, dunning="invoices")
    assert reasons(found(world, account)) == ({"dunning": -100_000} if ends else {})


def test_a_credit_lowers_what_counts_and_lists_left_as_listed_leave_it_out(world: World) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    subscriptions.sign(account, starts_on=on("2026-03-01"), term_months=12, mrr_minor=-30_000, is_credit=True, by=SYSTEM,
                       at=world.now)  # fmt: skip
    assert (found(world, account).counted.minor, found(world, account).parts) == (70_000, ())
    choose(world, coupons="ignore")
    assert reasons(found(world, account)) == {"coupons": 30_000}


def test_other_currencies_stand_in_the_ledger_at_its_rates_and_are_left_out_without_one(world: World) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    subscriptions.sign(account, starts_on=on("2026-03-01"), term_months=12, mrr_minor=20_000, currency="USD", by=SYSTEM,
                       at=world.now)  # fmt: skip
    told = found(world, account)
    assert (told.counted, told.elsewhere, told.ledger) == (Money(100_000), (Money(20_000, "USD"),), None)
    choose(world, rates={"USD": "150"})
    assert found(world, account).ledger == Money(130_000)


def test_what_has_ended_or_not_begun_counts_nothing(world: World) -> None:
    account, row = sign(world, THRIVING, 100_000, "2026-02-01")
    subscriptions.sign(account, starts_on=on("2026-10-01"), term_months=12, mrr_minor=5_000, by=SYSTEM, at=world.now)
    subscriptions.end(row, on=world.today - timedelta(40), by=SYSTEM, at=world.now)
    told = found(world, account)
    assert (told.agreed.minor, told.counted.minor, told.parts) == (0, 0, ())


def test_an_account_without_contracts_and_one_of_our_own_have_no_figure(world: World) -> None:
    bare = accounts.open(DRIFTING, by=SYSTEM, at=world.now)
    own, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    accounts.change(own, status="internal-test", by=SYSTEM, at=world.now)
    own.refresh_from_db()
    assert (counted.counted(bare, world.today), counted.counted(own, world.today)) == (None, None)
