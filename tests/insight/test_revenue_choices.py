"""Every choice of the metric policy that rests on what contracts tell: chosen, it changes the figures, to the yen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers import accounts, subscriptions
from nenrin.customers.schedule import Step
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import groups, kpis, notes, policies, words
from nenrin.insight.revenue.statements import statement
from tests.cast import DRIFTING, THRIVING
from tests.insight.test_revenue import ledger, month, more, on, sign, told
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-09-06"))


def choose(world: World, **choices: Any) -> None:
    policies.publish(choices, by=SYSTEM, at=world.now)


def mrr(world: World, *months: str) -> list[int]:
    found = ledger(world)
    return [statement(found, month(each)).end for each in months]


def test_a_discount_that_ends_is_an_expansion_by_discount_and_no_upsell(world: World) -> None:
    sign(world, THRIVING, 80_000, "2026-02-01", list_minor=100_000, discount_until=date(2026, 7, 31))
    found = statement(ledger(world), month("2026-08"))
    assert told(found) == {"begin": 80_000, "expansion": 20_000, "end": 100_000}
    assert found.causes["expansion"] == {"discount": 20_000}
    columns = kpis.columns_of(ledger(world), month("2026-08"))
    assert (columns["expansion"].sum(), columns["upsell"].sum()) == (20_000, 0)


def test_discounts_that_end_can_be_left_out_of_mrr(world: World) -> None:
    sign(world, THRIVING, 80_000, "2026-02-01", list_minor=100_000, discount_until=date(2026, 7, 31))
    assert mrr(world, "2026-02", "2026-07", "2026-08") == [80_000, 80_000, 100_000]
    choose(world, coupons="ignore")
    assert mrr(world, "2026-02", "2026-07", "2026-08") == [100_000, 100_000, 100_000]
    assert told(statement(ledger(world), month("2026-08"))) == {"begin": 100_000, "end": 100_000}


def test_metered_usage_counts_as_it_is_chosen(world: World) -> None:
    metered = {"2026-05": 12_000, "2026-06": 30_000, "2026-07": 9_000}
    sign(world, THRIVING, 100_000, "2026-02-01", committed_minor=10_000, metered=metered)
    assert mrr(world, "2026-05", "2026-06", "2026-08") == [110_000, 110_000, 110_000]
    choose(world, usage="none")
    assert mrr(world, "2026-05", "2026-06", "2026-08") == [100_000, 100_000, 100_000]
    choose(world, usage="trailing")
    # nothing billed yet; 12,000; (12,000 + 30,000 + 9,000) / 3
    assert mrr(world, "2026-05", "2026-06", "2026-08") == [100_000, 112_000, 117_000]


def test_churn_counts_when_billing_ends_where_that_is_chosen(world: World) -> None:
    _, row = sign(world, THRIVING, 100_000, "2026-02-01")
    subscriptions.end(row, on=on("2026-08-20"), by=SYSTEM, at=world.now)
    row.refresh_from_db()
    subscriptions.change(row, by=SYSTEM, at=world.now, billed_to=on("2026-06-01"))
    assert mrr(world, "2026-05", "2026-06", "2026-07", "2026-08") == [100_000, 100_000, 100_000, 0]
    choose(world, churn_recognition="billing")
    assert told(statement(ledger(world), month("2026-06"))) == {"begin": 100_000, "churn": -100_000}
    assert mrr(world, "2026-05", "2026-06") == [100_000, 0]


def test_a_ramp_deal_counts_with_the_average_of_its_first_term_where_that_is_chosen(world: World) -> None:
    steps = [Step(on("2025-09-01"), 60_000, 5), Step(on("2026-03-01"), 120_000, 5)]
    sign(world, THRIVING, 0, "2025-09-01", steps=steps, is_ramp=True)
    sign(world, DRIFTING, 0, "2025-09-01", steps=[Step(on("2025-09-01"), 1_000, 5), Step(on("2026-03-01"), 3_000, 5)])
    assert mrr(world, "2025-09", "2026-03", "2026-08") == [61_000, 123_000, 123_000]
    choose(world, ramp="average")
    # six months at 60,000 and six at 120,000; the other contract is no ramp deal
    assert mrr(world, "2025-09", "2026-03", "2026-08") == [91_000, 93_000, 93_000]


def test_a_credit_lowers_mrr_and_is_named_in_the_notes(world: World) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    more(world, account, -30_000, "2026-06-01", is_credit=True, seats=0)
    alone, _ = sign(world, DRIFTING, -5_000, "2026-06-01", is_credit=True, seats=0)
    found = ledger(world)
    june = statement(found, month("2026-06"))
    assert told(june) == {"begin": 100_000, "contraction": -30_000, "end": 70_000}
    assert june.causes["contraction"] == {"discount": -30_000} and june.accounts_end == 1
    noted = {(one.kind, one.account, one.words) for one in found.findings}
    assert noted == {("negative", account.pk, "-30000"), ("negative", alone.pk, "-5000")}
    choose(world, coupons="ignore")
    assert told(statement(ledger(world), month("2026-06"))) == {"begin": 100_000, "end": 100_000}


def test_the_policy_names_what_is_chosen(world: World) -> None:
    choose(world, coupons="ignore", usage="trailing", ramp="average", churn_recognition="billing")
    said = words.policy(policies.live(world.today)).ja
    for text in (
        "期限付き割引は定価で計上",
        "従量課金は直近3か月の平均",
        "段階契約は初回契約期間の平均額",
        "課金の終了日に計上",
    ):
        assert text in said


def test_groups_of_companies_count_as_one_customer_where_that_is_chosen(world: World) -> None:
    head, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    below, _ = sign(world, DRIFTING, 50_000, "2026-08-05")
    sign(world, "灯台", 30_000, "2026-02-01")
    accounts.change(below, parent=head, by=SYSTEM, at=world.now)
    august, keys = month("2026-08"), ("paying_accounts", "new_accounts", "arpa", "mrr")
    found = kpis.figures_of(ledger(world), august, "month", wanted=keys)
    assert [found[key].value for key in keys] == [3, 1, 60_000, 180_000]
    assert groups.moved(ledger(world), august) is None
    choose(world, logos="parent")
    of = ledger(world)
    found = kpis.figures_of(of, august, "month", wanted=keys)
    assert [found[key].value for key in keys] == [2, 0, 90_000, 180_000] and list(found) == list(keys)
    [july, last] = kpis.trend(of, [month("2026-07"), august], "month", "arpa")
    assert (july.value, last.value) == (65_000, 90_000)
    told = kpis.behind(of, august, KPIS["arpa"])
    assert [(one.account, one.over) for one in told][:1] == [(head.pk, 150_000)] and len(told) == 2
    parts = kpis.slices(of, "cohort", august)
    assert [one.value for one in kpis.by_slice(of, august, "month", parts, keys)["paying_accounts"]] == [2, None]
    assert statement(of, august).accounts_end == 3, "movements stay of accounts"
    by_group = groups.moved(of, august)
    assert by_group is not None and (by_group.accounts_begin, by_group.accounts_end) == (2, 2)
    assert (by_group.counts["new"], by_group.counts["expansion"], statement(of, august).counts["new"]) == (0, 1, 1)
    assert by_group.end == statement(of, august).end == 180_000
    named = [one.name.ja for one in notes.notes(of, august)]
    assert any("期首2社、新規0社、再契約0社、解約0社、期末2社" in name for name in named)
    assert "親会社ごとに1社" in words.policy(policies.live(world.today)).ja
