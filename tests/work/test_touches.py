"""Meetings, calls, mails and notes: written by hand, counted as contact, changed, taken back, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.work import touches
from nenrin.work.models import Touch
from nenrin.work.privacy import touches as privacy
from tests import cast


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.DRIFTING, by=SYSTEM, at=at)


def test_a_meeting_is_in_the_journal_with_its_author_and_its_words_apart(account: Account, at: datetime) -> None:
    member = cast.member(Role.CSM)
    yesterday = at - timedelta(days=1)
    made = touches.write(
        account,
        "meeting",
        title="山田様と定例",
        body="更新に前向き",
        happened_at=yesterday,
        minutes=45,
        by=Actor.of(member),
        at=at,
    )
    assert (made.author, made.direction) == (member, "out")
    entry = Entry.objects.get(action="work.meeting.written")
    assert (entry.account, entry.valid_at, entry.recorded_at) == (account.pk, yesterday, at)
    assert "山田" not in str(entry.particulars)
    assert journal.sentence(entry, entry.personal.payload).ja == "打ち合わせ: 山田様と定例"
    body = {"channel": "meeting", "direction": "out", "human": True, "on": "2026-11-23", "minutes": 45}
    assert entry.particulars["fact"] == {"kind": "touch", "key": str(made.pk), "body": body}


def test_a_note_among_ourselves_is_no_contact_with_the_customer(account: Account, at: datetime) -> None:
    touches.write(account, "note", title="要注意", happened_at=at, by=SYSTEM, at=at)
    fact = Entry.objects.get(action="work.note.written").particulars["fact"]
    assert (fact["body"]["human"], fact["body"]["direction"]) == (False, "internal")


def test_what_was_written_reaches_the_lake_and_leaves_it_when_taken_back(account: Account, at: datetime) -> None:
    made = touches.write(account, "call", title="電話", happened_at=at - timedelta(days=3), by=SYSTEM, at=at)
    journal.seal()
    mirror.mirror_all(lakes.current())
    with lakes.current().session(known=None) as db:
        assert db.execute("select account, channel, on_day from touches").fetchall() == [
            (account.pk, "call", datetime(2026, 11, 21).date())  # noqa: DTZ001
        ]
    touches.retract(made, by=SYSTEM, at=at)
    touches.retract(made, by=SYSTEM, at=at)
    assert Entry.objects.filter(action="work.call.retracted").count() == 1
    assert not Touch.objects.standing().exists()


def test_bad_words_are_refused_by_field_and_nothing_is_written(account: Account, at: datetime) -> None:
    with pytest.raises(touches.Refused) as refused:
        touches.write(account, "dance", title=" ", happened_at=at + timedelta(days=1), by=SYSTEM, at=at)
    assert set(refused.value.faults) == {"channel", "title", "happened_at"}
    assert not Touch.objects.exists()


def test_two_people_do_not_overwrite_each_other(account: Account, at: datetime) -> None:
    made = touches.write(account, "call", title="電話", happened_at=at, by=SYSTEM, at=at)
    touches.change(made, by=SYSTEM, at=at, version=1, title="電話（更新の件）")
    with pytest.raises(touches.Conflict):
        touches.change(made, by=SYSTEM, at=at, version=1, title="電話した")
    assert touches.change(made, by=SYSTEM, at=at, title="電話（更新の件）").version == 2  # nothing to change


def test_a_person_is_handed_over_and_forgotten(account: Account, at: datetime) -> None:
    touches.write(
        account, "mail", title="山田 花子様へ", body="宛先 Hanako@example.jp", happened_at=at, by=SYSTEM, at=at
    )
    words = ["山田 花子", "hanako@example.jp"]
    assert privacy.exported(words)[0]["title"] == "山田 花子様へ"
    assert privacy.erase(words, at=at) == 1
    assert privacy.exported(words) == []
    row = Touch.objects.get()
    assert (row.title, row.body) == ("—様へ", "宛先 —")
    assert Entry.objects.get(action="work.mail.written").personal.payload == {}
    assert privacy.erase(words, at=at) == privacy.erase(["", ""], at=at) == 0


def test_a_note_tells_whom_it_mentions_once(account: Account, at: datetime) -> None:
    ken = cast.member(Role.CSM, "山口 健")
    made = touches.write(
        account, "note", title="相談", body="@山口 見積の確認をお願いします", happened_at=at, by=SYSTEM, at=at
    )
    touches.change(made, by=SYSTEM, at=at, body="@山口健 見積の確認済み")
    [notice] = ken.notices.all()
    assert notice.url == f"/accounts/{account.pk}/timeline" and "相談" in notice.words.ja
