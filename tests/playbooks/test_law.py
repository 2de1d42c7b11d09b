"""Every enrolment is in one state: what was counted when it was written down is what its runs add up to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks import asking_leave, law, runs, tallies
from nenrin.playbooks.models import Enrolment, Playbook, PlaybookVersion, Run, RunTally
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


def test_what_is_of_earlier_days_is_folded_and_the_law_says_the_same(org: Organisation, at: datetime) -> None:
    wait = {"do": "wait", "id": "rest", "time": 9, "unit": "days"}
    stage.published(stage.document(playbook="quick"), at=at)
    stage.published(stage.document(playbook="waits", steps=[wait, stage.CALL]), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(4)]
    for days, one in enumerate(found):
        stage.falls(one, at=at + timedelta(days))
        stage.goes_on(at + timedelta(days))
    before = law.laws()
    assert (before["quick"].enrolled, before["quick"].done, before["waits"].inside) == (4, 4, 4)
    assert Enrolment.objects.count() == 8
    later = at + timedelta(days=3, hours=1)
    assert (tallies.step(later), tallies.step(later)) == (4, 0), "once a day"
    assert law.laws() == before
    assert Enrolment.objects.count() == 4, "a row a playbook for the days before, one each for the last"
    assert [(one.state, one.count) for one in RunTally.objects.all()] == [("done", 3)]
    runs.end(Run.objects.filter(state="waiting").order_by("pk")[0], by=SYSTEM, at=later)
    stage.falls(found[0], at=later)
    stage.goes_on(later)
    told = law.laws()
    assert (told["quick"].enrolled, told["quick"].done + told["quick"].kept_out) == (5, 5)
    assert (told["waits"].inside, told["waits"].exited) == (3, 1)
    assert tallies.step(later + timedelta(days=2)) >= 2
    assert law.laws() == told and all(one.holds for one in told.values())


def test_a_run_of_long_ago_that_is_gone_is_missed_from_the_next_day_on(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(), at=at)
    stage.falls(stage.account(at=at), at=at)
    stage.goes_on(at)
    tallies.step(at + timedelta(days=2))
    assert law.laws()["rescue"].holds
    Run.objects.all().delete()
    tallies.step(at + timedelta(days=3))
    assert not law.laws()["rescue"].holds


def test_however_many_days_a_playbook_is_old_its_law_is_read_from_few_rows(org: Organisation, at: datetime) -> None:
    """Folding goes on chunk by chunk, and what was killed between two of them is neither lost nor counted twice."""
    stage.published(stage.document(), at=at)
    playbook = Playbook.objects.get()
    Enrolment.objects.bulk_create(
        Enrolment(playbook=playbook, count=2, at=at + timedelta(minutes=n)) for n in range(tallies.CHUNK + 300)
    )
    assert tallies.fold(at + timedelta(minutes=10)) == 9
    assert law.laws()["rescue"].enrolled == 2 * (tallies.CHUNK + 300)
    tallies.fold(at + timedelta(days=30))
    assert Enrolment.objects.count() == 1
    assert law.laws()["rescue"].enrolled == 2 * (tallies.CHUNK + 300)
