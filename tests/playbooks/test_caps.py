"""Limits: mails of a person, effects of a run, runs of an account; and the condition that ends a run on the way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import contacts, tags
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Mail, Organisation
from nenrin.playbooks.models import Run
from nenrin.work.models import Task
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WRITE = {"do": "send_mail", "id": "write", "approval": "draft", "subject": "件名", "body": "本文"}
AGAIN = {"again_after_days": 0}


def test_a_second_mail_to_a_person_waits_until_the_week_is_over_whichever_playbook_writes_it(
    org: Organisation, at: datetime
) -> None:
    account = stage.account(at=at)
    contacts.add(account, "佐藤", by=SYSTEM, at=at, role="champion", emails=["sato@x.example"])
    for key in ("first", "second"):
        stage.published(stage.document(playbook=key, steps=[WRITE], limits={"per_contact": 1}), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert Mail.objects.count() == 1
    waiting = Run.objects.get(state="waiting")
    assert "1 mails in 7 days" in waiting.why["en"] and waiting.playbook.key == "second"
    stage.goes_on(at + 6 * DAY)
    assert Mail.objects.count() == 1
    for n in (7, 8):
        stage.goes_on(at + n * DAY + timedelta(minutes=1))
    assert Mail.objects.count() == 2 and set(Run.objects.values_list("state", flat=True)) == {"done"}


def test_a_run_ends_at_its_number_of_effects_and_keeps_them(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    calls = [{**stage.CALL, "id": f"call{n}"} for n in range(3)]
    stage.published(stage.document(steps=calls, limits={"per_run": 2}), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    run = stage.only_run()
    assert Task.objects.count() == 2 and (run.state, run.reason) == ("exited", "per_run") and "2" in run.why["ja"]


def test_a_run_with_as_many_effects_as_it_may_have_still_waits_for_its_goal(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    met = {"field": "tags", "op": "contains", "value": "面談済み"}
    goal = {"name": "面談", "when": met, "within_days": 30}
    stage.published(stage.document(steps=[stage.CALL], limits={"per_run": 1}, goal=goal), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert stage.only_run().state == "waiting"
    tags.change([account], add=["面談済み"], by=SYSTEM, at=at)
    stage.goes_on(at + DAY)
    assert (stage.only_run().state, stage.only_run().reason) == ("done", "goal")


def test_what_has_no_effect_is_none_too_many(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    rest = {"do": "wait", "id": "rest", "time": 1, "unit": "days"}
    steps = [stage.CALL, rest, {**stage.CALL, "id": "again"}]
    stage.published(stage.document(steps=steps, limits={"per_run": 1}), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert stage.only_run().state == "waiting"
    stage.goes_on(at + DAY)
    assert (stage.only_run().state, stage.only_run().reason) == ("exited", "per_run")
    assert Task.objects.count() == 1


def test_an_account_comes_in_so_often_in_a_year_and_again_when_it_is_over(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(limits={**AGAIN, "per_account": 1}), at=at)
    for days in (0, 300, 366):
        stage.falls(account, at=at + days * DAY)
        stage.goes_on(at + days * DAY)
    told = Run.objects.order_by("pk").values_list("state", "reason")
    assert list(told) == [("done", "finished"), ("skipped", "per_account"), ("done", "finished")]


def test_what_ends_a_run_on_the_way_ends_it_in_the_midst_of_a_wait(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    rest = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}
    out = {"field": "tags", "op": "contains", "value": "対応不要"}
    stage.published(stage.document(steps=[rest, stage.CALL], exit_when=out), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    tags.change([account], add=["対応不要"], by=SYSTEM, at=at)
    stage.goes_on(at + 2 * DAY)
    run = stage.only_run()
    assert (run.state, run.reason) == ("exited", "exit_when") and "対応不要" in run.why["ja"]
    assert not Task.objects.exists()


def test_after_another_playbook_it_waits_its_days(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(playbook="other"), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    stage.published(stage.document(limits={**AGAIN, "cool_down_days": 7}), at=at)
    for days in (1, 8):
        stage.falls(account, at=at + days * DAY)
        stage.goes_on(at + days * DAY)
    own = Run.objects.filter(playbook__key="rescue").order_by("pk").values_list("state", "reason")
    assert list(own) == [("skipped", "cooling"), ("done", "finished")]
