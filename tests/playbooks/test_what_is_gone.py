"""A playbook that is live outlives colleagues, segments, endpoints and templates that it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from nenrin.foundation import journal, members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import endpoints
from nenrin.insight import segments
from nenrin.playbooks import asking_leave, ending, following, playbooks, playing, reactions, runs, steps
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.playbooks.steps import tag
from nenrin.playbooks.steps.shape import Turn
from nenrin.work.models import Task
from tests import cast
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TAG = {"do": "tag", "id": "mark", "tag": "要フォロー"}


def break_off(version: PlaybookVersion) -> None:
    """An audience that asks for a column which is there no more."""
    who = {"field": "attribute.gone", "op": "=", "value": "x"}
    PlaybookVersion.objects.filter(pk=version.pk).update(document={**version.document, "who": who})


def test_a_colleague_who_left_stops_no_playbook_and_the_task_falls_to_the_owner(
    org: Organisation, at: datetime
) -> None:
    named, owner = stage.csm("退職 予定"), stage.csm("後任 花子")
    account = stage.account(at=at, owner=owner)
    stage.published(stage.document(steps=[{**stage.CALL, "member": str(named.pk)}]), at=at)
    members.deactivate(named, by=SYSTEM, at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert Task.objects.get().assignee == owner
    assert (stage.only_run().state, stage.only_run().reason) == ("done", "finished")


def test_a_run_that_waits_goes_on_after_a_colleague_of_a_later_step_left(org: Organisation, at: datetime) -> None:
    named = stage.csm("退職 予定")
    head = cast.member(Role.HEAD, "部長 一郎")
    wait = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}
    stage.published(stage.document(steps=[wait, {**stage.CALL, "member": str(named.pk)}]), at=at)
    stage.falls(stage.account(at=at), at=at)
    stage.goes_on(at)
    members.deactivate(named, by=SYSTEM, at=at)
    stage.goes_on(at + timedelta(days=3))
    assert stage.only_run().state == "done" and Task.objects.get().assignee == head


def test_a_step_that_needs_an_endpoint_that_is_gone_fails_where_it_stands(org: Organisation, at: datetime) -> None:
    opened = endpoints.open("連携", url="https://hooks.example/nenrin", by=SYSTEM, at=at)
    row, _ = opened
    hook = {"do": "webhook", "id": "tell", "endpoint": str(row.pk)}
    stage.published(stage.document(steps=[TAG, hook]), at=at)
    row.delete()
    stage.falls(stage.account(at=at), at=at)
    stage.goes_on(at)
    assert (stage.only_run().state, stage.only_run().step) == ("failed", "tell")
    assert stage.only_run().why["en"] == "The webhook is not set up any more"


def test_another_trigger_still_lets_accounts_in_when_a_segment_is_gone(org: Organisation, at: datetime) -> None:
    segment = segments.save("小口", {"field": "status", "op": "=", "value": "customer"}, by=SYSTEM, at=at)
    told = [{"trigger": "segment", "segment": str(segment.pk)}, stage.AT_RISK]
    stage.published(stage.document(when=told), at=at)
    segments.archive(segment, by=SYSTEM, at=at)
    stage.falls(stage.account(at=at), at=at)
    stage.goes_on(at)
    assert stage.only_run().state == "done"


def test_a_draft_may_still_not_name_a_colleague_who_left(org: Organisation, at: datetime) -> None:
    named = stage.csm("退職 予定")
    members.deactivate(named, by=SYSTEM, at=at)
    with pytest.raises(Unreadable):
        playbooks.draft(stage.document(steps=[{**stage.CALL, "member": str(named.pk)}]), by=SYSTEM, at=at)


def test_runs_wait_while_their_version_cannot_be_read_and_go_on_after(org: Organisation, at: datetime) -> None:
    version = stage.published(stage.document(), at=at)
    stage.falls(stage.account(at=at), at=at)
    journal.seal()
    reactions.react(at)
    break_off(version)
    playing.play(at)
    assert (stage.only_run().state, stage.only_run().reason) == ("waiting", "waits")
    assert "attribute.gone" in stage.only_run().why["en"]
    PlaybookVersion.objects.filter(pk=version.pk).update(document=version.document)
    playing.play(at + HOUR)
    assert stage.only_run().state == "done"


def test_an_occasion_of_a_playbook_that_cannot_be_read_is_a_row_that_says_so(org: Organisation, at: datetime) -> None:
    break_off(stage.published(stage.document(), at=at))
    stage.falls(stage.account(at=at), at=at)
    stage.goes_on(at)
    assert (stage.only_run().state, stage.only_run().reason) == ("skipped", "unreadable")
    assert "attribute.gone" in stage.only_run().why["ja"]


def test_a_run_that_the_database_refuses_fails_alone(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, sound = stage.account("毒", at=at), stage.account("健全", at=at)
    stage.published(stage.document(steps=[TAG]), at=at)

    act = tag.KIND.act

    def breaks(turn: Turn) -> Any:
        if turn.account.pk == poison.pk:
            raise IntegrityError("twice")
        return act(turn)

    _acts(monkeypatch, breaks)
    for account in (poison, sound):
        stage.falls(account, at=at)
    stage.goes_on(at)
    assert Run.objects.get(account=poison).state == "failed" and Run.objects.get(account=sound).state == "done"


def test_a_database_that_is_away_fails_no_run(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(turn: Turn) -> Any:
        raise OperationalError("gone away")

    stage.published(stage.document(steps=[TAG]), at=at)
    _acts(monkeypatch, breaks)
    stage.falls(stage.account(at=at), at=at)
    with pytest.raises(OperationalError):
        stage.goes_on(at)
    assert stage.only_run().state == "ready"


def _acts(monkeypatch: pytest.MonkeyPatch, breaks: Any) -> None:
    monkeypatch.setitem(steps.KINDS, "tag", replace(tag.KIND, act=breaks))


def test_what_was_kept_out_does_not_count_as_going_round(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    wait = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}
    stage.published(stage.document(steps=[wait, stage.CALL]), at=at)
    for minute in range(6):
        stage.falls(account, at=at + timedelta(minutes=minute))
        stage.goes_on(at + timedelta(minutes=minute))
    assert set(Run.objects.filter(state="skipped").values_list("reason", flat=True)) == {"inside"}


def _waiting(at: datetime, count: int) -> Playbook:
    wait = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}
    version = stage.published(stage.document(steps=[wait, stage.CALL]), at=at)
    for n in range(count):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    return version.playbook


def test_runs_end_in_small_transactions_and_a_second_asking_ends_the_rest(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    playbook = _waiting(at, 5)
    monkeypatch.setattr(playbooks, "CHUNK", 2)
    ends, done = ending.end, list[int]()

    def breaks(run: Run, *told: Any, **more: Any) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(run.pk)
        ends(run, *told, **more)

    monkeypatch.setattr(ending, "end", breaks)
    with pytest.raises(KeyboardInterrupt):
        playbooks.retire(playbook, by=SYSTEM, at=at, end_runs=True)
    assert Run.objects.filter(state="exited").count() == 2
    monkeypatch.setattr(ending, "end", ends)
    playbooks.retire(playbook, by=SYSTEM, at=at, end_runs=True)
    assert Run.objects.filter(state="exited").count() == 5


def test_moving_many_runs_asks_a_handful_of_times_and_tells_each(org: Organisation, at: datetime) -> None:
    playbook = _waiting(at, 6)
    version = stage.published(stage.document(), at=at)
    with CaptureQueriesContext(connection) as asked:
        assert (
            runs.move(Run.objects.filter(playbook=playbook).select_related("version"), version, by=SYSTEM, at=at) == 6
        )
    assert len(asked) < 20
    assert Entry.objects.filter(action="playbooks.run.moved", account__isnull=False).count() == 6
    assert not Run.objects.exclude(version=version).exists()


def test_runs_that_follow_a_merge_are_locked_while_they_do(org: Organisation, at: datetime) -> None:
    """SQLite has one writer and no row locks: there its own transaction is the lock."""
    _waiting(at, 1)
    with CaptureQueriesContext(connection) as asked:
        following.follow([stage.only_run().account_id], at)
    has_locks = connection.features.has_select_for_update
    assert any("FOR UPDATE" in one["sql"] for one in asked) is has_locks


def test_an_approval_that_breaks_off_is_told_for_what_it_let_begin(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    playbook = stage.published(stage.document(limits={"approval_above": 1}), at=at).playbook
    for n in range(4):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    monkeypatch.setattr(asking_leave, "CHUNK", 2)
    wakes, turns = asking_leave._wake, []

    def breaks(*told: Any) -> Any:
        turns.append(1)
        if len(turns) == 2:
            raise KeyboardInterrupt
        return wakes(*told)

    monkeypatch.setattr(asking_leave, "_wake", breaks)
    with pytest.raises(KeyboardInterrupt):
        asking_leave.approve(playbook, per_hour=0, by=SYSTEM, at=at)
    told = Entry.objects.filter(action="playbooks.run.approved").values_list("particulars", flat=True)
    assert [one["runs"] for one in told] == [2]


def test_what_is_told_while_it_is_asked_who_listens_is_still_unread(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = stage.account(at=at)
    journal.seal()
    before = Entry.objects.exclude(sequence=None).latest("sequence").sequence
    rows = PlaybookVersion.objects.filter

    def meanwhile(**told: Any) -> Any:
        stage.falls(account, at=at)
        journal.seal()
        return rows(**told)

    monkeypatch.setattr(PlaybookVersion.objects, "filter", meanwhile)
    reactions.react(at)
    assert Cursor.objects.get(reader=reactions.READER).sequence == before
