"""A colleague leaves: nothing that was promised in their name is forgotten."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers import accounts, ownership
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import handoff_rounds, plans, promises, successors, tasks
from nenrin.work.models import Notice, OnboardingTemplate
from nenrin.work.models.plan import SuccessPlan
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task
from nenrin.work.onboarding import projects, templates
from nenrin.work.promises import Row
from tests import cast

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 20)


def test_what_a_colleague_who_left_had_open_goes_to_the_accounts_owner(org: Organisation, at: datetime) -> None:
    gone, heir = cast.member(Role.CSM, "前任 者"), cast.member(Role.CSM, "後任 者")
    account = accounts.open(cast.STARTING, by=SYSTEM, at=at)
    ownership.assign(account, gone, by=SYSTEM, at=at)
    tasks.open(account, "折り返し", assignee=gone, due_on=DUE, by=SYSTEM, at=at)
    promises.make_many([Row(account=account.pk, words="帳票を直す", owner=gone.pk, due_on=DUE)], by=SYSTEM, at=at)
    plans.open(account, title="定着", owner=gone, by=SYSTEM, at=at)
    templates.install(by=SYSTEM, at=at)
    small = OnboardingTemplate.objects.order_by("key")[0]
    project = projects.start(account, small.key, starts_on=DUE, owner=gone, by=SYSTEM, at=at)
    Member.objects.filter(pk=gone.pk).update(is_active=False)
    handoff_rounds.step(at)
    assert Task.objects.get().assignee == gone, "nobody has the account yet"
    ownership.assign(account, heir, by=SYSTEM, at=at)
    handoff_rounds.step(at)
    assert (Task.objects.get().assignee, Promise.objects.get().owner, SuccessPlan.objects.get().owner) == (heir,) * 3
    project.refresh_from_db()
    assert project.owner == heir
    assert Notice.objects.filter(member=heir, code="task.assigned").exists()
    assert successors.step(at) == 0
