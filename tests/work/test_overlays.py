"""The renewal lies over a stage while the next decision on a contract is near."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.work.journeys import overlays
from nenrin.work.renewal_terms import decision_of
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.DRIFTING, by=SYSTEM, at=at, status="customer", stage="adoption")


def signed(account: Account, at: datetime, **fields: object) -> Subscription:
    told = {"starts_on": date(2026, 1, 1), "term_months": 12, "mrr_minor": 480_000} | fields
    return subscriptions.sign(account, by=SYSTEM, at=at, **told)  # type: ignore[arg-type]


def lies(account: Account, today: date) -> date | None:
    """As each way of asking says it."""
    rows = Account.objects.filter(pk=account.pk)
    found = overlays.decision_on(account, today)
    assert overlays.renewing(rows, today).get().decision_on == found
    assert overlays.narrowed(rows, overlays.RENEWAL, today).exists() is (found is not None)
    assert rows.filter(overlays.counted(today)).exists() is (found is not None)
    assert overlays.narrowed(rows, "", today).count() == 1
    return found


def test_it_lies_there_for_120_days_before_the_deadline_and_leaves_the_stage(account: Account, at: datetime) -> None:
    row = signed(account, at, auto_renews=True, notice_months=1)
    assert row.notice_deadline and row.notice_deadline < row.ends_on
    first = row.notice_deadline - timedelta(120)
    assert lies(account, first - timedelta(1)) is None
    assert lies(account, first) == row.notice_deadline == lies(account, row.notice_deadline)
    assert lies(account, row.notice_deadline + timedelta(1)) is None
    assert Account.objects.get(pk=account.pk).stage == "adoption"


def test_without_a_deadline_it_is_the_end(account: Account, at: datetime) -> None:
    row = signed(account, at, auto_renews=False)
    assert decision_of(row) == row.ends_on
    assert lies(account, row.ends_on - timedelta(120)) == row.ends_on
    assert lies(account, row.ends_on - timedelta(121)) is None


def test_short_terms_and_credits_have_none_and_the_next_of_several_counts(account: Account, at: datetime) -> None:
    short = signed(account, at, term_months=5, auto_renews=False)
    assert lies(account, short.ends_on - timedelta(10)) is None
    credit = signed(account, at, mrr_minor=-30_000, is_credit=True, auto_renews=False)
    assert lies(account, credit.ends_on - timedelta(10)) is None
    later = signed(account, at, starts_on=date(2026, 2, 1), auto_renews=False)
    half = signed(account, at, starts_on=date(2026, 7, 5), term_months=6, auto_renews=False)
    assert half.ends_on < later.ends_on
    assert lies(account, half.ends_on - timedelta(10)) == half.ends_on
