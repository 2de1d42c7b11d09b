"""Renewals on my day: not called though the decision is near, seen apart by model and call, about to be locked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import ownership, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import renewals
from nenrin.work.queue import asking
from nenrin.work.queue.reasons import Reason
from tests import cast
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY
from tests.work import renewals_world

pytestmark = pytest.mark.django_db
SHIRAKABA = "白樺メディカル株式会社"


class Desk:
    def __init__(self, org: Organisation, at: datetime) -> None:
        self.org, self.at = org, at
        self.member: Member = cast.member(Role.CSM, team="東日本")
        self.accounts: dict[str, Account] = portfolio_world.build(at)
        for account in self.accounts.values():
            ownership.assign(account, self.member, by=SYSTEM, at=at)

    def reasons(self, name: str, on: date = TODAY) -> dict[str, Reason]:
        row = asking.of_account(self.member, self.accounts[name].pk, on, self.at, self.org)
        return {one.code: one for one in row.reasons} if row else {}

    def term(self, name: str) -> Subscription:
        return Subscription.objects.get(account=self.accounts[name])


@pytest.fixture
def desk(org: Organisation, at: datetime) -> Desk:
    return Desk(org, at)


def test_a_renewal_that_nobody_called_is_asked_for_until_somebody_does(desk: Desk) -> None:
    told = desk.reasons(SHIRAKABA)["renewal_call"]
    assert told.headline == Text(
        "Renewal decided in 9 days and not called yet", "更新の見立てが未入力（判断期限まで9日）"
    )
    assert told.url == f"/renewals/{desk.term(SHIRAKABA).pk}" and told.play.code == "renewal_call"
    assert "renewal_call" not in desk.reasons(cast.THRIVING), "200 days are far"
    renewals.say(desk.term(SHIRAKABA), "at_risk", by=SYSTEM, at=desk.at)
    assert "renewal_call" not in desk.reasons(SHIRAKABA)


def test_who_is_under_notice_has_decided(desk: Desk) -> None:
    subscriptions.give_notice(desk.term(SHIRAKABA), on=TODAY, by=SYSTEM, at=desk.at)
    assert not {"renewal_call", "renewal_apart"} & desk.reasons(SHIRAKABA).keys()


def test_a_call_that_the_model_speaks_against_is_told_with_both(desk: Desk) -> None:
    renewals_world.told(desk.accounts[SHIRAKABA], 0.8, at=desk.at)
    renewals.say(desk.term(SHIRAKABA), "commit", by=SYSTEM, at=desk.at)
    told = desk.reasons(SHIRAKABA)["renewal_apart"]
    assert told.headline == Text("Renewal called 95%, the model says 20%", "更新の見立て95%に対しモデルは20%")
    renewals.say(desk.term(SHIRAKABA), "at_risk", by=SYSTEM, at=desk.at)
    assert "renewal_apart" not in desk.reasons(SHIRAKABA)


def test_health_speaks_where_no_probability_is_told(desk: Desk) -> None:
    renewals.say(desk.term(SHIRAKABA), "commit", by=SYSTEM, at=desk.at)
    told = desk.reasons(SHIRAKABA)["renewal_apart"].headline
    assert told == Text("Renewal called “Commit” though health is red", "更新の見立て「コミット」に対しヘルスは危険")


def test_a_checkpoint_that_is_near_asks_for_a_call(desk: Desk) -> None:
    decided = TODAY + timedelta(200)
    on = decided - timedelta(185)
    assert "renewal_call" not in desk.reasons(cast.THRIVING, on - timedelta(5))
    told = desk.reasons(cast.THRIVING, on)["renewal_call"].headline
    assert told.ja == "180日前の更新予測の記録まで5日、見立てが未入力"
    assert "today" in desk.reasons(cast.THRIVING, decided - timedelta(90))["renewal_call"].headline.en


def test_an_answer_holds_until_the_decision_is_a_step_nearer(desk: Desk) -> None:
    now, same, later = (desk.reasons(cast.DRIFTING, TODAY + timedelta(days))["renewal_call"] for days in (0, 20, 23))
    assert now.fingerprint == same.fingerprint != later.fingerprint
