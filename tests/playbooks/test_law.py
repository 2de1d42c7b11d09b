"""Every enrolment is in one state: what was counted when it was written down is what its runs add up to."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks import asking_leave, law, runs
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.playbooks.models.run import RunState
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


def test_every_state_belongs_to_one_part() -> None:
    states = [state for part in law.PARTS.values() for state in part]
    assert sorted(states) == sorted(RunState)


def test_what_was_enrolled_is_counted_by_playbook_whatever_becomes_of_it(org: Organisation, at: datetime) -> None:
    wait = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}
    stage.published(stage.document(playbook="asks", limits={"approval_above": 1}), at=at)
    stage.published(stage.document(playbook="waits", steps=[wait, stage.CALL]), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(3)]
    for one in found:
        stage.falls(one, at=at)
    stage.goes_on(at)
    told = law.laws()
    assert (told["asks"].enrolled, told["asks"].asked) == (3, 3)
    assert (told["waits"].enrolled, told["waits"].inside) == (3, 3)
    asking_leave.decline(
        Playbook.objects.get(key="asks"), by=SYSTEM, at=at, only=[Run.objects.filter(state="asked")[0].pk]
    )
    asking_leave.approve(Playbook.objects.get(key="asks"), per_hour=0, by=SYSTEM, at=at)
    stage.falls(found[0], at=at)
    stage.goes_on(at)
    runs.start(PlaybookVersion.objects.get(playbook__key="waits"), stage.account("新しい会社", at=at), by=SYSTEM, at=at)
    told = law.laws()
    assert (told["asks"].enrolled, told["asks"].done, told["asks"].kept_out) == (4, 2, 2)
    assert (told["waits"].enrolled, told["waits"].inside, told["waits"].kept_out) == (5, 4, 1)
    assert all(one.holds for one in told.values())
    whole = law.total(told)
    assert whole.enrolled == 9 and whole.holds


def test_a_run_that_is_gone_is_missed(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(), at=at)
    stage.falls(stage.account(at=at), at=at)
    stage.goes_on(at)
    Run.objects.all().delete()
    assert not law.laws()["rescue"].holds
