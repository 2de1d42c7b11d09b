"""My day names accounts that stand in a stage of their journey for longer than it takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import segments
from nenrin.values import Text
from nenrin.work.journeys import following
from nenrin.work.models import StageStay
from nenrin.work.queue import asking, portfolio
from nenrin.work.queue.reasons import Reason
from nenrin.work.queue.sources import journeys, onboarding
from tests import cast
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db


class Desk:
    """A CSM with one healthy customer on a small journey."""

    def __init__(self, org: Organisation, at: datetime) -> None:
        self.org, self.at, self.member = org, at, cast.member(Role.CSM)
        self.account: Account = portfolio_world.build(at)[cast.THRIVING]
        ownership.assign(self.account, self.member, by=SYSTEM, at=at)
        world.in_use(at)

    def stands(self, stage: str, days: int, **more: object) -> None:
        accounts.change(self.account, stage=stage, by=SYSTEM, at=self.at)
        while journal.seal():
            pass
        following.step(self.at)
        StageStay.objects.open().update(since=self.at - timedelta(days=days - 1), **more)

    def reason(self) -> Reason | None:
        row = asking.of_account(self.member, self.account.pk, TODAY, self.at, self.org)
        return next((one for one in row.reasons if one.code == "journey"), None) if row else None


@pytest.fixture
def desk(org: Organisation, at: datetime) -> Desk:
    return Desk(org, at)


def _day(desk: Desk) -> int:
    begun = StageStay.objects.open().get(account=desk.account).since
    return (TODAY - begun.astimezone(ZoneInfo(desk.org.zone)).date()).days + 1


def test_who_stays_longer_than_the_stage_takes_is_told_with_the_day(desk: Desk) -> None:
    desk.stands("onboarding", 5)
    assert desk.reason() is None
    desk.stands("onboarding", 15)
    found, day = desk.reason(), _day(desk)
    assert found and found.headline == Text(
        f"Day {day} in Begin, expected 10: behind", f"「はじめる」{day}日目（目安10日）、遅れ"
    )
    assert found.play.code == "stage_behind" and found.subject == "onboarding"
    desk.stands("onboarding", 40, is_exact=False)
    stuck = desk.reason()
    assert stuck and stuck.play.code == "stage_stuck" and "日目以上" in stuck.headline.ja
    assert stuck.fingerprint != found.fingerprint, "stuck is news to who dismissed behind"


def test_a_stage_whose_criteria_hold_asks_for_the_move_alone(desk: Desk) -> None:
    desk.stands("onboarding", 15, is_ready=True)
    found = desk.reason()
    assert found and found.play.code == "stage_done" and found.evidence[-1].ja == "完了条件は満たしている。"
    StageStay.objects.update(is_ready=False)
    assert (again := desk.reason()) and again.evidence[-1].ja == "完了条件は未達。"


def test_a_stage_without_a_limit_asks_for_nobody(desk: Desk) -> None:
    desk.stands("expansion", 400)
    assert desk.reason() is None


def test_the_journey_of_a_segment_goes_before_the_one_for_all(desk: Desk) -> None:
    desk.stands("onboarding", 15)
    segments.save("急ぎ", {"field": "status", "op": "=", "value": "customer"}, by=SYSTEM, at=desk.at)
    slow = {**world.DOCUMENT, "for": {"segment": "急ぎ"}, "stages": [{"stage": "onboarding", "days": 90}]}
    world.in_use(desk.at, "slow", slow)
    assert desk.reason() is None, "ninety days are not over"


def test_many_accounts_take_three_queries(desk: Desk, django_assert_num_queries: object) -> None:
    desk.stands("onboarding", 15)
    held = portfolio.of(desk.member, TODAY, desk.at, desk.org)
    onboarding.reasons(held, desk.member, TODAY)  # reads the signals that all sources share
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(journeys.reasons(held, desk.member, TODAY)) == 1
