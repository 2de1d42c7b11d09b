"""What keeps an account out, lets it wait, or ends its run; each with a reason that can be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts, contacts, merges, tags
from nenrin.foundation import journal, members
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import sending, suppressions
from nenrin.foundation.models import Entry, Mail, Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks import asking_leave, playbooks, runs
from nenrin.playbooks.models import Exposure, Playbook, Run, RunStep, UniversalHoldout
from nenrin.work.models import Notice, Task
from tests import cast
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WAIT = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}


def states() -> list[tuple[str, str]]:
    return list(Run.objects.order_by("pk").values_list("state", "reason"))


def test_an_account_comes_in_again_only_after_its_days(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(limits={"again_after_days": 10}), at=at)
    for days in (0, 9, 10):
        stage.falls(account, at=at + days * DAY)
        stage.goes_on(at + days * DAY)
    assert states() == [("done", "finished"), ("skipped", "too_soon"), ("done", "finished")]
    assert Run.objects.order_by("pk")[1].why["ja"] == "前回の終了から9日（10日後に再登録可）"


def test_never_again_means_once(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(limits={"again_after_days": "never"}), at=at)
    for days in (0, 400):
        stage.falls(account, at=at + days * DAY)
        stage.goes_on(at + days * DAY)
    assert states() == [("done", "finished"), ("skipped", "never_again")]


def test_two_signs_at_once_begin_one_run(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    stage.falls(account, at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert states() == [("waiting", "waits"), ("skipped", "inside")]


def test_an_account_for_which_the_audience_does_not_hold_leaves_no_row(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at, status="prospect")
    stage.published(stage.document(), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert not Run.objects.exists()


def test_accounts_on_the_list_of_exclusions_are_told_so(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    tags.change([account], add=["法的協議中"], by=SYSTEM, at=at)
    stage.published(stage.document(**{"except": {"field": "tags", "op": "contains", "value": "法的協議中"}}), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert states() == [("skipped", "excluded")]
    assert "タグに「法的協議中」がある" in Run.objects.get().why["ja"]


def test_more_begin_an_hour_later_each_than_an_hour_takes(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(limits={"per_hour": 2}), at=at)
    for n in range(5):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    assert Task.objects.count() == 2
    waiting = Run.objects.filter(reason="capped").order_by("pk").values_list("wake_at", flat=True)
    assert [(one - at) / timedelta(hours=1) for one in waiting] == [1, 1, 2]
    stage.goes_on(at + timedelta(hours=1))
    assert Task.objects.count() == 4
    stage.goes_on(at + timedelta(hours=2))
    assert Task.objects.count() == 5


def test_many_at_once_wait_for_one_person_who_is_told_once(org: Organisation, at: datetime) -> None:
    head = cast.member(Role.HEAD, "部長")
    stage.published(stage.document(limits={"approval_above": 3}), at=at, by=Actor.of(head))
    for n in range(8):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    assert not Task.objects.exists()
    assert Notice.objects.filter(member=head).count() == 1
    playbook = Playbook.objects.get()
    assert asking_leave.approve(playbook, per_hour=0, by=Actor.of(head), at=at) == 8
    assert asking_leave.approve(playbook, per_hour=0, by=Actor.of(head), at=at) == 0
    stage.goes_on(at)
    assert Task.objects.count() == 8


def test_who_is_declined_stays_out_with_the_name_of_who_did(org: Organisation, at: datetime) -> None:
    head = cast.member(Role.HEAD, "部長")
    stage.published(stage.document(limits={"approval_above": 1}), at=at, by=Actor.of(head))
    for n in range(2):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    asking_leave.decline(Playbook.objects.get(), by=Actor.of(head), at=at)
    stage.goes_on(at)
    assert states() == [("skipped", "declined")] * 2 and Run.objects.all()[0].why["ja"] == "部長が見送り"


def test_half_are_left_alone_and_everybodys_arm_is_written_down(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    for n in range(30):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    held = Run.objects.filter(state="held_out").count()
    assert 0 < held < 30 and Task.objects.count() == 30 - held
    assert Exposure.objects.filter(arm="holdout").count() == held
    assert Exposure.objects.count() == 30 and set(Exposure.objects.values_list("share", flat=True)) == {0.5}


def test_a_family_is_in_one_arm(org: Organisation, at: datetime) -> None:
    parent = stage.account("親会社", at=at)
    children = [stage.account(f"子会社{n}", at=at, parent=parent) for n in range(12)]
    stage.published(stage.document(holdout={"share": 0.5}), at=at)
    for one in (parent, *children):
        stage.falls(one, at=at)
    stage.goes_on(at)
    assert len(set(Exposure.objects.values_list("arm", flat=True))) == 1


def test_who_is_in_danger_is_never_left_alone(org: Organisation, at: datetime) -> None:
    told = {"share": 0.5, "never": {"field": "tags", "op": "contains", "value": "重要"}}
    stage.published(stage.document(holdout=told), at=at)
    for n in range(12):
        account = stage.account(f"会社{n}", at=at)
        tags.change([account], add=["重要"], by=SYSTEM, at=at)
        stage.falls(account, at=at)
    stage.goes_on(at)
    assert Task.objects.count() == 12 and set(Exposure.objects.values_list("arm", flat=True)) == {"always"}


def test_playbooks_that_set_each_other_off_are_stopped_with_a_reason(org: Organisation, at: datetime) -> None:
    tagging = {"do": "tag", "id": "mark", "tag": "a"}
    told = {"trigger": "entry", "action": "customers.account.tagged"}
    taking = {**tagging, "way": "remove"}
    usual = {"again_after_days": 0}
    stage.published(stage.document(playbook="one", steps=[tagging], when=[stage.AT_RISK, told], limits=usual), at=at)
    stage.published(stage.document(playbook="two", steps=[taking], when=[told], limits=usual), at=at)
    account = stage.account(at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    stopped = Run.objects.filter(reason="loop")
    assert stopped.exists() and not Run.objects.filter(state__in=["ready", "waiting"]).exists()
    assert "立て直し → 立て直し" in stopped.first().why["ja"]  # type: ignore[union-attr]


def test_a_circle_through_something_else_is_stopped_as_well(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(limits={"again_after_days": 0}), at=at)
    for _ in range(5):
        stage.falls(account, at=at)
        stage.goes_on(at)
    assert [reason for _, reason in states()] == ["finished"] * 3 + ["loop"] * 2


def test_a_run_follows_the_survivor_of_a_merge_once(org: Organisation, at: datetime) -> None:
    survivor, absorbed = stage.account("残る会社", at=at), stage.account("消える会社", at=at)
    stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    stage.falls(absorbed, at=at)
    stage.goes_on(at)
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    stage.goes_on(at)
    assert Run.objects.get().account == survivor
    stage.goes_on(at + 2 * DAY)
    assert [task.account for task in Task.objects.all()] == [survivor]


def test_where_both_are_inside_one_run_ends(org: Organisation, at: datetime) -> None:
    survivor, absorbed = stage.account("残る会社", at=at), stage.account("消える会社", at=at)
    stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    for one in (survivor, absorbed):
        stage.falls(one, at=at)
    stage.goes_on(at)
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    stage.goes_on(at + 2 * DAY)
    assert sorted(states()) == [("done", "finished"), ("exited", "merged")] and Task.objects.count() == 1


@pytest.mark.parametrize("gone", ["lost", "archived"])
def test_a_customer_who_goes_leaves_the_playbook(org: Organisation, at: datetime, gone: str) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    if gone == "lost":
        accounts.change(account, status="lost", by=SYSTEM, at=at)
    else:
        accounts.archive(account, by=SYSTEM, at=at)
    stage.goes_on(at)
    assert states() == [("exited", gone)] and not Task.objects.exists()


def test_a_running_run_keeps_its_version_unless_it_is_moved(org: Organisation, at: datetime) -> None:
    first, second = stage.account("一社目", at=at), stage.account("二社目", at=at)
    stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    for one in (first, second):
        stage.falls(one, at=at)
    stage.goes_on(at)
    changed = {**stage.CALL, "title": "新しい題"}
    live = stage.published(stage.document(steps=[WAIT, changed]), at=at)
    runs.move([Run.objects.get(account=second)], live, by=SYSTEM, at=at)
    stage.goes_on(at + 2 * DAY)
    titles = {task.account: task.title for task in Task.objects.all()}
    assert titles == {first: "一社目に電話", second: "新しい題"}


def test_a_step_taken_under_one_version_is_not_taken_under_the_next(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(steps=[stage.CALL, WAIT]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    live = stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    runs.move(Run.objects.all(), live, by=SYSTEM, at=at)
    stage.goes_on(at + 3 * DAY)
    assert Task.objects.count() == 1 and states() == [("done", "finished")]


def test_something_that_is_gone_stops_the_run_where_a_person_sees_it(org: Organisation, at: datetime) -> None:
    owner, account = stage.csm(), stage.account(at=at)
    stage.published(stage.document(steps=[WAIT, {"do": "set_owner", "id": "give", "member": str(owner.pk)}]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    members.deactivate(owner, by=SYSTEM, at=at)
    stage.goes_on(at + 2 * DAY)
    assert states() == [("failed", "failed")]
    assert "メンバー" in Run.objects.get().why["ja"]
    members.reactivate(owner, by=SYSTEM, at=at)
    runs.retry(Run.objects.get(), by=SYSTEM, at=at + 2 * DAY)
    stage.goes_on(at + 2 * DAY)
    account.refresh_from_db()
    assert states() == [("done", "finished")] and account.owner == owner


def test_a_task_of_somebody_who_has_gone_falls_to_the_next(org: Organisation, at: datetime) -> None:
    gone, head = stage.csm("辞めた人"), cast.member(Role.HEAD, "部長")
    account = stage.account(at=at, owner=gone)
    stage.published(stage.document(), at=at)
    members.deactivate(gone, by=SYSTEM, at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert Task.objects.get().assignee == head


def test_what_was_told_before_it_was_live_begins_nothing(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.falls(account, at=at - DAY)
    stage.published(stage.document(), at=at)
    stage.goes_on(at)
    assert not Run.objects.exists()


def test_a_paused_playbook_neither_lets_in_nor_moves(org: Organisation, at: datetime) -> None:
    one, other = stage.account("一社目", at=at), stage.account("二社目", at=at)
    stage.published(stage.document(steps=[WAIT, stage.CALL]), at=at)
    stage.falls(one, at=at)
    stage.goes_on(at)
    playbooks.pause(Playbook.objects.get(), why="確認中", by=SYSTEM, at=at)
    stage.falls(other, at=at)
    stage.goes_on(at + 3 * DAY)
    assert states() == [("waiting", "waits")] and not Task.objects.exists()
    playbooks.resume(Playbook.objects.get(), by=SYSTEM, at=at)
    stage.goes_on(at + 3 * DAY)
    assert states() == [("done", "finished")]


def test_a_goal_that_is_reached_ends_the_run_wherever_it_stands(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    goal = {"name": "面談", "when": {"field": "tags", "op": "contains", "value": "面談済み"}, "within_days": 30}
    stage.published(stage.document(steps=[WAIT, stage.CALL], goal=goal), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    tags.change([account], add=["面談済み"], by=SYSTEM, at=at)
    stage.goes_on(at + 2 * DAY)
    assert states() == [("done", "goal")] and not Task.objects.exists()


def test_a_goal_that_is_not_reached_in_time_is_said_so(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    goal = {"name": "面談", "when": {"field": "tags", "op": "contains", "value": "面談済み"}, "within_days": 30}
    stage.published(stage.document(goal=goal), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert states() == [("waiting", "waits")] and Task.objects.count() == 1
    stage.goes_on(at + 31 * DAY)
    assert states() == [("exited", "goal_late")]


def test_waiting_for_a_task_takes_one_way_when_it_is_done_and_the_other_when_time_is_over(
    org: Organisation, at: datetime
) -> None:
    late = {"do": "tag", "id": "late", "tag": "遅れ"}
    steps = [
        stage.CALL,
        {"do": "wait_until", "id": "called", "task": "call", "time": 3, "unit": "days", "otherwise": [late]},
    ]
    stage.published(stage.document(steps=steps), at=at)
    quick, slow = stage.account("早い", at=at), stage.account("遅い", at=at)
    for one in (quick, slow):
        stage.falls(one, at=at)
    stage.goes_on(at)
    done = Task.objects.get(account=quick)
    Task.objects.filter(pk=done.pk).update(state="done")
    journal.record("work.task.finished", actor=SYSTEM, at=at, account=quick.pk, subject=("task", done.pk),
                   personal={"title": "x"})  # fmt: skip
    stage.goes_on(at + DAY)
    assert Run.objects.get(account=quick).state == "done" and Run.objects.get(account=slow).state == "waiting"
    stage.goes_on(at + 3 * DAY)
    assert list(slow.tags.values_list("name", flat=True)) == ["遅れ"]
    assert not quick.tags.exists()
    assert list(RunStep.objects.filter(step="called").order_by("run_id").values_list("note__arm", flat=True)) == [
        "then",
        "otherwise",
    ]


def test_the_journal_names_the_run_whose_effect_an_entry_is(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(steps=[{"do": "tag", "id": "mark", "tag": "a"}]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    entry = Entry.objects.get(action="customers.account.tagged")
    assert (entry.actor_kind, entry.actor_key) == ("system", f"run:{Run.objects.get().pk}")
    assert entry.particulars["by"] == "立て直し"


def test_without_a_holdout_everybody_who_is_reached_is_written_down_as_treated(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert list(Exposure.objects.values_list("account", "arm", "share")) == [(account.pk, "treated", 0.0)]


def test_the_universal_group_is_touched_by_no_playbook(org: Organisation, at: datetime) -> None:
    UniversalHoldout.objects.create(pk=1, share=0.1, changed_at=at)
    for key in ("one", "two"):
        stage.published(stage.document(playbook=key), at=at)
    for n in range(60):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    held = {
        key: set(Run.objects.filter(playbook__key=key, state="held_out").values_list("account", flat=True))
        for key in ("one", "two")
    }
    assert held["one"] == held["two"] and 0 < len(held["one"]) < 20
    assert set(Run.objects.filter(state="held_out").values_list("reason", flat=True)) == {"universal"}


def test_the_chance_written_down_is_that_of_both_draws_and_stays_with_the_family(
    org: Organisation, at: datetime
) -> None:
    UniversalHoldout.objects.create(pk=1, share=0.1, changed_at=at)
    stage.published(stage.document(holdout={"share": 0.2}), at=at)
    parent = stage.account("親会社", at=at)
    stage.falls(parent, at=at)
    stage.goes_on(at)
    assert Exposure.objects.get().share == pytest.approx(1 - 0.9 * 0.8)
    stage.published(stage.document(holdout={"share": 0.5}), at=at)
    stage.falls(stage.account("子会社", at=at, parent=parent), at=at)
    stage.goes_on(at)
    rows = Exposure.objects.values_list("arm", "share")
    assert len(rows) == 2 and len(set(rows)) == 1, "drawn once, with the chance of that day"


def test_who_joins_the_universal_group_later_is_left_alone_from_then_on(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(limits={"again_after_days": 0}), at=at)
    accounts = [stage.account(f"会社{n}", at=at) for n in range(40)]
    for one in accounts:
        stage.falls(one, at=at)
    stage.goes_on(at)
    assert not Run.objects.filter(state="held_out").exists()
    UniversalHoldout.objects.create(pk=1, share=0.1, changed_at=at)
    later = at + timedelta(days=1)
    for one in accounts:
        stage.falls(one, at=later)
    stage.goes_on(later)
    assert 0 < Run.objects.filter(state="held_out", reason="universal").count() < 15
    assert set(Exposure.objects.values_list("arm", flat=True)) == {"treated"}, "what was drawn first stays written"


def _write(kind: str) -> dict[str, object]:
    words = {"subject": {"en": "s", "ja": "件名"}, "body": {"en": "b", "ja": "本文"}}
    return {
        "do": "send_mail",
        "id": "write",
        "approval": "draft",
        "kind": kind,
        "to": ["champion", "operator"],
        **words,
    }


def test_who_wants_no_mail_is_passed_over_for_the_next_role_and_the_owner_gets_a_task_when_none_is_left(
    org: Organisation, at: datetime
) -> None:
    account = stage.account(at=at, owner=stage.csm())
    for role in ("champion", "operator"):
        contacts.add(account, role, by=SYSTEM, at=at, role=role, emails=[f"{role}@x.example"])
    suppressions.add("champion@x.example", by=SYSTEM, at=at, reason="unsubscribed", kind="account")
    stage.published(stage.document(steps=[_write("account")]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert Mail.objects.get().to_address == "operator@x.example"
    assert not Task.objects.exists()
    suppressions.add("@x.example", by=SYSTEM, at=at)
    stage.published(stage.document(playbook="second", steps=[_write("account")]), at=at)
    stage.falls(account, at=at + DAY)
    stage.goes_on(at + DAY)
    assert Task.objects.get().account == account and Mail.objects.count() == 1


def test_marketing_without_anybody_s_consent_becomes_a_task(org: Organisation, at: datetime) -> None:
    sending.configure(by=SYSTEM, at=at, from_name="つむぎ", postal_address="東京都", enquiries="03-0000-0000")
    account = stage.account(at=at, owner=stage.csm())
    contacts.add(account, "山田", by=SYSTEM, at=at, role="champion", emails=["yamada@x.example"])
    stage.published(stage.document(steps=[_write("marketing")]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert not Mail.objects.exists() and Task.objects.get().account == account


def test_conditions_that_turn_each_other_back_are_stopped_within_the_month_and_stay_so(
    org: Organisation, at: datetime
) -> None:
    """One a day each, so that no day looks like a circle: what one puts on the other takes off."""
    account = stage.account(at=at)
    marked = {"field": "tags", "op": "contains", "value": "往復"}
    ways = {"one": (marked, "remove"), "two": ({"not": marked}, "add")}
    for key, (condition, way) in ways.items():
        step = {"do": "tag", "id": "turn", "tag": "往復", "way": way}
        told = {"playbook": key, "name": {"en": key, "ja": key}, "limits": {"again_after_days": 0}}
        stage.published(stage.document(when=[{"trigger": "condition", "is": condition}], steps=[step], **told), at=at)
    tags.change([account], add=["往復"], by=SYSTEM, at=at)
    for day in (*range(1, 25), *range(25, 90, 13)):
        stage.looks_whole(at + day * DAY)
    done = Run.objects.filter(state="done").values_list("playbook__key", flat=True)
    assert {key: list(done).count(key) for key in ways} == {"one": 10, "two": 10}
    stopped = Run.objects.get(state="skipped")
    assert stopped.reason == "loop" and "one → two → one" in stopped.why["en"]
    assert "10" in stopped.why["ja"] and "停止" in stopped.why["ja"]


def test_what_a_person_or_the_journal_begins_often_is_no_circle_of_conditions(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(limits={"again_after_days": 0}), at=at)
    for day in range(14):
        stage.falls(account, at=at + day * DAY)
        stage.goes_on(at + day * DAY)
    assert states() == [("done", "finished")] * 14


def test_who_is_approved_days_later_is_asked_again_whether_it_is_still_for_them(
    org: Organisation, at: datetime
) -> None:
    accounts_ = [stage.account(f"会社{n}", at=at, region="関東") for n in range(3)]
    who = {"all": [stage.CUSTOMERS, {"field": "region", "op": "=", "value": "関東"}]}
    stage.published(stage.document(who=who, limits={"approval_above": 1}), at=at)
    for one in accounts_:
        stage.falls(one, at=at)
    stage.goes_on(at)
    assert {state for state, _ in states()} == {"asked"}
    accounts.change(accounts_[0], region="関西", by=SYSTEM, at=at)
    later = at + 3 * DAY
    asking_leave.approve(Playbook.objects.get(), per_hour=0, by=SYSTEM, at=later)
    stage.goes_on(later)
    left = Run.objects.get(account=accounts_[0])
    assert (left.state, left.reason) == ("exited", "no_longer") and "関東" in left.why["ja"]
    assert set(Task.objects.values_list("account", flat=True)) == {one.pk for one in accounts_[1:]}


def test_a_version_that_is_published_between_a_sign_and_its_look_loses_nobody(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    when = [{"trigger": "condition", "is": {"field": "tags", "op": "contains", "value": "重点"}}]
    stage.published(stage.document(when=when), at=at)
    tags.change([account], add=["重点"], by=SYSTEM, at=at)
    stage.published(stage.document(when=when, steps=[{**stage.CALL, "title": "新しい題"}]), at=at)
    stage.looks_whole(at)
    assert Task.objects.get().title == "新しい題"
