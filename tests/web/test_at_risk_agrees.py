"""Home, the executive dashboard and the account list count the same accounts at risk, and the same ARR of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from nenrin.customers import accounts, subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import policies
from nenrin.values import Money
from tests import cast
from tests.cast import DRIFTING, LOST, STARTING, THRIVING
from tests.insight.test_executive import TODAY, judge, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    """At risk: one in yen, one in dollars, one that left, one that never signed. Healthy: one that pays monthly."""
    world = World(today=TODAY)
    policies.publish({"rates": {"USD": "150"}}, note="社内換算レート", by=SYSTEM, at=world.now)
    at_risk = [
        sign(world, DRIFTING, 100_000, date(2025, 12, 1)),
        accounts.open(STARTING, by=SYSTEM, at=world.now, currency="USD"),
        sign(world, LOST, 30_000, date(2025, 2, 1), ended_on=date(2026, 11, 20)),
        accounts.open("見込み", by=SYSTEM, at=world.now),
    ]
    subscriptions.sign(at_risk[1], by=SYSTEM, at=world.now, starts_on=date(2025, 12, 15), term_months=12,
                       mrr_minor=200_00, currency="USD")  # fmt: skip
    monthly = sign(world, THRIVING, 50_000, date(2026, 10, 1), term_months=1)
    for account in at_risk:
        judge(world, account, "at_risk")
    judge(world, monthly, "healthy")
    world.carry()
    return world


def context(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.context


def test_two_accounts_and_one_and_a_half_million_at_risk_everywhere(
    world: World, client: Client, time_machine: Any
) -> None:
    """100,000 + 200 dollars at 150 = 130,000 a month, 1.56 million a year; the lost one and the prospect are nobody's risk."""
    time_machine.move_to(world.now, tick=False)
    client.force_login(cast.member(Role.HEAD, language="en"))
    home = context(client, "/?whose=all")["figures"].of("risk")
    board = context(client, "/executive")["board"]
    listed = context(client, "/accounts?band=at_risk&status=customer")
    part = board.standing.of("at_risk")
    assert (home.accounts, home.arr) == (2, Money(1_560_000, "JPY"))
    assert (part.accounts, 12 * part.mrr) == (2, 1_560_000)
    assert listed["totals"].count == 2 and {row.account.name for row in listed["lines"]} == {DRIFTING, STARTING}
    assert len(board.risks) == 2


def test_a_monthly_contract_is_no_renewal_at_home_nor_on_the_dashboard(
    world: World, client: Client, time_machine: Any
) -> None:
    time_machine.move_to(world.now, tick=False)
    client.force_login(cast.member(Role.HEAD, language="en"))
    renewals = context(client, "/?whose=all")["renewals"]
    assert {line.account.name for line in renewals.nearest} == {DRIFTING, STARTING} and renewals.accounts == 2
    assert sum(month.contracts for month in context(client, "/executive")["board"].ahead.months) == 2
