"""Meetings: planned, moved, cancelled, held; what was said becomes the account's timeline exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts, contacts
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.permissions import Permission
from nenrin.foundation.roles import Role
from nenrin.work import meetings, touches
from nenrin.work.models import Meeting, Notice, Touch
from nenrin.work.models.meeting import State
from nenrin.work.privacy import meetings as privacy
from tests import cast


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.DRIFTING, by=SYSTEM, at=at)


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲")


def planned(account: Account | None, mika: Member, at: datetime, **more: object) -> Meeting:
    given = {"starts_at": at + timedelta(hours=1), "owner": mika, "by": Actor.of(mika), "at": at, **more}
    return meetings.plan(account, "月次定例", **given)  # type: ignore[arg-type]


def test_a_meeting_is_planned_once_with_its_people(account: Account, mika: Member, at: datetime) -> None:
    ken = cast.member(Role.CSM, "山口 健")
    tanaka = contacts.add(account, "田中 一郎", by=SYSTEM, at=at, emails=["tanaka@shinonome.example"])
    who = {"contacts": [tanaka], "members": [mika, ken], "addresses": [("X@Else.example", "X")]}
    made = planned(account, mika, at, key="qbr:1", agenda="1. 利用状況", link="https://meet.example/a", **who)
    assert planned(account, mika, at, key="qbr:1") == made
    assert made.minutes == 60
    assert {each.shown for each in made.attendees.all()} == {"田中 一郎", "佐藤 美咲", "山口 健", "X"}
    [notice] = Notice.objects.all()
    assert notice.member == ken and notice.words.ja == "打ち合わせ: 月次定例 (東雲精機株式会社) 2026/11/24 10:00"
    meetings.invite(made, contacts=[], members=[mika, ken], by=SYSTEM, at=at)
    assert {each.shown for each in made.attendees.all()} == {"佐藤 美咲", "山口 健", "X"}


def test_what_was_said_is_in_the_timeline_once_and_corrected_there(
    account: Account, mika: Member, at: datetime
) -> None:
    made, by = planned(account, mika, at), Actor.of(mika)
    with pytest.raises(Refused):
        meetings.hold(made, "まだ", by=by, at=at)
    later = at + timedelta(hours=2)
    held = meetings.hold(made, "更新に前向き", by=by, at=later)
    assert (held.state, held.touch.minutes, held.touch.happened_at) == (State.HELD, 60, made.starts_at)
    meetings.hold(made, "更新に前向き。稟議は12月", minutes=75, by=by, at=later)
    [touch] = Touch.objects.all()
    assert (touch.body, touch.minutes, touch.version) == ("更新に前向き。稟議は12月", 75, 2)
    assert Entry.objects.filter(action="work.meeting.written", account=account.pk).count() == 1
    touches.retract(touch, by=by, at=later)
    meetings.hold(made, "書き直し", by=by, at=later)
    assert Touch.objects.standing().get().body == "書き直し"


def test_a_whole_day_is_no_measure_of_work(account: Account, mika: Member, at: datetime) -> None:
    made, by = planned(account, mika, at, ends_at=at + timedelta(days=2), is_all_day=True), Actor.of(mika)
    later = at + timedelta(hours=2)
    assert meetings.hold(made, "訪問", by=by, at=later).touch.minutes is None
    assert meetings.hold(made, "訪問", minutes=90, by=by, at=later).touch.minutes == 90
    assert meetings.hold(made, "訪問。次回は1月", by=by, at=later).touch.minutes == 90, "said before, not unsaid"


def test_a_moved_meeting_keeps_its_length_and_a_cancelled_one_comes_back(
    account: Account, mika: Member, at: datetime
) -> None:
    ken = cast.member(Role.CSM, "山口 健")
    made = planned(account, mika, at, ends_at=at + timedelta(hours=1, minutes=30), members=[ken])
    moved = meetings.move(made, at + timedelta(days=2), by=Actor.of(mika), at=at, version=1)
    assert moved.minutes == 30
    with pytest.raises(Conflict):
        meetings.move(made, at + timedelta(days=3), by=SYSTEM, at=at, version=1)
    meetings.cancel(made, "先方都合", by=Actor.of(mika), at=at)
    assert [notice.code for notice in Notice.objects.filter(member=ken).order_by("pk")] == [
        "meeting.invited",
        "meeting.moved",
        "meeting.cancelled",
    ]
    assert not Meeting.objects.standing().exists()
    assert meetings.restore(made, by=SYSTEM, at=at).state == State.PLANNED


def test_bad_words_are_refused_by_field(account: Account, mika: Member, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        planned(account, mika, at, link="javascript:alert(1)", ends_at=at, place="x" * 301)
    assert {fault.field for fault in refused.value.faults} == {"link", "ends_at", "place"}


def test_what_belongs_to_no_account_is_seen_by_its_people_alone(account: Account, mika: Member, at: datetime) -> None:
    head, ken = cast.member(Role.HEAD, "部長"), cast.member(Role.CSM, "山口 健")
    own = planned(None, mika, at, members=[ken])
    shared = planned(account, mika, at)
    see = {who: set(Meeting.objects.for_member(who, Permission.MEETINGS_VIEW)) for who in (head, ken, mika)}
    assert see == {head: {shared}, ken: {own, shared}, mika: {own, shared}}


def test_a_person_is_forgotten_in_meetings(account: Account, mika: Member, at: datetime) -> None:
    made = planned(account, mika, at, agenda="田中様の異動", addresses=[("tanaka@else.example", "田中")])
    assert privacy.exported(["田中"]) and privacy.erase(["田中"], at=at) == 2
    made.refresh_from_db()
    assert made.agenda == "—様の異動" and not made.attendees.exists()
