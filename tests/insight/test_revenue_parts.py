"""Figures of a part agree with its movements: who came counts where it is, who was there where it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from nenrin.cli.kpis import command
from nenrin.customers import products, subscriptions
from nenrin.customers.models import Account, Plan
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import kpis, policies, slices
from nenrin.insight.revenue.statements import statement
from tests.insight.test_revenue import ledger, month, more, on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db
MARCH = month("2026-03")


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


def plan(world: World, key: str) -> Plan:
    product = products.save("flow", name="Flow", by=SYSTEM, at=world.now)
    return products.save_plan(key, product=product, name=key, limits={}, by=SYSTEM, at=world.now)


def graded(world: World, account: Account, since: str, **words: str) -> None:
    body: dict[str, Any] = {"status": "customer", "tier": "smb", "touch_model": "high", "industry": "it",
                            "region": "Tokyo", **words}  # fmt: skip
    world.say("account", str(account.pk), account.pk, body, valid=on(since))


@pytest.fixture
def mixed(world: World) -> World:
    """Two old customers of the plan "pro", a new one, one that moves to it in March, and one that leaves it."""
    pro, basic = plan(world, "pro"), plan(world, "basic")
    for n, (start, minor, of) in enumerate((("2025-02-01", 100, pro), ("2025-02-01", 100, pro),
                                            ("2026-03-10", 1000, pro), ("2025-02-01", 40, basic))):  # fmt: skip
        graded(world, sign(world, f"顧客{n}", minor, start, plan=of)[0], start)
    moving, old = sign(world, "移る社", 70, "2025-02-01", plan=basic)
    graded(world, moving, "2025-02-01")
    graded(world, moving, "2026-03-12", tier="enterprise", region="Osaka")
    subscriptions.end(old, on=on("2026-03-15"), by=SYSTEM, at=world.now)
    subscriptions.sign(moving, by=SYSTEM, at=world.now, starts_on=on("2026-03-15"), term_months=12, mrr_minor=90,
                       seats=5, plan=pro)  # fmt: skip
    _, lost = sign(world, "去る社", 50, "2025-02-01", plan=pro)
    subscriptions.end(lost, on=on("2026-03-20"), by=SYSTEM, at=world.now)
    return world


@pytest.mark.parametrize("dimension", slices.DIMENSIONS)
def test_what_is_there_and_what_came_is_that_of_the_movements_of_the_same_part(mixed: World, dimension: str) -> None:
    told = ledger(mixed)
    parts = slices.slices(told, dimension, MARCH)
    wanted = ("mrr", "paying_accounts", "new_accounts", "net_new_mrr")
    found = kpis.by_slice(told, MARCH, "month", parts, wanted)
    for place, each in enumerate(parts):
        moved = statement(told, MARCH, "net", each)
        expected = (moved.end, moved.accounts_end, moved.counts["new"], sum(moved.amounts.values()))
        assert tuple(found[key][place].value or 0 for key in wanted) == expected, (dimension, each.key)
        alone = kpis.figures_of(told, MARCH, "month", each, wanted)
        assert {key: alone[key] for key in wanted} == {key: found[key][place] for key in wanted}
        plain = kpis.by_slice(told, MARCH, "month", [each], wanted, interval=False)
        trend = [kpis.trend(told, [MARCH], "month", key, [each])[0] for key in wanted]
        assert [plain[key][0].value for key in wanted] == [one.value for one in trend]


def test_new_customers_are_counted_in_their_plan_and_leavers_in_the_one_they_had(mixed: World) -> None:
    told = ledger(mixed)
    parts = {each.key: each for each in slices.slices(told, "plan", MARCH)}
    assert set(parts) == {"pro", "basic", ""}, "the new customer stood in no plan before"
    pro = kpis.figures_of(told, MARCH, "month", parts["pro"], ("mrr", "new_accounts", "arpa"))
    assert [each.value for each in pro.values()] == [1290, 1, 322.5]
    churned = {each.account for each in kpis.behind(told, MARCH, kpis.KPIS["logo_churn"], parts["pro"]) if each.over}
    assert churned == {Account.objects.get(name="去る社").pk}
    assert len(kpis.behind(told, MARCH, kpis.KPIS["arpa"], parts["pro"])) == 4


@pytest.mark.parametrize("key", [key for key, kpi in kpis.KPIS.items() if not kpi.waits])
def test_every_figure_names_the_accounts_behind_it(mixed: World, key: str) -> None:
    told, kpi = ledger(mixed), kpis.KPIS[key]
    above, below = kpi.parts
    assert above in kpis.COLUMN_NAMES and below in kpis.COLUMN_NAMES
    found, columns = kpis.behind(told, MARCH, kpi), kpis.columns_of(kpis._reaching(told, (key,)), MARCH)
    assert sum(each.over for each in found) == columns[above].sum()
    if columns[above].any():
        assert found and len({each.account for each in found}) == len(found)


def test_the_plan_that_brings_most_is_told_at_the_rates_of_their_currencies(world: World) -> None:
    policies.publish({"rates": {"USD": "150"}}, note="社内レート", by=SYSTEM, at=world.now)
    pro, basic = plan(world, "pro"), plan(world, "basic")
    account, _ = sign(world, "二通貨社", 100_00, "2025-03-15", plan=pro, currency="USD")
    more(world, account, 12_000, "2025-03-15", plan=basic)
    [part] = slices.slices(ledger(world), "plan", MARCH)
    assert part.key == "pro", "100 dollars are 15,000 yen, and more than 12,000"


def test_who_changes_the_plan_at_renewal_was_due_in_the_plan_before(world: World) -> None:
    pro, basic = plan(world, "pro"), plan(world, "basic")
    for n in range(12):
        account, row = sign(world, f"移る社{n}", 100, "2025-03-15", plan=basic)
        subscriptions.end(row, on=on("2026-03-15"), by=SYSTEM, at=world.now)
        if n:
            subscriptions.sign(account, by=SYSTEM, at=world.now, starts_on=on("2026-03-15"), term_months=12,
                               mrr_minor=300, seats=5, plan=pro)  # fmt: skip
    for n in range(2):
        sign(world, f"残る社{n}", 50, "2025-03-15", plan=pro)
    told, wanted = ledger(world), ("renewal_rate_mrr", "renewals_due_arr", "renewals_due")
    parts = {each.key: each for each in slices.slices(told, "plan", MARCH)}
    found = {key: kpis.figures_of(told, MARCH, "month", parts[key], wanted) for key in ("basic", "pro")}
    assert [each.value for each in found["basic"].values()] == [11 / 12, 12 * 1200, 12]
    assert found["basic"]["renewal_rate_mrr"].n == 12 and found["basic"]["renewal_rate_mrr"].interval is not None
    assert [found["pro"][key].value for key in wanted[1:]] == [12 * 100, 2]


def test_a_part_has_intervals_in_the_command_that_hold_its_figures(mixed: World) -> None:
    mixed.carry()
    found = CliRunner().invoke(command, ["--as-of", "2026-04-06", "--by", "plan", "--json"])
    rows = [row for row in json.loads(found.output) if row["slice"] == "pro"]
    known = [row for row in rows if row["low"] is not None]
    assert "arpa" in {row["kpi"] for row in known}
    assert all(row["low"] <= row["value"] <= row["high"] for row in known)
