"""Discounts that end, commitments, metered usage and credits: the price steps that follow, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from nenrin.customers import accounts, subscriptions
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Subscription
from nenrin.customers.schedule import Step
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from tests.cast import DRIFTING

TODAY = date(2026, 11, 24)  # of the fixture `at`, in Tokyo
DISCOUNTED = {"mrr_minor": 80_000, "list_minor": 100_000, "discount_until": date(2027, 3, 31)}


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(DRIFTING, by=SYSTEM, at=at)


def signed(account: Account, at: datetime, **fields: object) -> Subscription:
    given: dict[str, Any] = {"starts_on": date(2026, 4, 1), "mrr_minor": 80_000, "seats": 10, **fields}
    return subscriptions.sign(account, by=SYSTEM, at=at, **given)


def steps(row: Subscription) -> list[tuple[str, int, int, int]]:
    return [(str(s.from_on), s.mrr_minor, s.list_minor, s.seats) for s in row.steps.all()]


def told(action: str) -> dict[str, Any]:
    body: dict[str, Any] = Entry.objects.filter(action=action).order_by("id").last().particulars["facts"][0]["body"]
    return body


def test_a_discount_is_the_price_until_its_last_day_and_the_list_price_after_it(account: Account, at: datetime) -> None:
    row = signed(account, at, **DISCOUNTED)
    assert steps(row) == [("2026-04-01", 80_000, 100_000, 10), ("2027-04-01", 100_000, 0, 10)]
    assert (row.mrr_minor, row.list_minor, row.discount_until) == (80_000, 100_000, date(2027, 3, 31))
    assert told("customers.subscription.signed")["steps"] == [
        {"from_on": "2026-04-01", "mrr_minor": 80_000, "seats": 10, "list_minor": 100_000},
        {"from_on": "2027-04-01", "mrr_minor": 100_000, "seats": 10},
    ]


def test_the_same_discount_told_again_changes_nothing_even_once_it_has_ended(account: Account, at: datetime) -> None:
    over = {**DISCOUNTED, "discount_until": date(2026, 9, 30)}
    row = signed(account, at, **over)
    assert row.mrr_minor == 100_000
    again = subscriptions.change(row, by=SYSTEM, at=at, **over)
    assert (again.version, steps(again)) == (1, [("2026-04-01", 80_000, 100_000, 10), ("2026-10-01", 100_000, 0, 10)])


def test_seats_added_during_a_discount_stay_when_it_ends(account: Account, at: datetime) -> None:
    row = subscriptions.change(signed(account, at, **DISCOUNTED), by=SYSTEM, at=at, seats=15)
    assert steps(row) == [
        ("2026-04-01", 80_000, 100_000, 10), ("2026-11-24", 80_000, 100_000, 15), ("2027-04-01", 100_000, 0, 15),
    ]  # fmt: skip


def test_a_discount_can_be_told_later_moved_and_taken_back(account: Account, at: datetime) -> None:
    row = signed(account, at)
    row = subscriptions.change(row, by=SYSTEM, at=at, list_minor=100_000, discount_until=date(2027, 3, 31))
    assert steps(row) == [("2026-04-01", 80_000, 100_000, 10), ("2027-04-01", 100_000, 0, 10)]
    row = subscriptions.change(row, by=SYSTEM, at=at, discount_until=date(2027, 6, 30))
    assert steps(row) == [("2026-04-01", 80_000, 100_000, 10), ("2027-07-01", 100_000, 0, 10)]
    row = subscriptions.change(row, by=SYSTEM, at=at, discount_until=None)
    assert steps(row) == [("2026-04-01", 80_000, 0, 10)] and row.list_minor == 0


OVER = {**DISCOUNTED, "discount_until": date(2026, 9, 30)}
HISTORY = [("2026-04-01", 80_000, 100_000, 10), ("2026-10-01", 100_000, 0, 10)]


def test_a_second_discount_leaves_the_one_that_ended_as_it_was(account: Account, at: datetime) -> None:
    row = signed(account, at, **OVER)
    another = {"mrr_minor": 90_000, "list_minor": 100_000, "discount_until": date(2027, 3, 31)}
    row = subscriptions.change(row, by=SYSTEM, at=at, **another)
    second = [("2026-11-24", 90_000, 100_000, 10), ("2027-04-01", 100_000, 0, 10)]
    assert steps(row) == [*HISTORY, *second] and row.mrr_minor == 90_000
    row = subscriptions.change(row, by=SYSTEM, at=at, **another)
    assert (row.version, steps(row)) == (2, [*HISTORY, *second])
    row = subscriptions.change(row, by=SYSTEM, at=at, discount_until=date(2027, 6, 30))
    assert steps(row) == [*HISTORY, second[0], ("2027-07-01", 100_000, 0, 10)]
    row = subscriptions.change(row, by=SYSTEM, at=at, discount_until=None)
    assert steps(row) == [*HISTORY, ("2026-11-24", 90_000, 0, 10)], "only the second one is taken back"


def test_a_discount_that_ended_is_told_again_with_the_day_of_its_extension(account: Account, at: datetime) -> None:
    row = subscriptions.change(signed(account, at, **OVER), by=SYSTEM, at=at, **DISCOUNTED)
    assert steps(row) == [*HISTORY, ("2026-11-24", 80_000, 100_000, 10), ("2027-04-01", 100_000, 0, 10)]


def test_another_list_price_from_today_leaves_what_was_paid_before(account: Account, at: datetime) -> None:
    row = signed(account, at, **OVER)
    row = subscriptions.change(row, by=SYSTEM, at=at, list_minor=120_000, discount_until=date(2027, 3, 31))
    assert steps(row) == [*HISTORY, ("2026-11-24", 100_000, 120_000, 10), ("2027-04-01", 120_000, 0, 10)]


def test_a_second_discount_needs_the_price_that_it_lowers(account: Account, at: datetime) -> None:
    row = signed(account, at, **OVER)
    with pytest.raises(Refused) as refused:
        subscriptions.change(row, by=SYSTEM, at=at, discount_until=date(2027, 3, 31))
    assert [fault.field for fault in refused.value.faults] == ["mrr_minor"] and steps(row) == HISTORY


@pytest.mark.parametrize("fields", [{}, {"mrr_minor": 100_000}])
def test_a_discount_that_ended_is_taken_off_the_contract_and_its_price_stays(
    account: Account, at: datetime, fields: dict[str, int]
) -> None:
    row = subscriptions.change(signed(account, at, **OVER), by=SYSTEM, at=at, discount_until=None, **fields)
    assert (row.list_minor, row.discount_until, row.mrr_minor) == (0, None, 100_000) and steps(row) == HISTORY


@pytest.mark.parametrize("fields", [{}, {"mrr_minor": 80_000, "list_minor": 100_000}, {"mrr_minor": 100_000}])
def test_the_last_day_of_a_discount_that_ended_is_put_right(
    account: Account, at: datetime, fields: dict[str, int]
) -> None:
    row = signed(account, at, **OVER)
    row = subscriptions.change(row, by=SYSTEM, at=at, discount_until=date(2026, 10, 31), **fields)
    assert steps(row) == [HISTORY[0], ("2026-11-01", 100_000, 0, 10)] and row.mrr_minor == 100_000


def test_a_new_price_of_today_is_none_of_a_discount_told_for_the_past(account: Account, at: datetime) -> None:
    row = signed(account, at, mrr_minor=100_000)
    with pytest.raises(Refused) as refused:
        subscriptions.change(row, by=SYSTEM, at=at, **OVER)
    assert [fault.field for fault in refused.value.faults] == ["discount_until"]


def test_a_higher_price_and_a_later_end_leave_the_list_price_of_the_months_before(
    account: Account, at: datetime
) -> None:
    row = signed(account, at, **DISCOUNTED)
    row = subscriptions.change(row, by=SYSTEM, at=at, mrr_minor=90_000, discount_until=date(2027, 6, 30))
    assert steps(row) == [
        ("2026-04-01", 80_000, 100_000, 10), ("2026-11-24", 90_000, 100_000, 10), ("2027-07-01", 100_000, 0, 10),
    ]  # fmt: skip


def test_steps_told_anew_take_the_discount_off_that_they_do_not_hold(account: Account, at: datetime) -> None:
    row = signed(account, at, **DISCOUNTED)
    agreed = [Step(date(2026, 4, 1), 80_000, 10), Step(date(2026, 10, 1), 90_000, 10)]
    row = subscriptions.change(row, by=SYSTEM, at=at, steps=agreed)
    assert (row.list_minor, row.discount_until) == (0, None)
    entry = Entry.objects.filter(action="customers.subscription.changed").latest("id")
    assert entry.particulars["changes"]["list_minor"] == [100_000, 0]
    row = subscriptions.change(row, by=SYSTEM, at=at, seats=7)
    assert steps(row) == [
        ("2026-04-01", 80_000, 0, 10), ("2026-10-01", 90_000, 0, 10), ("2026-11-24", 90_000, 0, 7),
    ]  # fmt: skip


def test_steps_told_anew_bring_the_discount_that_they_hold(account: Account, at: datetime) -> None:
    agreed = [Step(date(2026, 4, 1), 70_000, 10, 90_000), Step(date(2026, 12, 1), 90_000, 10)]
    row = subscriptions.change(signed(account, at, **DISCOUNTED), by=SYSTEM, at=at, steps=agreed)
    assert (row.list_minor, row.discount_until) == (90_000, date(2026, 11, 30))


def test_a_discount_that_ended_stays_on_the_contract_as_long_as_its_steps_do(account: Account, at: datetime) -> None:
    agreed = [Step(date(2026, 4, 1), 80_000, 10, 100_000), Step(date(2026, 10, 1), 100_000, 10)]
    row = signed(account, at, **OVER)
    row = subscriptions.change(row, by=SYSTEM, at=at, steps=[*agreed, Step(date(2027, 4, 1), 110_000, 10)])
    assert (row.list_minor, row.discount_until) == (100_000, date(2026, 9, 30))
    row = subscriptions.change(row, by=SYSTEM, at=at, discount_until=None)
    row = subscriptions.change(row, by=SYSTEM, at=at, steps=agreed)
    assert (row.list_minor, row.discount_until) == (0, None), "taken off, it does not come back"


def test_a_price_from_a_day_on_keeps_the_discount_and_the_commitment(account: Account, at: datetime) -> None:
    row = signed(account, at, **DISCOUNTED, committed_minor=20_000)
    row = subscriptions.reprice(row, from_on=date(2026, 10, 1), mrr_minor=90_000, by=SYSTEM, at=at)
    assert [(str(s.from_on), s.mrr_minor, s.list_minor, s.committed_minor) for s in row.steps.all()] == [
        ("2026-04-01", 80_000, 100_000, 20_000), ("2026-10-01", 90_000, 100_000, 20_000), ("2027-04-01", 100_000, 0, 20_000),
    ]  # fmt: skip
    assert (row.list_minor, row.discount_until) == (100_000, date(2027, 3, 31))
    with pytest.raises(Refused) as refused:
        subscriptions.reprice(row, from_on=date(2026, 11, 1), mrr_minor=110_000, by=SYSTEM, at=at)
    assert [fault.field for fault in refused.value.faults] == ["list_minor"]


def test_a_price_agreed_for_the_day_after_stays_what_it_is(account: Account, at: datetime) -> None:
    row = signed(account, at, steps=[Step(date(2026, 4, 1), 80_000, 10), Step(date(2027, 4, 1), 120_000, 10)])
    row = subscriptions.change(row, by=SYSTEM, at=at, list_minor=100_000, discount_until=date(2027, 3, 31))
    assert steps(row) == [("2026-04-01", 80_000, 100_000, 10), ("2027-04-01", 120_000, 0, 10)]


def test_a_commitment_is_a_price_step_of_its_own(account: Account, at: datetime) -> None:
    row = signed(account, at, committed_minor=20_000)
    row = subscriptions.change(row, by=SYSTEM, at=at, committed_minor=30_000)
    assert [(str(s.from_on), s.mrr_minor, s.committed_minor) for s in row.steps.all()] == [
        ("2026-04-01", 80_000, 20_000), ("2026-11-24", 80_000, 30_000),
    ]  # fmt: skip
    assert row.committed_minor == 30_000


def test_metered_usage_counts_with_its_trailing_mean_from_the_month_after(account: Account, at: datetime) -> None:
    row = signed(account, at, metered={"2026-04": 900, "2026-05": 1000})
    row = subscriptions.change(row, by=SYSTEM, at=at, metered={"2026-06": 1201, "2026-07": 0})
    assert row.metered == {"2026-04": 900, "2026-05": 1000, "2026-06": 1201, "2026-07": 0}
    usage = [
        (s["from_on"], s["mrr_minor"], s.get("usage_minor", 0)) for s in told("customers.subscription.changed")["steps"]
    ]
    # 900; (900 + 1000) / 2; (900 + 1000 + 1201) / 3 = 1033.67; (1000 + 1201 + 0) / 3 = 733.67
    assert usage == [
        ("2026-04-01", 80_000, 0), ("2026-05-01", 80_000, 900), ("2026-06-01", 80_000, 950), ("2026-07-01", 80_000, 1034),
        ("2026-08-01", 80_000, 734),
    ]  # fmt: skip
    row = subscriptions.change(row, by=SYSTEM, at=at, metered={"2026-07": None})
    assert sorted(row.metered) == ["2026-04", "2026-05", "2026-06"]


def test_usage_and_the_end_of_billing_are_still_told_after_the_end(account: Account, at: datetime) -> None:
    row = subscriptions.end(signed(account, at), on=date(2026, 11, 1), by=SYSTEM, at=at)
    row = subscriptions.change(row, by=SYSTEM, at=at, metered={"2026-10": 500}, billed_to=date(2026, 10, 1))
    assert row.metered == {"2026-10": 500} and told("customers.subscription.changed")["billed_to"] == "2026-10-01"


def test_a_credit_lowers_what_its_account_pays(account: Account, at: datetime) -> None:
    signed(account, at)
    credit = signed(account, at, mrr_minor=-30_000, is_credit=True, seats=0)
    account.refresh_from_db()
    assert account.mrr_minor == 50_000 and not credit.auto_renews
    assert told("customers.subscription.signed")["steps"] == [
        {"from_on": "2026-04-01", "mrr_minor": -30_000, "seats": 0, "list_minor": 0}
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mrr_minor": -1}, "mrr_minor"),
        ({"mrr_minor": 1, "is_credit": True}, "mrr_minor"),
        ({"list_minor": 100_000}, "discount_until"),
        ({"discount_until": date(2027, 3, 31)}, "list_minor"),
        ({**DISCOUNTED, "list_minor": 79_999}, "list_minor"),
        ({**DISCOUNTED, "discount_until": date(2026, 3, 31)}, "discount_until"),
        ({**DISCOUNTED, "steps": [Step(date(2026, 4, 1), 1)]}, "discount_until"),
        ({"steps": [Step(date(2026, 4, 1), 80, list_minor=100)]}, "discount_until"),
        ({"committed_minor": -1}, "committed_minor"),
        ({"metered": {"2026-13": 1}}, "metered"),
        ({"metered": {"2026-05": -1}}, "metered"),
        ({"metered": "1200"}, "metered"),
        ({"billed_to": date(2026, 3, 1)}, "billed_to"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(
    account: Account, at: datetime, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        signed(account, at, **fields)
    assert field in {fault.field for fault in refused.value.faults}
    assert not Subscription.objects.exists()


def test_a_credit_makes_nobody_a_customer_and_keeps_nobody(account: Account, at: datetime) -> None:
    credit = {"mrr_minor": -30_000, "is_credit": True, "seats": 0, "starts_on": date(2026, 6, 1)}
    before = account.status
    signed(account, at, **credit)
    account.refresh_from_db()
    assert (account.status, account.renewal_on, account.mrr_minor) == (before, None, 0) and before != "customer"
    row = signed(account, at)
    account.refresh_from_db()
    assert (account.status, account.renewal_on) == ("customer", date(2027, 4, 1))
    assert account.mrr_minor == row.mrr_minor - 30_000
    subscriptions.end(row, on=date(2026, 11, 1), by=SYSTEM, at=at)
    account.refresh_from_db()
    assert (account.status, account.lost_on) == ("lost", date(2026, 11, 1))
