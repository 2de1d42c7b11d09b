"""What a run does, and that it does it once."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Entry, Organisation
from nenrin.playbooks.models import Run, RunStep
from nenrin.work.models import Task
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


def test_an_account_whose_health_turns_red_gets_one_task(org: Organisation, at: datetime) -> None:
    owner = stage.csm()
    account = stage.account(at=at, owner=owner)
    stage.published(stage.document(), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    [task] = Task.objects.all()
    assert (task.account, task.assignee, task.minutes) == (account, owner, 20)
    assert task.title == "東雲精機株式会社に電話"
    run = stage.only_run()
    assert (run.state, run.reason, run.effects) == ("done", "finished", 1)
    assert [(one.step, one.outcome) for one in RunStep.objects.all()] == [("call", "done")]
    told = list(
        Entry.objects.filter(action__startswith="playbooks.run.").order_by("pk").values_list("action", flat=True)
    )
    assert told == ["playbooks.run.entered", "playbooks.run.done"]


def test_another_colour_begins_nothing(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(), at=at)
    stage.falls(account, at=at, band="caution")
    stage.goes_on(at)
    assert not Run.objects.exists() and not Task.objects.exists()
