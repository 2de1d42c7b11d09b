"""The step that opens an opportunity: once, with why the run began; an account that is not well is passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from nenrin.foundation.models import Organisation
from nenrin.playbooks.models import Run, RunStep
from nenrin.work.models import Opportunity
from tests.playbooks import stage
from tests.work import opportunities_world as world

pytestmark = pytest.mark.django_db
STEP: dict[str, Any] = {
    "do": "create_opportunity", "id": "offer", "kind": "seats", "percent": 10, "due_days": 3,
    "next_step": {"en": "Call {{account}}", "ja": "{{account}}に電話"},
}  # fmt: skip


def test_a_playbook_opens_one_opportunity_with_why_it_began(org: Organisation, at: datetime) -> None:
    owner = stage.csm()
    account = world.customer(at=at, owner=owner)
    world.health(account, "healthy")
    stage.published(stage.document(steps=[STEP]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    [row] = Opportunity.objects.all()
    assert (row.account, row.kind, row.origin, row.owner) == (account, "seats", "playbook", owner)
    assert row.expected_minor == 10_000 and row.next_step.endswith("に電話") and row.evidence[0]["sign"] == "playbook"
    step = RunStep.objects.get()
    assert step.outcome == "done" and step.note["url"] == f"/opportunities/{row.pk}"


def test_an_account_that_is_not_well_is_passed_over_and_says_why(org: Organisation, at: datetime) -> None:
    account = world.customer(at=at, owner=stage.csm())
    world.health(account, "at_risk", 31)
    stage.published(stage.document(steps=[STEP, {**stage.CALL}]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert not Opportunity.objects.exists()
    assert RunStep.objects.get(step="offer").outcome == "skipped" and Run.objects.get().state == "done"


def test_a_step_that_gives_a_reason_opens_it_all_the_same(org: Organisation, at: datetime) -> None:
    account = world.customer(at=at, owner=stage.csm())
    world.health(account, "at_risk", 31)
    stage.published(stage.document(steps=[{**STEP, "reason": "顧客からの依頼"}]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    row = Opportunity.objects.get()
    assert row.held_words == "顧客からの依頼" and row.held[0]["code"] == "red"
