"""A customer whom the revenue ledger has lost is worth nothing any more, and one that it keeps goes on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from nenrin.analytics.revenue.paths import number
from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books as lifetimes
from nenrin.insight.lifetimes.books import Coming
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import policies
from tests.insight.test_dunning import bill
from tests.insight.test_revenue import more, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db
FIRST, KNOWN = date(2025, 1, 1), date(2026, 4, 6)


def running(day: date) -> set[int]:
    return {one.account for one in lifetimes.read(day).lives if one.is_running}


def paying(day: date) -> set[int]:
    book = revenue.ledger(day).book
    return set(book.accounts[book.line.at([number(day)])[:, 0] > 0].tolist())


def anything(world: World, seed: int) -> None:
    """Sixty customers: on, noticed, ended, back after days or months, with invoices paid and not."""
    rng = np.random.default_rng(seed)
    for n in range(60):
        start = FIRST + timedelta(int(rng.integers(0, 300)))
        how = str(rng.choice(["on", "on", "noticed", "ended", "back"]))
        ends = start + timedelta(int(rng.integers(20, 200)))
        fields: dict[str, Any] = {"term_months": int(rng.choice([1, 6, 12]))}
        fields |= {"noticed_on": ends} if how == "noticed" else {"ended_on": ends} if how in ("ended", "back") else {}
        account, _ = sign(world, f"顧客{n}", 1000, start.isoformat(), **fields)
        if rng.random() < 0.4:
            due = start + timedelta(int(rng.integers(0, 200)))
            bill(world, account.pk, key=f"I{n}", due_on=due, issued_on=due - timedelta(20),
                 status=str(rng.choice(["open", "uncollectible", "void"])))  # fmt: skip
    world.carry()


@pytest.mark.parametrize("choices", [
    {}, {"dunning": "invoices", "dunning_days": 20}, {"churn_recognition": "request"}, {"gap_merge_days": 0},
])  # fmt: skip
def test_who_is_a_customer_is_who_pays_in_the_ledger_under_every_policy(
    org: Organisation, choices: dict[str, Any]
) -> None:
    world = World(today=KNOWN)
    anything(world, 1)
    policies.publish(choices, by=SYSTEM, at=world.now)
    assert running(KNOWN) == paying(KNOWN) and len(running(KNOWN)) > 20


def test_a_customer_lost_by_unpaid_invoices_has_no_value_to_come(org: Organisation) -> None:
    world = World(today=KNOWN)
    account, _ = sign(world, "未払い社", 100_000, "2025-02-01")
    bill(world, account.pk)
    world.carry()
    assert running(KNOWN) == {account.pk}
    policies.publish({"dunning": "invoices"}, by=SYSTEM, at=world.now)
    assert running(KNOWN) == paying(KNOWN) == set()
    [lost] = lifetimes.read(KNOWN).lives
    assert (lost.ended_on, lost.is_lost) == (date(2026, 3, 31), False), "lost once the gap of the policy has passed"


def credited(world: World, until: str, **fields: Any) -> int:
    """A customer on annual terms since February 2025, with a credit from January 2026."""
    account, _ = sign(world, "減額社", 100_000, "2025-02-01", **fields)
    more(world, account, -5_000, "2026-01-01", is_credit=True, seats=0, ends_on=date.fromisoformat(until))
    world.carry()
    return account.pk


def test_a_credit_lowers_the_value_until_it_ends(org: Organisation) -> None:
    world = World(today=KNOWN)
    account = credited(world, "2026-07-01")
    book = lifetimes.read(KNOWN)
    [life] = book.lives
    assert (life.account, life.mrr_minor, life.starts_on, life.passed) == (account, 95_000, date(2025, 2, 1), 1)
    assert book.coming == {account: Coming(False, ((0, 5_000),))}


def test_a_credit_beyond_the_next_payment_lowers_that_one_too(org: Organisation) -> None:
    account = credited(World(today=KNOWN), "2027-07-01")
    assert lifetimes.read(KNOWN).coming == {account: Coming(False, ((1, 5_000),))}


def test_a_credit_takes_back_no_notice(org: Organisation) -> None:
    account = credited(World(today=KNOWN), "2028-01-01", noticed_on=date(2026, 4, 1))
    assert lifetimes.read(KNOWN).coming[account].is_leaving


def test_nobody_stays_by_a_credit(org: Organisation) -> None:
    credited(World(today=KNOWN), "2028-01-01", ended_on=date(2026, 2, 1))
    [lost] = lifetimes.read(KNOWN).lives
    assert (lost.is_lost, lost.lost_on, lost.mrr_minor) == (True, date(2026, 2, 1), 100_000)
    assert running(KNOWN) == set()


def test_what_was_signed_first_is_a_contract_with_its_credit(org: Organisation) -> None:
    world = World(today=KNOWN)
    account, _ = sign(world, "減額社", 100_000, "2025-02-01")
    more(world, account, -5_000, "2025-02-01", is_credit=True, seats=0, term_months=6)
    more(world, accounts.open("減額だけ", by=SYSTEM, at=world.now), -5_000, "2025-02-01", is_credit=True, seats=0)
    world.carry()
    book = lifetimes.read(KNOWN)
    assert {key: (one.term_months, one.mrr_minor) for key, one in book.signed.items()} == {account.pk: (12, 95_000)}
