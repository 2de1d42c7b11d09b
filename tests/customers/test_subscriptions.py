"""Subscriptions: what was signed, what time does to it, what its account shows."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers import accounts, days, products, queries, rollovers, subscriptions
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Plan, Subscription
from nenrin.customers.schedule import Step
from nenrin.customers.statuses import Status, SubscriptionStatus
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from tests.cast import DRIFTING

TODAY = date(2026, 11, 24)  # of the fixture `at`, in Tokyo


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(DRIFTING, by=SYSTEM, at=at)


@pytest.fixture
def plan(org: Organisation, at: datetime) -> Plan:
    product = products.save("flow", name="Flow", by=SYSTEM, at=at)
    return products.save_plan(
        "flow-business", product=product, name="ビジネス", limits={"seats": 200}, by=SYSTEM, at=at
    )


def signed(account: Account, at: datetime, **fields: object) -> Subscription:
    given = {"starts_on": date(2023, 2, 1), "mrr_minor": 480_000, "seats": 120, **fields}
    return subscriptions.sign(account, by=SYSTEM, at=at, **given)


def told(action: str) -> list[dict[str, object]]:
    return Entry.objects.filter(action=action).order_by("id").last().particulars["facts"]


def test_a_contract_signed_years_ago_stands_in_its_fourth_term(account: Account, plan: Plan, at: datetime) -> None:
    row = signed(account, at, plan=plan)
    assert (row.status, row.renewals, row.term_from, row.ends_on) == (
        "active",
        3,
        date(2026, 2, 1),
        date(2027, 2, 1),
    )
    assert row.notice_deadline == date(2026, 12, 31)
    account.refresh_from_db()
    assert (account.status, account.customer_since) == (Status.CUSTOMER, date(2023, 2, 1))
    assert (account.mrr_minor, account.seats, account.plan_name) == (480_000, 120, "ビジネス")
    assert (account.renewal_on, account.notice_on) == (date(2027, 2, 1), date(2026, 12, 31))
    own, followed = told("customers.subscription.signed")
    assert own["body"]["plan"] == "flow-business" and own["body"]["notice_deadline"] == "2026-12-31"
    assert own["body"]["steps"] == [{"from_on": "2023-02-01", "mrr_minor": 480_000, "seats": 120}]
    assert followed["kind"] == "account" and followed["body"]["status"] == "customer"


def test_the_date_in_the_contract_wins_over_the_notice_period_for_its_term(account: Account, at: datetime) -> None:
    row = signed(account, at, starts_on=date(2026, 4, 1), notice_deadline=date(2026, 12, 25))
    assert row.notice_deadline == date(2026, 12, 25)
    rollovers.roll(date(2027, 4, 1), at=at)
    row.refresh_from_db()
    assert (row.notice_is_explicit, row.notice_deadline) == (False, date(2028, 2, 29))


def test_contracts_that_do_not_renew_have_no_deadline_and_end(account: Account, at: datetime) -> None:
    row = signed(account, at, starts_on=date(2026, 4, 1), auto_renews=False)
    assert row.notice_deadline is None
    rollovers.roll(date(2027, 3, 31), at=at)
    row.refresh_from_db()
    assert row.status == SubscriptionStatus.ACTIVE
    rollovers.roll(date(2027, 4, 1), at=at)
    row.refresh_from_db()
    account.refresh_from_db()
    assert (row.status, row.ended_on) == ("ended", date(2027, 4, 1))
    assert (account.status, account.lost_on, account.mrr_minor) == (Status.LOST, date(2027, 4, 1), 0)


def test_a_day_that_passes_renews_reprices_and_hides_deadlines(account: Account, at: datetime) -> None:
    steps = [Step(date(2026, 4, 1), 100_000, 10), Step(date(2027, 1, 1), 150_000, 15)]
    row = signed(account, at, starts_on=date(2026, 4, 1), steps=steps)
    assert row.next_change_on == date(2027, 1, 1) and row.mrr_minor == 100_000
    assert days.turn(date(2026, 12, 31), at=at) == 0
    assert days.turn(date(2027, 1, 1), at=at) == 1
    account.refresh_from_db()
    assert (account.mrr_minor, account.seats) == (150_000, 15)
    days.turn(date(2027, 3, 1), at=at)
    account.refresh_from_db()
    assert account.notice_on is None and account.renewal_on == date(2027, 4, 1)
    days.turn(date(2027, 4, 1), at=at)
    row.refresh_from_db()
    assert (row.renewals, row.ends_on, row.notice_deadline) == (1, date(2028, 4, 1), date(2028, 2, 29))
    happened = [
        e.particulars["happened"] for e in Entry.objects.filter(action="customers.subscription.rolled").order_by("id")
    ]
    assert happened == ["repriced", "renewed"]
    assert days.turn(date(2027, 4, 1), at=at) == 0


def test_a_worker_that_slept_for_two_years_tells_each_renewal(account: Account, at: datetime) -> None:
    signed(account, at, starts_on=date(2026, 4, 1))
    rollovers.roll(date(2028, 5, 1), at=at)
    versions = told("customers.subscription.rolled")
    assert [v["valid_at"] for v in versions] == ["2027-04-01", "2028-04-01"]
    assert [v["body"]["ends_on"] for v in versions] == ["2028-04-01", "2029-04-01"]


def test_a_notice_raises_a_hard_event_that_its_withdrawal_takes_back(account: Account, at: datetime) -> None:
    row = signed(account, at)
    row = subscriptions.give_notice(row, on=TODAY, reason="価格", by=SYSTEM, at=at)
    assert (row.status, row.end_reason) == ("noticed", "価格")
    own, event = told("customers.subscription.noticed")
    assert own["body"]["noticed_on"] == "2026-11-24"
    assert event["body"] == {"event": "notice_given", "expires_on": "2027-02-01"}
    account.refresh_from_db()
    assert account.notice_on is None
    row = subscriptions.withdraw_notice(row, by=SYSTEM, at=at)
    assert row.status == "active" and told("customers.subscription.reprieved")[1]["gone"] is True


def test_a_replaced_contract_ends_when_its_successor_starts(account: Account, plan: Plan, at: datetime) -> None:
    row = signed(account, at)
    successor = subscriptions.substitute(
        row, by=SYSTEM, at=at, starts_on=TODAY, mrr_minor=600_000, seats=150, plan=plan
    )
    row.refresh_from_db()
    account.refresh_from_db()
    assert (row.status, row.ended_on, row.replaced_by) == ("ended", TODAY, successor)
    assert (account.status, account.mrr_minor) == (Status.CUSTOMER, 600_000)


def test_overlapping_contracts_for_one_product_are_pointed_out(account: Account, plan: Plan, at: datetime) -> None:
    row = signed(account, at, plan=plan)
    other = signed(account, at, plan=plan, starts_on=date(2026, 1, 1))
    assert [w.ja for w in queries.warnings(other)] == [f"契約期間が重複: {row.starts_on} 開始の契約"]
    assert queries.warnings(signed(account, at)) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": date(2023, 2, 1)}, "ends_on"),
        ({"ends_on": date(2024, 2, 1), "notice_deadline": date(2024, 2, 1)}, "notice_deadline"),
        ({"term_months": 0}, "term_months"),
        ({"mrr_minor": -1}, "mrr_minor"),
        ({"currency": "yen"}, "currency"),
        ({"steps": [Step(date(2020, 1, 1), 1)]}, "steps"),
        ({"ended_on": date(2022, 1, 1)}, "ended_on"),
        ({"plan": "business"}, "plan"),
    ],
)
def test_impossible_contracts_are_refused_by_field(
    account: Account, at: datetime, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        signed(account, at, **fields)
    assert field in {fault.field for fault in refused.value.faults}
    assert not Subscription.objects.exists()


def test_a_new_price_is_a_step_from_today_and_the_past_keeps_its_own(account: Account, at: datetime) -> None:
    row = subscriptions.change(signed(account, at), by=SYSTEM, at=at, mrr_minor=500_000)
    assert [(s.from_on, s.mrr_minor) for s in row.steps.all()] == [
        (date(2023, 2, 1), 480_000),
        (TODAY, 500_000),
    ]
    row = subscriptions.reprice(row, from_on=date(2027, 2, 1), mrr_minor=520_000, by=SYSTEM, at=at)
    assert row.mrr_minor == 500_000 and row.next_change_on == date(2027, 1, 1)


def test_a_stale_version_is_a_conflict(account: Account, at: datetime) -> None:
    row = signed(account, at)
    subscriptions.change(row, by=SYSTEM, at=at, seats=130)
    with pytest.raises(Conflict) as conflict:
        subscriptions.change(row, by=SYSTEM, at=at, version=1, seats=140)
    assert (conflict.value.mine["seats"], conflict.value.theirs["seats"]) == (140, 130)


def test_imported_history_is_told_term_by_term_with_its_lag(account: Account, at: datetime) -> None:
    row = subscriptions.Row(
        account=account.pk,
        namespace="crm",
        key="S-1",
        known_on=date(2024, 4, 3),
        fields={
            "starts_on": date(2024, 4, 1),
            "mrr_minor": 1000,
            "noticed_on": date(2026, 2, 1),
            "end_reason": "統廃合",
        },
    )
    made = subscriptions.put_many([row], by=SYSTEM, at=at)[0].subscription
    assert (made.status, made.ended_on) == ("ended", date(2026, 4, 1))
    versions = [f for f in told("customers.subscription.signed") if f["kind"] == "subscription"]
    assert [(v["valid_at"], v["known_on"], v["body"]["status"]) for v in versions] == [
        ("2024-04-01", "2024-04-03", "active"),
        ("2025-04-01", "2025-04-03", "active"),
        ("2026-02-01", "2026-02-03", "noticed"),
        ("2026-04-01", "2026-04-03", "ended"),
    ]
    assert {v["key"] for v in versions} == {str(made.pk)} and all(v["assumed"] for v in versions)
    assert subscriptions.put_many([row], by=SYSTEM, at=at)[0].happened == "unchanged"


def test_what_ended_by_itself_is_reopened_by_taking_the_end_back(account: Account, at: datetime) -> None:
    row = subscriptions.end(signed(account, at), on=TODAY, reason="誤り", by=SYSTEM, at=at)
    assert row.status == "ended"
    row = subscriptions.change(row, by=SYSTEM, at=at, ended_on=None)
    account.refresh_from_db()
    assert (row.status, account.status, account.lost_on) == ("active", Status.CUSTOMER, None)


def test_an_archived_contract_counts_for_nothing(account: Account, at: datetime) -> None:
    row = subscriptions.archive(signed(account, at), by=SYSTEM, at=at)
    account.refresh_from_db()
    assert (account.mrr_minor, account.renewal_on) == (0, None)
    assert told("customers.subscription.archived")[0]["gone"] is True
    subscriptions.restore(row, by=SYSTEM, at=at)
    account.refresh_from_db()
    assert account.mrr_minor == 480_000
