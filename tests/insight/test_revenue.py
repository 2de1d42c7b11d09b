"""The organisation's revenue: as known on a day, closed or open, by slice, under a policy that is written down."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from nenrin.analytics.revenue.policies import UnknownChoice
from nenrin.customers import accounts, merges, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation, Team
from nenrin.insight.models import PeriodLock
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import kpis, locks, policies, targets
from nenrin.insight.revenue import slices as revenue_slices
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.locks import CannotLock, Closed
from nenrin.insight.revenue.statements import Statement, behind, statement
from nenrin.insight.revenue.targets import NoTarget, NoTeam, StillLeads
from nenrin.values import Period
from tests.cast import DRIFTING, LOST, THRIVING
from tests.insight.world import World, at

pytestmark = pytest.mark.django_db


def on(text: str) -> date:
    return date.fromisoformat(text)


def month(text: str) -> Period:
    start = on(f"{text}-01")
    return Period(start, (start + timedelta(days=32)).replace(day=1))


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


def sign(world: World, name: str, minor: int, start: str, **fields: Any) -> tuple[Account, Subscription]:
    account = accounts.open(name, by=SYSTEM, at=world.now)
    return account, more(world, account, minor, start, **fields)


def more(world: World, account: Account, minor: int, start: str, **fields: Any) -> Subscription:
    words = {"starts_on": on(start), "term_months": 12, "mrr_minor": minor, "seats": 5, **fields}
    return subscriptions.sign(account, by=SYSTEM, at=world.now, **words)


def ledger(world: World, known: str = "") -> Ledger:
    world.carry()
    return revenue.ledger(on(known) if known else world.today)


def told(of: Statement) -> dict[str, int]:
    """What is not zero; the law must hold."""
    assert of.holds
    found = {"begin": of.begin, **of.amounts, "fx": of.fx, "transfer": of.transfer, "adjustment": of.adjustment}
    return {name: value for name, value in {**found, "end": of.end}.items() if value}


def test_what_was_signed_moved_and_ended_is_in_the_movements(world: World) -> None:
    _, thriving = sign(world, THRIVING, 100_000, "2026-02-01")
    lost, ended = sign(world, LOST, 30_000, "2026-02-10")
    subscriptions.reprice(thriving, from_on=on("2026-03-15"), mrr_minor=140_000, seats=7, by=SYSTEM, at=world.now)
    subscriptions.end(ended, on=on("2026-04-02"), by=SYSTEM, at=world.now)
    found = ledger(world)
    assert told(statement(found, month("2026-02"))) == {"new": 130_000, "end": 130_000}
    assert told(statement(found, month("2026-03"))) == {"begin": 130_000, "expansion": 40_000, "end": 170_000}
    assert statement(found, month("2026-03")).causes["expansion"] == {"seats": 40_000}
    assert told(statement(found, month("2026-04"))) == {"begin": 170_000, "churn": -30_000, "end": 140_000}
    assert [(c.account, c.amount) for c in behind(found, month("2026-04"), "churn")] == [(lost.pk, -30_000)]


def test_a_contract_of_a_test_account_is_no_revenue(world: World) -> None:
    sign(world, THRIVING, 100_000, "2026-02-01")
    account, _ = sign(world, "社内検証", 50_000, "2026-02-01")
    accounts.change(account, by=SYSTEM, at=world.now, status="internal-test")
    assert statement(ledger(world), month("2026-03")).end == 100_000


def test_a_backdated_change_changes_the_past_only_from_when_it_was_known(world: World) -> None:
    _, row = sign(world, THRIVING, 100_000, "2026-02-01")
    world.carry()
    world.today = on("2026-05-20")
    subscriptions.reprice(row, from_on=on("2026-03-01"), mrr_minor=90_000, by=SYSTEM, at=world.now)
    now, before = ledger(world), revenue.ledger(on("2026-05-19"))
    assert statement(before, month("2026-03")).end == 100_000
    assert told(statement(now, month("2026-03"))) == {"begin": 100_000, "contraction": -10_000, "end": 90_000}


def test_a_merge_of_two_customers_is_neither_churn_nor_new(world: World) -> None:
    first, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    second, _ = sign(world, DRIFTING, 40_000, "2026-02-01")
    world.carry()
    world.today = on("2026-04-20")
    merges.merge(first, second, by=SYSTEM, at=world.now)
    found = statement(ledger(world), month("2026-04"))
    assert told(found) == {"begin": 140_000, "end": 140_000}
    assert found.accounts_end == 1 and statement(revenue.ledger(on("2026-04-19")), month("2026-04")).accounts_end == 2


def test_who_changes_tier_takes_the_revenue_along_and_the_transfers_add_up_to_nothing(world: World) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    sign(world, DRIFTING, 40_000, "2026-02-01")
    world.carry()
    world.today = on("2026-04-20")
    body = {"status": "customer", "tier": "enterprise", "touch_model": "high", "industry": "", "region": ""}
    world.say("account", str(account.pk), account.pk, body, valid=on("2026-04-10"))
    found, april = ledger(world), month("2026-04")
    slices = {each.key: each for each in revenue_slices.slices(found, "tier", april)}
    small, large = (statement(found, april, "net", slices[key]) for key in ("", "enterprise"))
    assert told(small) == {"begin": 140_000, "transfer": -100_000, "end": 40_000}
    assert told(large) == {"transfer": 100_000, "end": 100_000}


@pytest.mark.parametrize("dimension", list(revenue_slices.DIMENSIONS))
def test_every_dimension_can_be_sliced_by(world: World, dimension: str) -> None:
    sign(world, THRIVING, 100_000, "2026-02-01")
    found = ledger(world)
    slices = revenue_slices.slices(found, dimension, month("2026-03"))
    parts = [statement(found, month("2026-03"), "gross", each) for each in slices]
    assert all(part.holds for part in parts)
    assert sum(part.end for part in parts) == (0 if dimension == "segment" else 100_000)


# --- closed books ---------------------------------------------------------------------------------------------------


def closed(world: World) -> Closed:
    world.carry()
    return Closed(revenue.ledger(world.today), None, tuple(locks.locks()))


def test_a_closed_month_stays_and_what_came_later_is_an_adjustment_of_the_open_one(world: World) -> None:
    _, row = sign(world, THRIVING, 100_000, "2026-02-01")
    world.carry()
    world.today = on("2026-05-10")
    locks.lock(on("2026-04-30"), by=SYSTEM, at=world.now)
    world.today = on("2026-05-20")
    subscriptions.reprice(row, from_on=on("2026-03-01"), mrr_minor=90_000, by=SYSTEM, at=world.now)
    subscriptions.reprice(row, from_on=on("2026-05-15"), mrr_minor=120_000, by=SYSTEM, at=world.now)
    books = closed(world)
    view = [told(locks.statement(books, month(m), "net")) for m in ("2026-03", "2026-04", "2026-05")]
    assert view[0] == view[1] == {"begin": 100_000, "end": 100_000}
    assert view[2] == {"begin": 100_000, "adjustment": -10_000, "expansion": 30_000, "end": 120_000}
    assert [change.amount for change in locks.adjusted(books, month("2026-05"))] == [-10_000]
    assert locks.adjusted(books, month("2026-04")) == []


def test_the_law_holds_for_slices_of_closed_books_too(world: World) -> None:
    _, row = sign(world, THRIVING, 100_000, "2026-02-01")
    sign(world, DRIFTING, 40_000, "2026-02-01")
    world.carry()
    world.today = on("2026-05-10")
    locks.lock(on("2026-04-30"), by=SYSTEM, at=world.now)
    world.today = on("2026-05-20")
    subscriptions.reprice(row, from_on=on("2026-03-01"), mrr_minor=90_000, by=SYSTEM, at=world.now)
    found = locks.statement(closed(world), month("2026-05"), "gross", "tier", "")
    assert told(found) == {"begin": 140_000, "adjustment": -10_000, "end": 130_000}


def test_books_close_forward_and_open_backward(world: World) -> None:
    with pytest.raises(CannotLock):
        locks.lock(world.today, by=SYSTEM, at=world.now)
    locks.lock(on("2026-03-31"), by=SYSTEM, at=world.now)
    with pytest.raises(CannotLock):
        locks.lock(on("2026-02-28"), by=SYSTEM, at=world.now)
    locks.unlock(by=SYSTEM, at=world.now)
    locks.unlock(by=SYSTEM, at=world.now)
    assert not PeriodLock.objects.exists()
    assert list(Entry.objects.filter(action__startswith="insight.period").values_list("action", flat=True)) == [
        "insight.period.locked", "insight.period.unlocked",
    ]  # fmt: skip


# --- policy and targets ---------------------------------------------------------------------------------------------


def test_a_currency_becomes_computable_with_the_policy_that_names_its_rate(world: World) -> None:
    account, _ = sign(world, THRIVING, 1_000_00, "2026-02-01", currency="USD")
    before = ledger(world)
    assert before.book.left_out == ((account.pk, "USD"),) and statement(before, month("2026-03")).end == 0
    policies.publish({"rates": {"USD": "150"}}, note="社内レート", by=SYSTEM, at=world.now)
    after = revenue.ledger(world.today)
    assert after.policy.version == 2 and statement(after, month("2026-03")).end == 150_000
    yesterday = revenue.ledger(world.today - timedelta(days=1))
    assert yesterday.policy.version == 1


def test_a_policy_keeps_what_it_is_not_told_and_refuses_what_it_does_not_know(world: World) -> None:
    policies.publish({"gap_merge_days": 7}, by=SYSTEM, at=world.now)
    policies.publish({"churn_recognition": "request"}, by=SYSTEM, at=world.now)
    live = policies.live(world.today)
    assert (live.version, live.gap_merge_days, live.churn_recognition) == (3, 7, "request")
    assert live.zone == "Asia/Tokyo"
    with pytest.raises(UnknownChoice):
        policies.publish({"churn_recognition": "someday"}, by=SYSTEM, at=world.now)
    with pytest.raises(UnknownChoice):
        policies.publish({"zone": "UTC"}, by=SYSTEM, at=world.now)
    assert policies.live(world.today) == live


def test_a_leading_target_is_one_that_a_team_moves_itself_and_stays_while_an_outcome_names_it(world: World) -> None:
    given: dict[str, Any] = {"by": SYSTEM, "at": world.now, "team": Team.objects.create(name="東日本")}
    for kpi in ("mrr", "new_accounts", "cac", "upsell_rate", "onboarding_completion"):
        targets.put(kpi, "quarter", world.today, 1, **given)
    for outcome in ("logo_churn", "renewal_rate", "ltv", "net_new_mrr"):
        for kpi in ("mrr", "new_accounts", "cac", ""):
            with pytest.raises(NoTarget):
                targets.put(outcome, "quarter", world.today, 0.02, leading_kpi=kpi, **given)
        targets.put(outcome, "quarter", world.today, 0.02, leading_kpi="upsell_rate", **given)
    with pytest.raises(StillLeads, match="logo_churn"):
        targets.withdraw("upsell_rate", "quarter", world.today, by=SYSTEM, at=world.now)
    for outcome in ("logo_churn", "renewal_rate", "ltv", "net_new_mrr"):
        targets.put(outcome, "quarter", world.today, 0.02, leading_kpi="onboarding_completion", **given)
    assert targets.withdraw("upsell_rate", "quarter", world.today, by=SYSTEM, at=world.now)


def test_an_outcome_takes_a_target_only_beside_a_leading_kpi_with_one(world: World) -> None:
    given: dict[str, Any] = {"by": SYSTEM, "at": world.now, "team": Team.objects.create(name="東日本")}
    with pytest.raises(NoTarget):
        targets.put("logo_churn", "quarter", world.today, 0.02, leading_kpi="upsell_rate", **given)
    targets.put("upsell_rate", "quarter", world.today, 0.1, by=SYSTEM, at=world.now)
    with pytest.raises(NoTeam):
        targets.put("logo_churn", "quarter", world.today, 0.02, leading_kpi="upsell_rate", by=SYSTEM, at=world.now)
    targets.put("logo_churn", "quarter", world.today, 0.02, leading_kpi="upsell_rate", **given)
    targets.put("logo_churn", "quarter", on("2026-06-30"), 0.03, leading_kpi="upsell_rate", **given)
    found = targets.of("quarter", on("2026-04-01"))
    assert {key: (row.value, row.version) for key, row in found.items()} == {
        "upsell_rate": (0.1, 1), "logo_churn": (0.03, 2),
    }  # fmt: skip
    with pytest.raises(NoTarget):
        targets.put("happiness", "quarter", world.today, 1, **given)


# --- KPIs -----------------------------------------------------------------------------------------------------------


def test_kpis_of_a_few_accounts_are_sums_without_rates(world: World) -> None:
    sign(world, THRIVING, 100_000, "2026-02-01")
    found = {row.kpi: row for row in kpis.rows(ledger(world), month("2026-03"), "month")}
    assert found["mrr"].value == 100_000 and found["arr"].value == 1_200_000
    assert found["logo_churn"].value is None and found["logo_churn"].n == 1
    assert found["ltv_to_cac"].value is None


def test_acquisition_costs_are_those_of_the_twelve_months_before(world: World) -> None:
    for n in range(9):
        sign(world, f"顧客{n}", 100_000, "2026-02-01")
    for key, when, category, minor in (
        ("a", "2026-03-01", "sales", 300_000), ("b", "2025-04-01", "marketing", 60_000),
        ("c", "2025-03-01", "marketing", 9_000_000), ("d", "2026-03-01", "support", 8_000_000),
    ):  # fmt: skip
        world.say("cost", key, None, {"month": when, "category": category, "minor": minor, "currency": "JPY"})
    march = kpis.figures_of(ledger(world), month("2026-03"), "month")
    assert (march["cac"].value, march["cac"].n) == (None, 9), "fewer than ten tell no cost of winning one"
    sign(world, THRIVING, 100_000, "2026-02-01")
    march = kpis.figures_of(ledger(world), month("2026-03"), "month")
    assert (march["cac"].value, march["cac"].n) == (36_000, 10)


def test_onboarding_contacts_users_and_sources_are_read_from_the_facts_as_known_on_the_day(world: World) -> None:
    account = world.open(THRIVING, source="紹介（山本様）")
    more(world, account, 100_000, "2026-02-01")
    body = {"state": "running", "starts_on": "2026-02-02", "due_on": "2026-04-10", "first_due_on": "2026-03-20",
            "first_value_on": "2026-03-03", "completed_on": "2026-03-18", "ended_on": None, "end_reason": ""}  # fmt: skip
    world.say("onboarding", "1", account.pk, body)
    world.say("onboarding", "2", account.pk, {**body, "state": "cancelled", "end_reason": "mistake"})
    for key, direction, told in (
        ("a", "out", "2026-03-02"),
        ("b", "out", "2026-03-12"),
        ("c", "internal", "2026-03-05"),
    ):
        world.say("touch", key, account.pk, {"channel": "call", "direction": direction, "human": True, "on": told})
    world.say("touch", "d", account.pk, {"channel": "mail", "direction": "out", "human": False, "on": "2026-03-25"})
    world.say("ticket", "t", account.pk, {"priority": "normal", "opened_on": "2026-03-11", "resolved_on": None})
    for day, user in (("2026-03-04", "old"), ("2026-03-10", "ann"), ("2026-03-30", "ann"), ("2026-03-31", "ben")):
        world.use(THRIVING, user=user, on=on(day))
    world.carry()
    world.lake.roll()
    found = kpis.columns_of(revenue.used(ledger(world)), month("2026-03"))
    names = ("onboarding_due", "onboarding_done", "value_days", "value_reached", "contacts", "contacts_ahead", "users_week",
             "users_month", "accounts_using", "accounts_unaided")  # fmt: skip
    assert {name: int(found[name].sum()) for name in names} == dict(zip(
        names, (1, 1, 30, 1, 3, 1, 2, 3, 1, 0), strict=True))  # fmt: skip
    assert int(kpis.columns_of(ledger(world), month("2026-02"))["accounts_referred"].sum()) == 1
    asked = ("nrr", "stickiness", "proactive_share")
    behind = kpis.behind(ledger(world), month("2026-03"), kpis.KPIS["stickiness"])
    assert [(each.over, each.under) for each in behind] == [(2, 3)]
    found = kpis.figures_of(ledger(world), month("2026-03"), "month", wanted=asked)
    assert {key: found[key].n for key in asked} == {"nrr": 0, "stickiness": 3, "proactive_share": 3}
    # Whoever may not see costs gets none by this way either.
    plain = revenue.uncosted(ledger(world))
    assert not revenue.used(plain).shows_costs and not revenue.used(plain).costs


def test_the_accounts_behind_a_kpi_are_those_it_counted(world: World) -> None:
    account, row = sign(world, THRIVING, 100_000, "2025-03-01")
    sign(world, DRIFTING, 40_000, "2026-03-10")
    subscriptions.end(row, on=on("2026-03-20"), by=SYSTEM, at=world.now)
    found = kpis.behind(ledger(world), month("2026-03"), kpis.KPIS["logo_churn"])
    assert [(each.account, each.over, each.under) for each in found] == [(account.pk, 1, 1)]


def test_a_limited_ledger_knows_its_own_accounts_alone(world: World) -> None:
    account, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    sign(world, DRIFTING, 40_000, "2026-02-01")
    part = revenue.limited(ledger(world), [account.pk])
    assert statement(part, month("2026-03")).end == 100_000
    assert kpis.figures_of(part, month("2026-03"), "month")["paying_accounts"].value == 1
    assert statement(revenue.limited(ledger(world), []), month("2026-03")).end == 0


def test_a_ledger_is_read_once_until_something_new_is_known(world: World) -> None:
    sign(world, THRIVING, 100_000, "2026-02-01")
    first = ledger(world)
    assert revenue.ledger(world.today) is first
    sign(world, DRIFTING, 40_000, "2026-02-01")
    assert ledger(world) is not first


def test_days_are_those_of_the_organisation(world: World) -> None:
    """Half past midnight in Tokyo on the first of April is still March in UTC: churn of the new fiscal year."""
    _, row = sign(world, THRIVING, 100_000, "2025-06-01")
    moment = datetime.fromisoformat("2026-03-31T15:30:00+00:00")
    subscriptions.end(row, on=moment.astimezone(at(world.today).tzinfo).date(), by=SYSTEM, at=world.now)
    found = ledger(world)
    assert "churn" in told(statement(found, month("2026-04"))) and "churn" not in told(
        statement(found, month("2026-03"))
    )


def test_an_end_by_unpaid_invoices_is_told_apart_from_one_that_the_customer_decided(world: World) -> None:
    _, unpaid = sign(world, LOST, 30_000, "2026-02-10")
    _, decided = sign(world, DRIFTING, 20_000, "2026-02-10")
    subscriptions.end(unpaid, on=on("2026-04-02"), reason="payment", by=SYSTEM, at=world.now)
    subscriptions.end(decided, on=on("2026-04-02"), reason="budget", by=SYSTEM, at=world.now)
    april = statement(ledger(world), month("2026-04"))
    assert (april.amounts["churn"], april.unwilling) == (-50_000, -30_000)
