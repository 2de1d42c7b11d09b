"""What goes with an account into the one that takes it in, and back when that is undone."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, merges
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.work import following, handoff_again, handoffs, meetings, tasks, touches
from nenrin.work.handoffs import Said
from nenrin.work.models import Followed, Meeting, Task, Touch
from tests import cast


@pytest.fixture
def pair(org: Organisation, at: datetime) -> tuple[Account, Account]:
    return accounts.open(cast.THRIVING, by=SYSTEM, at=at), accounts.open("常磐システム", by=SYSTEM, at=at)


def heard(at: datetime) -> None:
    journal.seal()
    while following.step(at):
        pass


def whose() -> dict[str, set[int]]:
    return {kind.__name__: set(kind.objects.values_list("account", flat=True)) for kind in (Task, Touch, Meeting)}


def test_tasks_touches_and_meetings_follow_a_merge_and_its_undoing(pair: tuple[Account, Account], at: datetime) -> None:
    survivor, absorbed = pair
    task = tasks.open(absorbed, "電話", assignee=None, due_on=None, by=SYSTEM, at=at)
    touches.write(absorbed, "call", title="電話", happened_at=at, by=SYSTEM, at=at)
    meetings.plan(absorbed, "定例", starts_at=at, by=SYSTEM, at=at)
    merge = merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    heard(at)
    assert whose() == {"Task": {survivor.pk}, "Touch": {survivor.pk}, "Meeting": {survivor.pk}}
    since = tasks.open(survivor, "その後", assignee=None, due_on=None, by=SYSTEM, at=at)
    third = accounts.open("別の会社", by=SYSTEM, at=at)
    other = tasks.open(absorbed, "別へ", assignee=None, due_on=None, by=SYSTEM, at=at)
    Task.objects.filter(pk=other.pk).update(account=third)
    merges.undo(merge, by=SYSTEM, at=at)
    heard(at)
    assert Task.objects.get(pk=task.pk).account == absorbed
    assert Task.objects.get(pk=since.pk).account == survivor
    assert Task.objects.get(pk=other.pk).account == third
    assert {"Touch": {absorbed.pk}, "Meeting": {absorbed.pk}}.items() <= whose().items()


def test_of_two_handoffs_under_way_one_goes_on_with_the_answers_of_both(
    pair: tuple[Account, Account], at: datetime
) -> None:
    survivor, absorbed = pair
    kept, gone = (handoffs.open(account, by=SYSTEM, at=at) for account in pair)
    handoffs.fill(kept, {"purpose": Said("紙をなくす")}, by=SYSTEM, at=at)
    handoffs.fill(gone, {"purpose": Said("人手不足"), "success": Said("月20時間の削減")}, by=SYSTEM, at=at)
    merge = merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    heard(at)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.state, kept.settled, gone.state, gone.account_id) == ("draft", 2, "dropped", survivor.pk)
    assert dict(kept.items.exclude(words="").values_list("item", "words")) == {
        "purpose": "紙をなくす", "success": "月20時間の削減",
    }  # fmt: skip
    merges.undo(merge, by=SYSTEM, at=at)
    heard(at)
    gone.refresh_from_db()
    assert gone.account_id == absorbed.pk and handoff_again.restore(gone, by=SYSTEM, at=at).state == "draft"


def test_the_only_handoff_goes_along_as_it_stands(pair: tuple[Account, Account], at: datetime) -> None:
    survivor, absorbed = pair
    made = handoffs.open(absorbed, by=SYSTEM, at=at)
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    heard(at)
    made.refresh_from_db()
    assert (made.state, made.account_id) == ("draft", survivor.pk)


def test_reading_a_merge_twice_moves_nothing_twice(pair: tuple[Account, Account], at: datetime) -> None:
    survivor, absorbed = pair
    tasks.open(absorbed, "電話", assignee=None, due_on=None, by=SYSTEM, at=at)
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    heard(at)
    late = tasks.open(Account.objects.get(pk=survivor.pk), "統合の後", assignee=None, due_on=None, by=SYSTEM, at=at)
    Task.objects.filter(pk=late.pk).update(account=absorbed)
    [entry] = journal.Entry.objects.filter(action="customers.account.merged", account=survivor.pk)
    following.follow(entry, at)
    assert Task.objects.get(pk=late.pk).account == absorbed
    assert Followed.objects.filter(table="work.task.account").count() == 1


def test_every_table_of_the_rooms_that_names_an_account_follows_of_itself() -> None:
    names = {table.name for table in following.tables()}
    assert {"work.task.account", "work.touch.account", "work.meeting.account", "work.notice.account"} <= names
    assert {"work.handoff.account", "work.promise.account"} <= names


def test_what_is_opened_for_an_absorbed_account_stands_with_the_one_that_remains(
    pair: tuple[Account, Account], at: datetime
) -> None:
    survivor, absorbed = pair
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    absorbed.refresh_from_db()
    assert tasks.open(absorbed, "電話", assignee=None, due_on=None, by=SYSTEM, at=at).account == survivor
    assert meetings.plan(absorbed, "定例", starts_at=at, by=SYSTEM, at=at).account == survivor
