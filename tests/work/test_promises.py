"""The ledger of promises: made once, kept with evidence, waived with a reason, overdue by the calendar alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts, contacts
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import handoff_rounds, promises
from nenrin.work.models import Notice, Promise
from nenrin.work.models.promise import Standing
from nenrin.work.privacy import promises as privacy
from tests import cast

TODAY = date(2026, 11, 24)  # a Tuesday, after a holiday


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.STARTING, by=SYSTEM, at=at)


def made(account: Account, at: datetime, **fields: object) -> Promise:
    told = {"due_on": TODAY + timedelta(7), "owner": None, "by": SYSTEM, "at": at} | fields
    return promises.make(account, "連携の手順書を渡す", **told)  # type: ignore[arg-type]


def test_a_promise_says_who_promised_what_to_whom_and_by_when(account: Account, at: datetime) -> None:
    seller, csm = cast.member(Role.SALES, "山口"), cast.member(Role.CSM)
    person = contacts.add(account, "田中 隆志", by=SYSTEM, at=at)
    row = made(account, at, owner=csm, contact=person, by=Actor.of(seller))
    assert (row.given_by, row.contact, row.owner, row.given_on) == (seller, person, csm, TODAY)
    entry = Entry.objects.get(action="work.promise.made")
    assert "手順書" not in str(entry.particulars)
    assert journal.sentence(entry, entry.personal.payload).ja == "約束事: 連携の手順書を渡す（期限 2026-12-01）"
    assert Notice.objects.get(member=csm).code == "promise.given"


def test_asked_for_twice_under_a_key_it_is_one_promise(account: Account, at: datetime) -> None:
    assert made(account, at, key="crm:1") == made(account, at, key="crm:1")
    assert Promise.objects.count() == Entry.objects.filter(action="work.promise.made").count() == 1


def test_nobody_writes_late_into_a_row_the_calendar_does(account: Account, at: datetime) -> None:
    row = made(account, at, due_on=TODAY)
    assert row.standing_on(TODAY) is Standing.OPEN
    assert row.standing_on(TODAY + timedelta(1)) is Standing.OVERDUE
    rows = Promise.objects.all()
    assert not rows.standing(Standing.OVERDUE, TODAY) and rows.standing(Standing.OVERDUE, TODAY + timedelta(1))


def test_it_is_kept_with_its_evidence_and_can_be_opened_again(account: Account, at: datetime) -> None:
    row = promises.keep(
        made(account, at), by=SYSTEM, at=at, outcome="説明会で渡した", evidence_url="https://x.example/1"
    )
    assert (row.state, row.settled_on, row.evidence_url) == ("kept", TODAY, "https://x.example/1")
    assert promises.keep(row, by=SYSTEM, at=at).version == row.version  # said twice, done once
    assert promises.reopen(row, by=SYSTEM, at=at).state == "open"


def test_waiving_asks_for_a_reason(account: Account, at: datetime) -> None:
    row = made(account, at)
    with pytest.raises(Refused):
        promises.waive(row, "  ", by=SYSTEM, at=at)
    assert promises.waive(row, "先方が不要と判断", by=SYSTEM, at=at).outcome == "先方が不要と判断"


def test_a_link_that_is_no_web_address_is_refused(account: Account, at: datetime) -> None:
    for url in ("javascript:alert(1)", "file:///etc/passwd", "https://", "https://a b"):
        with pytest.raises(Refused):
            promises.keep(made(account, at), by=SYSTEM, at=at, evidence_url=url)


def test_bad_words_are_refused_and_nothing_is_written(account: Account, at: datetime) -> None:
    other = contacts.add(accounts.open(cast.LOST, by=SYSTEM, at=at), "別の会社の人", by=SYSTEM, at=at)
    with pytest.raises(Refused) as refused:
        promises.make(
            account, " ", due_on=date(1, 1, 1), owner=None, contact=other, by=SYSTEM, at=at, toward="長" * 121
        )
    assert {fault.field for fault in refused.value.faults} == {"words", "due_on", "contact", "toward"}
    assert not Promise.objects.exists()


def test_two_people_do_not_overwrite_each_other(account: Account, at: datetime) -> None:
    row = made(account, at)
    promises.change(row, by=SYSTEM, at=at, version=1, words="手順書を渡す")
    with pytest.raises(Conflict):
        promises.change(row, by=SYSTEM, at=at, version=1, words="手順書を送る")


def test_owners_hear_once_that_the_day_comes_and_once_that_it_has_passed(account: Account, at: datetime) -> None:
    csm = cast.member(Role.CSM)
    made(account, at, owner=csm, by=Actor.of(csm), due_on=date(2026, 11, 27))  # the third business day
    made(account, at, owner=csm, by=Actor.of(csm), due_on=date(2026, 11, 30), key="later")
    handoff_rounds.step(at)
    handoff_rounds.step(at)
    assert [row.code for row in Notice.objects.all()] == ["promise.due"]
    handoff_rounds.step(at + timedelta(days=5))  # the 29th: the first is late, the second is due tomorrow
    assert sorted(Notice.objects.values_list("code", flat=True)) == ["promise.due", "promise.due", "promise.overdue"]


def test_a_person_is_handed_over_and_forgotten(account: Account, at: datetime) -> None:
    row = promises.waive(made(account, at, toward="田中 隆志"), "田中 隆志様の依頼", by=SYSTEM, at=at)
    assert privacy.exported(["田中 隆志"])[0]["toward"] == "田中 隆志"
    assert privacy.erase(["田中 隆志"], at=at) == 1
    row.refresh_from_db()
    assert (row.toward, row.outcome) == ("—", "—様の依頼")
    assert Entry.objects.get(action="work.promise.waived").personal.payload == {}
    assert privacy.erase(["田中 隆志"], at=at) == 0
