"""Every KPI that has a value names the accounts that it is made of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers import subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.executive import questions
from nenrin.insight.executive.ahead import ahead
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import kpis, policies
from tests.insight.test_revenue import month, on, sign
from tests.insight.world import World

TODAY = on("2026-03-31")


@pytest.mark.parametrize("key", [key for key, one in KPIS.items() if not one.waits])
def test_a_kpi_says_what_of_each_account_stands_behind_it(key: str) -> None:
    over, under = KPIS[key].parts
    assert over in kpis.COLUMN_NAMES and under in kpis.COLUMN_NAMES and over


@pytest.mark.django_db
def test_every_kpi_with_a_value_lists_the_accounts_behind_it(org: Organisation) -> None:
    world = World(today=TODAY)
    for n in range(45):
        ended = {"ended_on": on("2026-03-10") - timedelta(n)} if n % 9 == 0 else {}
        _, row = sign(world, f"会社{n}", 10_000 + n, f"202{4 if n < 40 else 5}-0{1 + n % 6}-15", **ended)
        if n % 5 == 1 and not ended:
            subscriptions.reprice(row, from_on=on("2026-03-05"), mrr_minor=25_000, seats=9, by=SYSTEM, at=world.now)
    for n in range(6):
        sign(world, f"新規{n}", 20_000, f"2026-03-0{1 + n}")
    world.carry()
    ledger = revenue.ledger(TODAY)
    told = kpis.figures_of(ledger, month("2026-03"), "month")
    valued = [key for key, figure in told.items() if figure.value is not None]
    assert {
        "mrr",
        "arr",
        "committed_mrr",
        "new_accounts",
        "ltv",
        "quick_ratio",
        "net_new_mrr",
        "nrr",
        "logo_churn",
    } <= {*valued}
    assert not [key for key in valued if not kpis.behind(ledger, month("2026-03"), KPIS[key])]
    mrr = kpis.behind(ledger, month("2026-03"), KPIS["mrr"])
    assert sum(each.over for each in mrr) == told["mrr"].value


@pytest.mark.django_db
def test_renewals_ahead_round_money_as_the_ledger_does(org: Organisation) -> None:
    world = World(today=TODAY)
    policies.publish({"rates": {"USD": "150.5"}}, note="test", by=SYSTEM, at=world.now)
    account, _ = sign(world, "灯台", 201, "2025-06-15", currency="USD")  # 302.505 yen
    world.carry()
    ask = questions.ask(TODAY, TODAY)
    [due] = ahead(ask, {}, {account.pk: 303}).dues
    assert due.mrr == 303 == int(revenue.ledger(TODAY).book.line.level[-1])
