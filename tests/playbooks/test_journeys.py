"""The step that sets a stage goes the way of a journey: it fails where criteria are unmet and no reason is stated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.playbooks.models import RunStep
from nenrin.work.models import StageStay
from tests import cast
from tests.playbooks import stage
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db
STEP: dict[str, Any] = {"do": "set_stage", "id": "on", "stage": "adoption"}


def played(at: datetime, step: dict[str, Any], *tags: str) -> Account:
    world.in_use(at - timedelta(days=1))
    account = world.customer(cast.DRIFTING, "onboarding", at=at - timedelta(days=1), tags=list(tags))
    stage.published(stage.document(steps=[step]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    account.refresh_from_db()
    return account


def test_who_meets_the_criteria_comes_to_the_stage(org: Organisation, at: datetime) -> None:
    account = played(at, STEP, "done", "well")
    assert account.stage == "adoption" and RunStep.objects.get().outcome == "done"
    assert StageStay.objects.open().get(account=account).came_from == "onboarding"


def test_who_does_not_stays_and_the_step_says_why(org: Organisation, at: datetime) -> None:
    account = played(at, STEP, "well")
    run = stage.only_run()
    assert account.stage == "onboarding" and run.state == "failed" and "完了条件" in run.why["ja"]


def test_a_stated_reason_moves_it_all_the_same(org: Organisation, at: datetime) -> None:
    account = played(at, STEP | {"reason": "自動で移行"})
    stay = StageStay.objects.open().get(account=account)
    assert (stay.stage, stay.reason, stay.unmet) == ("adoption", "自動で移行", ["exit", "entry"])
