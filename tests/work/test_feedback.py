"""Feedback to sales with its receipt and outcome; what became of deals; who stays by fit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.customers.schedule import Step
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight.lifetimes.worths import Assumptions
from nenrin.work import deals, feedback, handoff_rounds, handoffs, promises
from nenrin.work.handing import fits
from nenrin.work.models import DealTold, Feedback, Notice
from nenrin.work.models.promise import Origin
from nenrin.work.privacy import feedback as privacy
from tests import cast

TODAY = date(2026, 11, 24)


@pytest.fixture
def seller(org: Organisation) -> Member:
    return cast.member(Role.SALES, "山口 健")


@pytest.fixture
def account(org: Organisation, seller: Member, at: datetime) -> Account:
    made = accounts.open(cast.THRIVING, by=SYSTEM, at=at)
    ownership.assign(made, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    return made


def test_it_goes_to_whoever_sold_the_account_and_comes_back_with_an_outcome(
    account: Account, seller: Member, at: datetime
) -> None:
    csm = cast.member(Role.CSM)
    row = feedback.write(account, "upsell", "2拠点目からも利用希望", by=Actor.of(csm), at=at)
    assert (row.seller, row.read_at) == (seller, None)
    assert Notice.objects.get(member=seller).url == f"/feedback/{row.pk}"
    feedback.read(row, by=Actor.of(seller), at=at)
    assert feedback.read(row, by=Actor.of(seller), at=at + timedelta(1)).read_at == at
    done = feedback.follow(row, "won", words="上位プランを受注", by=Actor.of(seller), at=at)
    assert (done.outcome, done.outcome_by) == ("won", seller)
    assert Notice.objects.get(member=csm).text["ja"].endswith("受注につながった")
    assert Entry.objects.filter(action="work.feedback.read").count() == 1


def test_a_fifth_kind_is_refused(account: Account, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        feedback.write(account, "gossip", "", by=SYSTEM, at=at)
    assert {fault.field for fault in refused.value.faults} == {"kind", "words"}


def test_taken_back_it_stands_nowhere(account: Account, at: datetime) -> None:
    row = feedback.write(account, "story", "早期化に成功", by=SYSTEM, at=at)
    feedback.retract(row, by=SYSTEM, at=at)
    assert not Feedback.objects.standing().exists()


def test_a_person_is_handed_over_and_forgotten(account: Account, at: datetime) -> None:
    feedback.write(account, "story", "田中 隆志様が登壇可", by=SYSTEM, at=at)
    assert privacy.exported(["田中 隆志"])[0]["kind"] == "story"
    assert privacy.erase(["田中 隆志"], at=at) == 1
    assert Feedback.objects.get().words == "—様が登壇可"


def signed(account: Account, on: date, at: datetime, mrr: int = 50_000) -> None:
    subscriptions.sign(
        account,
        by=SYSTEM,
        at=at,
        starts_on=on.isoformat(),
        steps=[Step(on, mrr, 5)],
    )


def test_the_seller_learns_once_after_ninety_days_what_became_of_the_deal(
    account: Account, seller: Member, at: datetime
) -> None:
    began = TODAY - timedelta(95)
    signed(account, began, at)
    account.refresh_from_db()
    row = handoffs.open(account, subscription=account.subscriptions.get(), signed_on=began, by=SYSTEM, at=at)
    kept = promises.make(
        account, "研修", due_on=None, owner=None, origin=Origin.HANDOFF, origin_key=str(row.pk), by=SYSTEM, at=at
    )
    promises.keep(kept, by=SYSTEM, at=at)
    handoff_rounds.step(at)
    assert deals.tell(TODAY, at=at) == 0  # told already
    told = DealTold.objects.get()
    assert (told.days, told.is_customer, told.mrr_minor, told.mrr_then_minor) == (90, True, 50_000, 50_000)
    assert (told.promises_kept, told.promises_open) == (1, 0)
    assert Notice.objects.filter(member=seller, code="handoff.deal").count() == 1


def test_deals_of_long_ago_are_not_told_of_when_history_is_brought_in(account: Account, at: datetime) -> None:
    handoffs.open(account, signed_on=TODAY - timedelta(200), by=SYSTEM, at=at)
    assert deals.tell(TODAY, at=at) == 0


def test_money_received_is_price_by_price_and_month_by_month(account: Account, at: datetime) -> None:
    """146 days at 30,000 and 219 at 60,000 a month: 30,000 x 4.8 + 60,000 x 7.2 (a month is 365.25 / 12 days)."""
    began = date(2025, 11, 24)
    subscriptions.sign(
        account, by=SYSTEM, at=at, starts_on=began.isoformat(),
        steps=[
            Step(began, 30_000, 3),
            Step(began + timedelta(146), 60_000, 6),
        ],
    )  # fmt: skip
    got = fits.received([account.pk], {account.pk: TODAY})
    assert got[account.pk] == pytest.approx(30_000 * 146 / fits.MONTH + 60_000 * 219 / fits.MONTH)


def test_small_groups_show_no_share_and_large_ones_count_months(
    org: Organisation, seller: Member, at: datetime
) -> None:
    """Ten good fits, two of which left after about half of the year; three poor ones are too few to show."""
    began = date(2025, 11, 24)
    for number in range(13):
        made = accounts.open(f"会社{number}", by=SYSTEM, at=at)
        row = handoffs.open(made, signed_on=began, seller=seller, by=SYSTEM, at=at)
        signed(made, began, at)
        handoffs.judge(row, "good" if number < 10 else "poor", by=SYSTEM, at=at)
        if number < 2:
            subscriptions.end(made.subscriptions.get(), on=date(2026, 5, 24), reason="予算", by=SYSTEM, at=at)
    journal.seal()
    mirror.mirror_all(lakes.current())
    good, poor = fits.lines(deals.sold(), "fit", TODAY, "JPY", Assumptions())
    assert (good.key, good.count, good.left) == ("good", 10, 2)
    assert good.months == pytest.approx((8 * 365 + 2 * 181) / fits.MONTH)
    assert good.churn is not None and good.churn.value == pytest.approx(2 / good.months)
    assert (poor.key, poor.count, poor.churn, poor.worth, poor.is_enough) == ("poor", 3, None, None, False)
    [line] = fits.lines(deals.sold(), "seller", TODAY, "JPY", Assumptions())
    assert (line.key, line.count) == (str(seller.pk), 13)
