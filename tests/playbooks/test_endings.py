"""A run that ends does nothing more: what it prepared and nobody approved is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from nenrin.customers import accounts, contacts, merges, tags
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import drafts
from nenrin.foundation.models import Mail, Organisation
from nenrin.playbooks import playbooks, runs
from nenrin.playbooks.models import Playbook, Run
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MET = {"field": "tags", "op": "contains", "value": "面談済み"}
WRITE = {"do": "send_mail", "id": "write", "approval": "draft", "subject": "ご相談", "body": "本文"}
REST = {"do": "wait", "id": "rest", "time": 5, "unit": "days"}


def written(at: datetime, *, steps: list[dict[str, Any]] | None = None, **more: Any) -> tuple[Account, Mail]:
    """A run that waits, with its mail waiting too."""
    account = stage.account(at=at, owner=stage.csm())
    contacts.add(account, "佐藤", by=SYSTEM, at=at, role="decision_maker", emails=["sato@x.example"])
    stage.published(stage.document(steps=steps or [WRITE, REST], **more), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    return account, Mail.objects.get()


def met(account: Account, at: datetime) -> None:
    tags.change([account], add=["面談済み"], by=SYSTEM, at=at)


ENDS: dict[str, tuple[dict[str, Any], Callable[[Account, datetime], object]]] = {
    "goal": ({"goal": {"name": "面談", "when": MET}}, met),
    "goal_late": ({"goal": {"name": "面談", "when": MET, "within_days": 1}}, lambda account, at: None),
    "exit_when": ({"exit_when": MET}, met),
    "by_hand": ({}, lambda account, at: runs.end(Run.objects.get(), by=SYSTEM, at=at)),
    "lost": ({}, lambda account, at: accounts.change(account, status="lost", by=SYSTEM, at=at)),
    "archived": ({}, lambda account, at: accounts.archive(account, by=SYSTEM, at=at)),
    "retired": ({}, lambda account, at: playbooks.retire(Playbook.objects.get(), by=SYSTEM, at=at, end_runs=True)),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("approval", ["draft", "automatic"])
def test_a_run_that_ends_takes_its_waiting_mail_back(org: Organisation, at: datetime, end: str, approval: str) -> None:
    more, happens = ENDS[end]
    account, mail = written(at, steps=[{**WRITE, "approval": approval}, REST], **more)
    assert mail.state == ("draft" if approval == "draft" else "queued")
    happens(account, at + DAY)
    stage.goes_on(at + 6 * DAY)
    assert Run.objects.get().reason == end
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("cancelled", "overtaken")


def test_the_last_step_taken_leaves_the_mail_to_whoever_approves_it(org: Organisation, at: datetime) -> None:
    _, mail = written(at, steps=[WRITE])
    assert Run.objects.get().reason == "finished" and mail.state == "draft"


def test_what_a_person_approved_goes_out_though_the_run_ended(org: Organisation, at: datetime) -> None:
    _, mail = written(at)
    drafts.approve([mail.pk], by=Actor.of(stage.csm("承認 者")), at=at)
    runs.end(Run.objects.get(), by=SYSTEM, at=at)
    mail.refresh_from_db()
    assert mail.state == "queued"


def test_of_two_accounts_that_become_one_the_run_that_ends_takes_back_its_own_mail(
    org: Organisation, at: datetime
) -> None:
    absorbed, mail = written(at)
    survivor = stage.account("存続会社", at=at)
    contacts.add(survivor, "鈴木", by=SYSTEM, at=at, role="decision_maker", emails=["suzuki@y.example"])
    stage.falls(survivor, at=at)
    stage.goes_on(at)
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    stage.goes_on(at + DAY)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("cancelled", "overtaken")
    assert Mail.objects.exclude(pk=mail.pk).get().state == "draft"


def test_a_run_that_followed_a_merge_takes_back_the_mail_of_the_account_that_is_gone(
    org: Organisation, at: datetime
) -> None:
    absorbed, mail = written(at)
    survivor = stage.account("存続会社", at=at)
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    stage.goes_on(at)
    run = Run.objects.get()
    assert run.account == survivor and mail.account == absorbed.pk
    runs.end(run, by=SYSTEM, at=at)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("cancelled", "overtaken")
