"""A credit lowers what an account pays; nobody is a customer, is handed over, renews or stays by one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts, queries, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import Status
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import rings
from nenrin.insight.models import Ring
from nenrin.insight.revenue import rates
from nenrin.web.home import portfolio
from nenrin.work import handoff_opening
from nenrin.work.models import Handoff, Loss
from tests import cast
from tests.work import losses_world as world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def credit(account: Account, at: datetime, *, starts: str = "2025-09-01", months: int = 16) -> Subscription:
    """Older than the contract of its account and longer, unless told otherwise."""
    return subscriptions.sign(
        account, starts_on=date.fromisoformat(starts), term_months=months, mrr_minor=-30_000, is_credit=True, by=SYSTEM, at=at
    )  # fmt: skip


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    """A contract of 480,000 since October 2025 and a credit of 30,000."""
    found = world.customer(cast.DRIFTING, at=at, mrr=480_000)
    credit(found, at)
    found.refresh_from_db()
    return found


def contract(account: Account) -> Subscription:
    return account.subscriptions.get(is_credit=False)


def test_a_notice_opens_a_loss_though_a_credit_runs_on(account: Account, at: datetime) -> None:
    subscriptions.give_notice(contract(account), on=TODAY, by=SYSTEM, at=at)
    world.settled(at)
    [found] = Loss.objects.all()
    assert (found.decided_on, found.ends_on) == (TODAY, contract(account).ends_on)
    assert found.mrr_minor == 480_000, "on its last day, in October 2027, no credit runs any more"


def test_a_loss_is_told_less_the_credits_of_its_last_day(account: Account, at: datetime) -> None:
    subscriptions.end(contract(account), on=TODAY, by=SYSTEM, at=at)
    world.settled(at)
    [found] = Loss.objects.all()
    assert (found.ends_on, found.mrr_minor) == (TODAY, 450_000)
    account.refresh_from_db()
    assert (account.status, account.mrr_minor) == (Status.LOST, 0), "a credit of nobody lowers no sum"
    [row] = account.subscriptions.filter(is_credit=True)
    subscriptions.end(row, on=TODAY, by=SYSTEM, at=at)
    assert world.settled(at) == 0 and Loss.objects.get().ends_on == TODAY


def test_the_end_of_a_credit_is_no_loss(account: Account, at: datetime) -> None:
    subscriptions.end(account.subscriptions.get(is_credit=True), on=TODAY, by=SYSTEM, at=at)
    world.settled(at)
    assert not Loss.objects.exists()


def test_an_account_pays_its_contracts_less_its_credits(account: Account) -> None:
    assert (account.mrr_minor, account.status) == (450_000, Status.CUSTOMER)


def test_a_credit_told_first_is_handed_over_to_nobody(org: Organisation, at: datetime) -> None:
    made = accounts.open(cast.STARTING, by=SYSTEM, at=at)
    credit(made, at, starts="2026-11-20")
    while journal.seal():
        pass
    assert handoff_opening.step(at) == 0
    made.refresh_from_db()
    assert made.mrr_minor == 0
    signed = world.signed(made, at=at, starts=TODAY)
    while journal.seal():
        pass
    assert handoff_opening.step(at) == 1 and Handoff.objects.get().subscription == signed


def test_rings_grow_from_contracts(account: Account) -> None:
    rings.rebuild(TODAY, accounts=[account.pk])
    assert [(one.closed_on, one.growth) for one in Ring.objects.all()] == [(date(2026, 10, 1), 0.0)]
    assert queries.rings(account, TODAY)[0].start == date(2025, 10, 1)


def test_a_credit_is_no_renewal_ahead(account: Account) -> None:
    """It ends on 1 January, within the ninety days; the contract in October 2027."""
    assert TODAY <= account.subscriptions.get(is_credit=True).ends_on <= TODAY + timedelta(90)
    _, due = portfolio.ahead(Account.objects.all(), TODAY, rates.current(TODAY))
    assert (due.accounts, due.arr.minor) == (0, 0)
