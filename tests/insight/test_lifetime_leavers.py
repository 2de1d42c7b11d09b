"""A customer whom the revenue ledger has lost is worth nothing any more, and one that it keeps goes on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from nenrin.analytics.revenue.paths import number
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books as lifetimes
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import policies
from tests.insight.test_dunning import bill
from tests.insight.test_revenue import sign
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
