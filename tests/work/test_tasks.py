"""Tasks: opened once, done, dismissed, put off, handed on; a recurring one opens the next on a business day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import accounts, ownership
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.calendar import is_business_day
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.permissions import Permission
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.values import Text
from nenrin.work import mentions, recurrence, task_deeds, task_templates, tasks
from nenrin.work.models import Notice, Task
from nenrin.work.models.task import Every, State
from nenrin.work.privacy import tasks as privacy
from tests import cast

DUE = date(2026, 11, 27)


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.DRIFTING, by=SYSTEM, at=at)


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲")


def opened(
    account: Account | None, mika: Member | None, at: datetime, title: str = "更新前レビューを打診", **more: object
) -> Task:
    given = {"assignee": mika, "due_on": DUE, "by": SYSTEM, "at": at, **more}
    return tasks.open(account, title, **given)  # type: ignore[arg-type]


def test_a_task_is_opened_once_under_its_key_however_often_it_is_asked_for(
    account: Account, mika: Member, at: datetime
) -> None:
    why = Text("37 days to the notice deadline", "更新拒絶期限日まで37日")
    first = opened(
        account, mika, at, key="playbook:12:1", why=why, origin=("playbook", "12"), checklist=("資料", "日程")
    )
    again = opened(account, None, at + timedelta(hours=1), key="playbook:12:1", title="別の言葉")
    assert again == first and Task.objects.count() == 1
    assert again.reasoning == why and (again.origin_kind, again.origin_key) == ("playbook", "12")
    assert [step["words"] for step in first.checklist] == ["資料", "日程"]
    entry = Entry.objects.get(action="work.task.opened")
    assert entry.account == account.pk and "更新前" not in str(entry.particulars)
    assert journal.sentence(entry, entry.personal.payload).ja == "タスク: 更新前レビューを打診"


def test_whoever_gets_a_task_hears_of_it_and_whoever_takes_one_does_not(
    account: Account, mika: Member, at: datetime
) -> None:
    task = opened(account, mika, at)
    [notice] = Notice.objects.all()
    assert notice.member == mika and notice.url == f"/tasks/{task.pk}"
    assert notice.words.ja == "タスクの割り当て: 更新前レビューを打診 (東雲精機株式会社)（期日 2026/11/27）"
    opened(account, mika, at, by=Actor.of(mika))
    assert Notice.objects.count() == 1


def test_a_finished_task_says_what_came_of_it_and_its_minutes_are_hours_of_the_account(
    account: Account, mika: Member, at: datetime
) -> None:
    task = opened(account, mika, at)
    done = tasks.finish(task, outcome="12月に面談", minutes=45, by=Actor.of(mika), at=at)
    assert (done.state, done.ended_by, done.minutes_spent) == (State.DONE, mika, 45)
    assert tasks.finish(task, by=SYSTEM, at=at).version == done.version
    journal.seal()
    mirror.mirror_all(lakes.current())
    hours = (
        "select account, category, minutes from efforts where believed_to = date '9999-12-31' and minutes is not null"
    )
    with lakes.current().session(known=None) as db:
        assert db.execute(hours).fetchall() == [(account.pk, "cs", 45)]
    tasks.reopen(task, by=SYSTEM, at=at)
    journal.seal()
    mirror.mirror_all(lakes.current())
    with lakes.current().session(known=None) as db:
        assert db.execute(hours).fetchall() == []


def test_putting_off_and_dismissing_take_a_reason(account: Account, mika: Member, at: datetime) -> None:
    task = opened(account, mika, at)
    with pytest.raises(Refused):
        tasks.dismiss(task, "  ", by=SYSTEM, at=at)
    with pytest.raises(Refused):
        tasks.snooze(task, date(2026, 11, 24), "今日", by=SYSTEM, at=at)
    off = tasks.snooze(task, date(2026, 11, 28), "先方が出張中", by=SYSTEM, at=at)
    assert off.snoozed_until == date(2026, 11, 30)  # the 28th is a Saturday
    assert (off.due_on, off.state) == (DUE, State.OPEN)
    gone = tasks.dismiss(task, "契約終了", by=SYSTEM, at=at)
    assert (gone.state, gone.snoozed_until) == (State.DISMISSED, None)
    with pytest.raises(Refused):
        tasks.finish(task, by=SYSTEM, at=at)
    assert tasks.reopen(task, by=SYSTEM, at=at).state == State.OPEN


def test_two_people_do_not_overwrite_each_other(account: Account, mika: Member, at: datetime) -> None:
    task = opened(account, mika, at)
    tasks.change(task, by=SYSTEM, at=at, version=1, title="更新前レビュー（日程確定）")
    with pytest.raises(Conflict) as conflict:
        tasks.change(task, by=SYSTEM, at=at, version=1, title="別")
    assert conflict.value.theirs == {"title": "更新前レビュー（日程確定）"}


def test_a_weekly_task_opens_the_next_on_a_business_day_once(account: Account, mika: Member, at: datetime) -> None:
    monday = opened(account, mika, at, due_on=date(2026, 11, 23), every=Every.WEEKLY, checklist=["確認"])
    tasks.tick(monday, 1, is_done=True, by=SYSTEM, at=at)
    tasks.finish(monday, by=SYSTEM, at=at)
    following = Task.objects.get(state=State.OPEN)
    assert (following.due_on, following.turn, following.ticked) == (date(2026, 11, 30), 1, 0)
    tasks.reopen(monday, by=SYSTEM, at=at)
    assert Task.objects.count() == 1  # nobody had touched the next: it is withdrawn
    tasks.finish(monday, by=SYSTEM, at=at)
    tasks.assign(Task.objects.get(state=State.OPEN), None, by=SYSTEM, at=at)
    tasks.reopen(monday, by=SYSTEM, at=at)
    tasks.finish(monday, by=SYSTEM, at=at)
    assert Task.objects.count() == 2  # somebody had: it stays, and no third is opened


def test_a_series_that_was_left_alone_goes_on_with_one_task(account: Account, mika: Member, at: datetime) -> None:
    old = opened(account, mika, at, due_on=date(2026, 5, 29), every=Every.MONTHLY)
    tasks.finish(old, by=SYSTEM, at=at)
    assert Task.objects.get(state=State.OPEN).due_on == date(2026, 11, 30)  # 29 November is a Sunday


@given(
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    every=st.sampled_from([Every.DAILY, Every.WEEKLY, Every.MONTHLY, Every.QUARTERLY]),
    late=st.integers(-5, 200),
)
def test_the_next_turn_is_a_business_day_ahead_and_never_the_same(first: date, every: Every, late: int) -> None:
    due, today = recurrence.business_day(first), recurrence.business_day(first) + timedelta(days=late)
    turn, following = recurrence.following(first, every, 0, due, today)
    assert turn >= 1 and following > due and following >= today and is_business_day(following)


def test_a_mention_tells_a_colleague_once(account: Account, mika: Member, at: datetime) -> None:
    ken = cast.member(Role.CSM, "山口 健")
    task = opened(account, mika, at, by=Actor.of(mika), body="＠山口 さんに確認。連絡先は a@example.jp")
    assert [notice.member for notice in Notice.objects.all()] == [ken]
    tasks.change(task, by=Actor.of(mika), at=at, body="@山口健 さんに確認済み")
    assert Notice.objects.count() == 1
    assert mentions.found("@佐藤", [mika, cast.member(Role.CSM, "佐藤 花")]) == []  # which one?


def test_only_names_that_end_there_are_mentioned(org: Organisation) -> None:
    ann, anna = cast.member(Role.CSM, "Ann Lee"), cast.member(Role.CSM, "Anna Bell")
    assert mentions.found("ask @Anna and mail bob@ann.example", [ann, anna]) == [anna]


def test_many_tasks_change_hands_in_one_go_and_back(account: Account, mika: Member, at: datetime) -> None:
    ken, by = cast.member(Role.CSM, "山口 健"), Actor.of(mika)
    keys = [opened(account, mika, at, title=f"確認 {n}", by=by).pk for n in range(7)]
    then = at + timedelta(minutes=1)
    assert task_deeds.assign(keys, ken, by=by, at=then) == 7
    assert [notice.words.ja for notice in Notice.objects.filter(member=ken)] == ["7件のタスクが割り当てられました。"]
    tasks.change(Task.objects.get(pk=keys[0]), by=SYSTEM, at=then, title="変更")
    assert task_deeds.take_back(then, by=by, at=then + timedelta(minutes=1)) == 6
    assert Task.objects.filter(assignee=mika).count() == 6
    later = at + timedelta(minutes=5)
    assert task_deeds.due(keys, date(2026, 12, 1), by=by, at=later) == 7
    assert task_deeds.take_back(later, by=by, at=later + timedelta(minutes=1)) == 7
    assert set(Task.objects.values_list("due_on", flat=True)) == {DUE}
    last = at + timedelta(minutes=9)
    assert task_deeds.dismiss(keys, "重複", by=by, at=last) == 7
    assert task_deeds.take_back(last, by=by, at=last) == 7
    assert Task.objects.open().count() == 7


def test_a_series_whose_day_was_moved_by_mistake_counts_as_before_once_that_is_taken_back(
    account: Account, mika: Member, at: datetime
) -> None:
    """At the end of each month; that of October was a Saturday, so its turn stood on 2 November."""
    by, ends = Actor.of(mika), date(2026, 9, 30)
    first = opened(account, mika, at, due_on=ends, every=Every.MONTHLY)
    Task.objects.filter(pk=first.pk).update(first_on=date(2026, 8, 31), turn=2, due_on=date(2026, 11, 2))
    then = at + timedelta(minutes=1)
    task_deeds.due([first.pk], date(2026, 11, 27), by=by, at=then)
    assert task_deeds.take_back(then, by=by, at=then + timedelta(minutes=1)) == 1
    first.refresh_from_db()
    assert (first.due_on, first.first_on, first.turn) == (date(2026, 11, 2), date(2026, 8, 31), 2)
    tasks.finish(first, by=by, at=then + timedelta(minutes=2))
    assert Task.objects.get(state=State.OPEN).due_on == date(2026, 11, 30)


def test_members_see_tasks_of_their_accounts_and_their_own(account: Account, mika: Member, at: datetime) -> None:
    seller = cast.member(Role.SALES, "営業 一郎")
    theirs = opened(account, mika, at)
    handed = opened(account, seller, at)
    alone = opened(None, mika, at)
    assert set(Task.objects.for_member(seller, Permission.TASKS_VIEW)) == {handed}
    ownership.assign(account, seller, by=SYSTEM, at=at)
    assert set(Task.objects.for_member(seller, Permission.TASKS_VIEW)) == {handed, theirs}
    assert alone in Task.objects.for_member(mika, Permission.TASKS_VIEW)


def test_a_template_opens_a_task_due_in_business_days(account: Account, mika: Member, at: datetime) -> None:
    row = task_templates.save("qbr", name="QBR", title="四半期レビューの準備", due_in=3, minutes=60,
                              checklist=["資料", "日程"], by=SYSTEM, at=at)  # fmt: skip
    made = task_templates.use(row, account, assignee=mika, by=SYSTEM, at=at)
    assert (made.due_on, made.minutes, len(made.checklist)) == (DUE, 60, 2)
    same = task_templates.save("qbr", name="QBR", title="四半期レビューの準備", due_in=3, minutes=60,
                               checklist=["資料", "日程"], by=SYSTEM, at=at)  # fmt: skip
    assert same.version == 1
    with pytest.raises(Refused) as refused:
        task_templates.save("x", name=" ", title="", due_in=999, by=SYSTEM, at=at)
    assert {fault.field for fault in refused.value.faults} == {"name", "title", "due_in"}


def test_bad_words_are_refused_by_field_and_nothing_is_written(account: Account, at: datetime) -> None:
    gone = cast.member(Role.CSM, "退職者")
    gone.is_active = False
    with pytest.raises(Refused) as refused:
        opened(account, gone, at, title=" ", minutes=-1, every="hourly", checklist=["x"] * 3)
    assert {fault.field for fault in refused.value.faults} == {"title", "minutes", "every", "assignee"}
    assert not Task.objects.exists()


def test_what_a_departed_colleague_had_to_do_can_be_changed_and_ended(
    account: Account, mika: Member, at: datetime
) -> None:
    done, dismissed = opened(account, mika, at), opened(account, mika, at)
    Member.objects.filter(pk=mika.pk).update(is_active=False)
    tasks.change(done, minutes=10, by=SYSTEM, at=at)
    assert tasks.finish(done, by=SYSTEM, at=at).state == "done"
    assert tasks.dismiss(dismissed, "担当者の退職", by=SYSTEM, at=at).state == "dismissed"
    mika.refresh_from_db()
    with pytest.raises(Refused):
        tasks.assign(opened(account, None, at), mika, by=SYSTEM, at=at)


def test_a_person_is_forgotten_in_tasks_notices_and_the_journal(account: Account, mika: Member, at: datetime) -> None:
    task = opened(
        account, mika, at, title="田中様へ連絡", checklist=["田中様の後任"], why=Text("Tanaka left", "田中様が異動")
    )
    assert privacy.exported(["田中"])[0]["title"] == "田中様へ連絡"
    assert privacy.erase(["田中"], at=at) == 2
    task.refresh_from_db()
    assert "田中" not in f"{task.title}{task.checklist}{task.why}{Notice.objects.get().text}"
    assert Entry.objects.get(action="work.task.opened").personal.payload == {}
