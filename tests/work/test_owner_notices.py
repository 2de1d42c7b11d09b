"""Owners hear what befell their accounts; heads and administrators that mails go out no more."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Cursor, Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import owner_notices
from nenrin.work.models import Notice
from nenrin.work.notice_kinds import KINDS, OTHER, kind_of
from tests import cast

pytestmark = pytest.mark.django_db
FELL = {
    "band_en": "At risk",
    "band_ja": "危険",
    "score": 31,
    "finding_en": "Logins fell.",
    "finding_ja": "ログインが減少。",
}


@pytest.fixture
def owner(org: Organisation) -> Member:
    return cast.member(Role.CSM)


@pytest.fixture
def account(owner: Member, at: datetime) -> Account:
    made = accounts.open(cast.STARTING, by=SYSTEM, at=at)
    ownership.assign(made, owner, by=SYSTEM, at=at)
    return Account.objects.get(pk=made.pk)


def _happened(action: str, account: Account | None, at: datetime, by: Actor = SYSTEM, **particulars: object) -> None:
    journal.record(action, actor=by, at=at, account=account.pk if account else None, particulars=particulars)
    journal.seal(1000)


def test_an_owner_hears_once_that_health_fell(account: Account, owner: Member, at: datetime) -> None:
    owner_notices.step(at)
    _happened("insight.health.fell", account, at, **FELL)
    owner_notices.step(at)
    owner_notices.step(at)
    notice = Notice.objects.get(member=owner, code="health.fell")
    assert notice.text["ja"].startswith(account.name) and "危険" in notice.text["ja"]
    assert notice.url == f"/accounts/{account.pk}/health"


def test_what_one_did_oneself_and_what_is_long_past_is_no_news(account: Account, owner: Member, at: datetime) -> None:
    _happened("customers.subscription.noticed", account, at, by=Actor.of(owner), noticed_on="2026-11-20")
    _happened("insight.health.fell", account, at - timedelta(days=3), **FELL)
    owner_notices.step(at)
    assert not Notice.objects.filter(member=owner, code__in=("renewal.noticed", "health.fell")).exists()
    _happened("customers.subscription.noticed", account, at, noticed_on="2026-11-20")
    owner_notices.step(at)
    assert "2026-11-20" in Notice.objects.get(member=owner, code="renewal.noticed").text["en"]


def test_a_notice_deadline_is_told_once_a_stage(account: Account, owner: Member, at: datetime) -> None:
    today = date(2026, 11, 24)
    Account.objects.filter(pk=account.pk).update(status="customer", notice_on=today + timedelta(9))
    for day in (today - timedelta(5), today, today + timedelta(2), today + timedelta(3)):  # 14, 9, 7 and 6 days before
        owner_notices.deadlines(day, at=at)
    told = Notice.objects.filter(member=owner, code="renewal.deadline").order_by("pk")
    assert [notice.key.rpartition(":")[2] for notice in told] == ["14", "7"]


def test_heads_hear_that_sending_stopped_by_itself(account: Account, at: datetime) -> None:
    head = cast.member(Role.HEAD, "責任 者")
    _happened("foundation.sending.paused", None, at, why="不達が多いため停止しました。", code="bounces")
    owner_notices.step(at)
    assert Notice.objects.get(member=head, code="mail.paused").url == "/mails"


def test_every_sentence_finds_its_particulars_and_every_code_its_preference(account: Account, at: datetime) -> None:
    """All that is listed, with no more than what the entries of these actions carry."""
    owner_notices.step(at)
    known = {**FELL, "noticed_on": "2026-11-20", "before_en": "a", "before_ja": "a", "stage_en": "b", "stage_ja": "b"}
    for action in owner_notices.TOLD:
        _happened(action, account, at, **known)
    owner_notices.step(at)
    codes = set(Notice.objects.values_list("code", flat=True))
    assert codes >= {code for code, _, _ in owner_notices.TOLD.values()}
    assert all(kind_of(code) != OTHER for code in codes)
    assert {kind_of(code) for code in codes} >= {"health", "renewal", "journey", "plan", "mail"} <= set(KINDS)
    assert Entry.objects.exists()


def test_a_slower_worker_neither_tells_again_nor_puts_the_reader_back(
    account: Account, owner: Member, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_notices.step(at)
    _happened("insight.health.fell", account, at, **FELL)
    places: list[int] = []
    whole = owner_notices.transaction.atomic

    def interleaved(entries: object) -> object:
        raise AssertionError("told by the other one already")

    def atomic() -> object:
        """This one has read by now: the other does its round, and one more."""
        monkeypatch.setattr(owner_notices.transaction, "atomic", whole)
        owner_notices.step(at)
        _happened("insight.health.fell", account, at, **FELL)
        owner_notices.step(at)
        places.append(Cursor.objects.get(reader=owner_notices.READER).sequence)
        monkeypatch.setattr(owner_notices, "_of_sending", interleaved)
        return whole()

    monkeypatch.setattr(owner_notices.transaction, "atomic", atomic)
    assert owner_notices.step(at) == 0
    assert [Cursor.objects.get(reader=owner_notices.READER).sequence] == places
    assert Notice.objects.filter(member=owner, code="health.fell").count() == 2
