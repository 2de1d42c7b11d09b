"""Notices: once a key, read, sent on by mail as their member wishes, never twice, never at night."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nenrin.customers import accounts, deputies
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import sending
from nenrin.foundation.models import Mail, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import notice_mails, notices, promise_reminders, promises, quiet_hours, tasks
from nenrin.work.models import Notice
from nenrin.work.models.notice import Way
from nenrin.work.notices import Ways
from tests import cast


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    line = sending.Line("smtp", "mail.example", 587, "starttls", "", "", "nenrin@example.jp")
    monkeypatch.setattr(sending, "line", lambda: line)


def tell(member: Member, at: datetime, key: str = "1", code: str = "mention.task") -> Notice:
    text = Text("Ken mentions you", f"山口がメンション {key}")
    return notices.tell(member, code, text=text, url="/tasks/1", key=key, by=SYSTEM, at=at)


def test_the_same_thing_is_told_once(mika: Member, at: datetime) -> None:
    assert tell(mika, at) == tell(mika, at + timedelta(days=1))
    notices.tell_many(
        [notices.News(member=mika, code="x", text=Text("", ""), key=key) for key in "123"], by=SYSTEM, at=at
    )
    assert Notice.objects.count() == 3


def test_a_mention_goes_by_mail_at_once_and_a_task_with_the_others_in_the_morning(
    mika: Member, at: datetime, server: None
) -> None:
    tell(mika, at)
    for key in ("a", "b"):
        tell(mika, at, key, "task.assigned")
    assert notice_mails.step(at) == 1
    [mail] = Mail.objects.all()
    assert mail.to_address == mika.email and mail.subject == "山口がメンション 1" and "/tasks/1" in mail.text
    assert notice_mails.step(at) == 0
    morning = datetime.fromisoformat("2026-11-25T08:00:00+09:00")
    assert notice_mails.step(morning - timedelta(seconds=1)) == 0
    assert notice_mails.step(morning) == 2 and notice_mails.step(morning) == 0
    digest = Mail.objects.latest("pk")
    assert digest.subject == "Nenrinからのお知らせ 2件" and "山口がメンション b" in digest.text
    assert Mail.objects.count() == 2


def test_what_was_read_in_the_app_is_not_mailed_again(mika: Member, at: datetime, server: None) -> None:
    first = tell(mika, at, "a", "task.assigned")
    notices.read(mika, [first.pk], at=at)
    assert notice_mails.step(at + timedelta(days=1)) == 1
    assert not Mail.objects.exists()


def test_without_a_mail_server_notices_stay_in_the_app(mika: Member, at: datetime) -> None:
    tell(mika, at)
    assert notice_mails.step(at) == 1 and not Mail.objects.exists()
    assert Notice.objects.unread().count() == 1


def test_a_member_who_wants_none_gets_none(mika: Member, at: datetime, server: None) -> None:
    notices.prefer(mika, {"mention": Ways(Way.OFF)}, by=SYSTEM, at=at)
    tell(mika, at)
    assert notice_mails.step(at + timedelta(days=3)) == 0


def test_whoever_reads_no_personal_data_is_mailed_the_kind_alone(org: Organisation, at: datetime, server: None) -> None:
    tell(cast.member(Role.EXECUTIVE, "役員"), at)
    notice_mails.step(at)
    assert "山口" not in Mail.objects.get().text


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T07:59", "2026-11-24T08:00"),
        ("2026-11-24T20:00", "2026-11-25T08:00"),
        ("2026-11-21T10:00", "2026-11-24T08:00"),  # a Saturday before a holiday on Monday
        ("2026-12-28T21:00", "2027-01-04T08:00"),
    ],
)
def test_nobody_is_written_to_at_night_or_on_a_holiday(at: str, due: str) -> None:
    moment = datetime.fromisoformat(f"{at}+09:00")
    assert quiet_hours.permitted(moment, ZoneInfo("Asia/Tokyo")) == datetime.fromisoformat(f"{due}+09:00")


def test_a_worker_that_comes_late_holds_mails_until_the_morning(mika: Member, at: datetime, server: None) -> None:
    tell(mika, at)
    night = datetime.fromisoformat("2026-11-24T23:30:00+09:00")
    assert notice_mails.step(night) == 1 and not Mail.objects.exists(), "put off"
    assert notice_mails.step(night) == 0
    assert notice_mails.step(datetime.fromisoformat("2026-11-25T08:00:00+09:00")) == 1 and Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "morning"),
    [("2025-12-26T18:00", "2026-01-05T08:00"), ("2026-05-01T18:00", "2026-05-07T08:00"), ("2026-11-16T18:00", "2026-11-20T08:00")],
    ids=["turn of the year", "golden week", "a week"],
)  # fmt: skip
def test_what_was_told_before_days_off_is_news_on_the_morning_after_them(
    mika: Member, server: None, told: str, morning: str
) -> None:
    first = datetime.fromisoformat(f"{told}+09:00")
    tell(mika, first, code="task.assigned")
    assert notice_mails.step(first + timedelta(hours=3)) == 0
    assert notice_mails.step(datetime.fromisoformat(f"{morning}+09:00")) == 1 and Mail.objects.count() == 1


def test_after_four_business_days_it_is_no_news(mika: Member, server: None) -> None:
    """The worker stood still from Monday to the Tuesday after the next."""
    tell(mika, datetime.fromisoformat("2026-11-16T18:00:00+09:00"))
    assert notice_mails.step(datetime.fromisoformat("2026-11-24T10:00:00+09:00")) == 1 and not Mail.objects.exists()


def test_a_mail_worker_counts_the_hours_of_the_member_s_own_zone(mika: Member, at: datetime, server: None) -> None:
    Member.objects.filter(pk=mika.pk).update(zone="Europe/Berlin")
    mika.refresh_from_db()
    tell(mika, datetime.fromisoformat("2026-11-24T10:00:00+09:00"))  # two at night in Berlin
    assert notice_mails.step(datetime.fromisoformat("2026-11-24T15:59:00+09:00")) == 0
    assert notice_mails.step(datetime.fromisoformat("2026-11-24T16:00:00+09:00")) == 1


def test_many_at_once_for_one_member_are_one_mail(mika: Member, at: datetime, server: None) -> None:
    ken = cast.member(Role.CSM, "山口 健")
    for n in range(notice_mails.MOST_APART + 1):
        tell(mika, at, str(n))
        if n < notice_mails.MOST_APART:
            tell(ken, at, str(n))
    notice_mails.step(at)
    assert Mail.objects.filter(member=mika.pk).count() == 1
    assert Mail.objects.filter(member=ken.pk).count() == notice_mails.MOST_APART


def test_more_than_one_round_holds_goes_out_in_several_each_once(
    mika: Member, at: datetime, server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_mails, "AT_ONCE", 2)
    monkeypatch.setattr(notice_mails, "MOST", 3)
    members = [mika, *(cast.member(Role.CSM, name) for name in ("山口 健", "三浦 恵"))]
    for member in members:
        for n in range(7):
            tell(member, at, str(n), "task.assigned")
    morning = datetime.fromisoformat("2026-11-25T08:00:00+09:00")
    done = []
    while moved := notice_mails.step(morning):
        done.append(moved)
    assert sum(done) == 21 and max(done) <= 6
    for member in members:
        texts = [mail.subject + mail.text for mail in Mail.objects.filter(member=member.pk).order_by("pk")]
        assert [sum(f"山口がメンション {n}" in text for text in texts) for n in range(7)] == [1] * 7


# --- deputies ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ito(mika: Member) -> Member:
    return cast.member(Role.HEAD, "伊藤 悠斗")


def _away(mika: Member, ito: Member, at: datetime) -> date:
    today = organisation.today(at)
    deputies.appoint(mika, ito, from_on=today, until_on=today + timedelta(7), by=SYSTEM, at=at)
    return today


def test_a_deputy_hears_what_whoever_is_away_is_told_and_for_whom(mika: Member, ito: Member, at: datetime) -> None:
    tell(mika, at, "before")
    assert not Notice.objects.filter(member=ito).exists()
    _away(mika, ito, at)
    assert tell(mika, at).member == mika and tell(mika, at).member == mika
    notices.tell_many(
        [notices.News(member=mika, code="task.assigned", text=Text("Task", "タスク"), key="2")] * 2, by=SYSTEM, at=at
    )
    heard = {row.code: row.words for row in Notice.objects.filter(member=ito)}
    assert heard["mention.task"].ja == "（佐藤 美咲の代理）山口がメンション 1"
    assert heard["task.assigned"].en == "For 佐藤 美咲: Task" and Notice.objects.filter(member=ito).count() == 2
    assert Notice.objects.filter(member=mika).count() == 3
    tell(ito, at, "own")
    assert Notice.objects.filter(member=mika).count() == 3, "not the other way round"
    tell(mika, at + timedelta(days=7), "after")
    assert Notice.objects.filter(member=ito).count() == 3


def test_a_deputy_does_not_hear_of_what_they_did_themselves(mika: Member, ito: Member, at: datetime) -> None:
    _away(mika, ito, at)
    text = Text("Done", "完了")
    notices.tell(mika, "task.done", text=text, url="/tasks/1", key="1", by=Actor.of(ito), at=at)
    assert not Notice.objects.filter(member=ito).exists()


def test_reminders_of_promises_and_tasks_reach_the_deputy(mika: Member, ito: Member, at: datetime) -> None:
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    today = _away(mika, ito, at)
    tasks.open(account, "資料を送る", assignee=mika, due_on=today, by=SYSTEM, at=at)
    promises.make(account, "帳票の英語版", due_on=today, owner=mika, by=Actor.of(mika), at=at)
    promise_reminders.remind(today, at=at)
    heard = set(Notice.objects.filter(member=ito).values_list("code", flat=True))
    assert heard == {"task.assigned", "promise.due"}
