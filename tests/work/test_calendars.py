"""Calendars read in and out: recurrences, moved and cancelled single ones, people found, nothing twice, nothing inside
the house called."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from icalendar import Calendar

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import bounded
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import meetings, tasks
from nenrin.work.calendars import feeds, fetching, reading, subscriptions
from nenrin.work.calendars.fetching import Page
from nenrin.work.models import CalendarSubscription, Meeting
from tests import cast

TOKYO = ZoneInfo("Asia/Tokyo")
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
WEEKLY = """BEGIN:VEVENT
UID:weekly@example
DTSTAMP:20261101T000000Z
SUMMARY:月次定例\\, 東雲精機
DTSTART;TZID=Asia/Tokyo:20261103T100000
DTEND;TZID=Asia/Tokyo:20261103T103000
RRULE:FREQ=WEEKLY;BYDAY=TU
EXDATE;TZID=Asia/Tokyo:20261208T100000
LOCATION:https://meet.example/abc
ATTENDEE;CN=田中:mailto:Tanaka@shinonome.example
END:VEVENT
BEGIN:VEVENT
UID:weekly@example
DTSTAMP:20261101T000000Z
RECURRENCE-ID;TZID=Asia/Tokyo:20261201T100000
SUMMARY:月次定例（時間変更）
DTSTART;TZID=Asia/Tokyo:20261202T150000
DTEND;TZID=Asia/Tokyo:20261202T160000
ATTENDEE:mailto:tanaka@shinonome.example
END:VEVENT
"""
AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
UNTIL = AT + timedelta(days=60)


def ics(*events: str) -> str:
    return HEAD + "".join(events).replace("\n", "\r\n") + "END:VCALENDAR\r\n"


def event(uid: str, begins: str, *lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", begins, *lines, "END:VEVENT", ""])


def days(content: str) -> list[str]:
    return [f"{each.starts_at.astimezone(TOKYO):%m-%d %H:%M}" for each in reading.happenings(content, AT, UNTIL, TOKYO)]


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at, domain="shinonome.example")
    contacts.add(made, "田中 一郎", by=SYSTEM, at=at, emails=["tanaka@shinonome.example"])
    return made


class Outside:
    """A calendar at an address, as tests write it."""

    def __init__(self, content: str) -> None:
        self.content, self.asked = content, 0

    def __call__(self, url: str, etag: str) -> Page:
        self.asked += 1
        tag = f'"{hash(self.content)}"'
        return Page(None) if etag == tag else Page(self.content, tag)


def subscribed(mika: Member, at: datetime) -> CalendarSubscription:
    return subscriptions.subscribe(mika, "仕事", "webcal://calendar.example/secret.ics", by=Actor.of(mika), at=at)


def test_a_weekly_meeting_is_written_out_with_its_exceptions() -> None:
    found = days(ics(WEEKLY))
    assert found[:4] == ["11-24 10:00", "12-02 15:00", "12-15 10:00", "12-22 10:00"]  # 1 Dec moved, 8 Dec left out
    first = reading.happenings(ics(WEEKLY), AT, UNTIL, TOKYO)[0]
    assert (first.title, first.link) == ("月次定例, 東雲精機", "https://meet.example/abc")
    assert first.ends_at - first.starts_at == timedelta(minutes=30)
    assert first.people == (reading.Person("tanaka@shinonome.example", "田中"),)


def test_a_change_for_all_that_follow_moves_them_until_another_does() -> None:
    """Daily at ten from the 24th; from the 26th an hour later; on the 27th alone at four; from the 28th none."""
    zone = "TZID=Asia/Tokyo"
    series = event("1@x", f"DTSTART;{zone}:20261124T100000", "RRULE:FREQ=DAILY;COUNT=7", "SUMMARY:朝会")
    later = event(
        "1@x",
        f"DTSTART;{zone}:20261126T110000",
        f"RECURRENCE-ID;RANGE=THISANDFUTURE;{zone}:20261126T100000",
        "SUMMARY:朝会（変更）",
    )
    alone = event("1@x", f"DTSTART;{zone}:20261127T160000", f"RECURRENCE-ID;{zone}:20261127T100000", "SUMMARY:夕会")
    found = ["11-24 10:00", "11-25 10:00", "11-26 11:00", "11-27 16:00", "11-28 11:00", "11-29 11:00", "11-30 11:00"]
    assert days(ics(series, later, alone)) == found
    assert [each.title for each in reading.happenings(ics(series, later), AT, UNTIL, TOKYO)] == ["朝会"] * 2 + [
        "朝会（変更）"
    ] * 5
    over = event(
        "1@x",
        f"DTSTART;{zone}:20261128T100000",
        f"RECURRENCE-ID;RANGE=THISANDFUTURE;{zone}:20261128T100000",
        "STATUS:CANCELLED",
    )
    assert days(ics(series, later, alone, over)) == found[:4]


@pytest.mark.parametrize(
    ("begins", "lines", "found"),
    [
        ("DTSTART:20261126T010000Z", ["DURATION:PT90M"], ["11-26 10:00"]),
        ("DTSTART:20261126T100000", [], ["11-26 10:00"]),  # no zone: the organisation's
        ("DTSTART;VALUE=DATE:20261126", [], ["11-26 00:00"]),
        ("DTSTART;TZID=America/New_York:20261126T100000", ["RRULE:FREQ=DAILY;COUNT=2"], ["11-27 00:00", "11-28 00:00"]),
        ("DTSTART;TZID=Asia/Tokyo:20261126T100000", ["RRULE:FREQ=DAILY;UNTIL=20261128T010000Z"], ["11-26 10:00", "11-27 10:00", "11-28 10:00"]),
        ("DTSTART;TZID=Asia/Tokyo:20260131T100000", ["RRULE:FREQ=MONTHLY"], ["12-31 10:00"]),
        ("DTSTART;TZID=Asia/Tokyo:20261126T100000", ["RDATE;TZID=Asia/Tokyo:20261130T100000"], ["11-26 10:00", "11-30 10:00"]),
        ("DTSTART:20261126T010000Z", ["STATUS:CANCELLED"], []),
        ("DTSTART:20270601T010000Z", [], []),
        ("DTSTART;TZID=Asia/Tokyo:20261126T100000", ["RRULE:FREQ=SECONDLY"], ["11-26 10:00"]),
        ("DTSTART;TZID=Asia/Tokyo:20261126T100000", ["RRULE:FREQ=NEVERLY;BYDAY=XX"], ["11-26 10:00"]),
    ],
)  # fmt: skip
def test_events_of_every_form_are_read(begins: str, lines: list[str], found: list[str]) -> None:
    assert days(ics(event("1@x", begins, *lines))) == found


def test_a_rule_that_says_every_second_costs_no_time() -> None:
    every = ",".join(str(n) for n in range(60))
    rule = f"RRULE:FREQ=DAILY;BYHOUR={','.join(str(n) for n in range(24))};BYMINUTE={every};BYSECOND={every}"
    began = time.process_time()
    assert days(ics(event("1@x", "DTSTART:19700101T000000Z", rule))) == []
    assert time.process_time() - began < 2


def test_who_answers_drop_by_drop_is_left_alone() -> None:
    with pytest.raises(TimeoutError, match="no answer within"):
        bounded.within(0.05, lambda: time.sleep(5))
    with pytest.raises(ValueError, match="invalid literal"):
        bounded.within(5, lambda: int("x"))
    assert bounded.within(5, lambda: 7) == 7


def test_an_hour_stays_where_it_is_when_the_clock_is_put_back() -> None:
    rule = event("1@x", "DTSTART;TZID=America/New_York:20261020T090000", "RRULE:FREQ=WEEKLY")
    early = datetime(2026, 10, 20, tzinfo=UTC)
    found = reading.happenings(ics(rule), early, early + timedelta(days=21), TOKYO)
    assert [f"{each.starts_at:%m-%d %H}" for each in found] == ["10-20 13", "10-27 13", "11-03 14"]


@pytest.mark.parametrize("content", ["", "<html>", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT", "x" * (6 * 1024 * 1024)])
def test_what_is_no_calendar_is_refused_with_words_for_its_owner(content: str) -> None:
    with pytest.raises(reading.Unreadable):
        reading.happenings(content, AT, UNTIL, TOKYO)


@examples(max_examples=60)
@given(st.lists(st.sampled_from([*ics(WEEKLY).splitlines(), "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "DTSTART:99999999", "END:VEVENT", "RDATE:1", "DURATION:-P1D", "ATTENDEE:", "RECURRENCE-ID:20261201"]), max_size=25))  # fmt: skip
def test_whatever_stands_in_a_calendar_it_is_read_or_refused(lines: list[str]) -> None:
    try:
        found = reading.happenings(ics("\n".join(lines) + "\n"), AT, UNTIL, TOKYO)
    except reading.Unreadable:
        return
    assert all(AT <= each.starts_at < UNTIL and each.ends_at >= each.starts_at for each in found)


def test_todays_meetings_come_from_the_members_calendar_with_account_and_people(
    mika: Member, account: Account, at: datetime
) -> None:
    private = event("2@x", "DTSTART;TZID=Asia/Tokyo:20261124T180000", "SUMMARY:歯医者")
    leave = event("3@x", "DTSTART;VALUE=DATE:20261125", "SUMMARY:休暇")
    row, outside = subscribed(mika, at), Outside(ics(WEEKLY, private, leave))
    assert "secret" not in row.sealed_url
    assert subscriptions.step(at, outside) == 1 and subscriptions.step(at, outside) == 0
    first = Meeting.objects.of(mika).earliest("starts_at")
    assert (first.account, first.owner) == (account, mika)
    assert [each.shown for each in first.attendees.all()] == ["田中 一郎"]
    dentist = Meeting.objects.get(title="歯医者")
    assert dentist.account is None and not Entry.objects.filter(references__kind="meeting", references__key=dentist.pk)
    assert not Meeting.objects.filter(title="休暇").exists()
    assert (
        Entry.objects.filter(action="work.meeting.planned", account=account.pk).count()
        == Meeting.objects.filter(account=account).count()
    )


def test_reading_again_changes_moves_and_removes_and_makes_nothing_twice(
    mika: Member, account: Account, at: datetime
) -> None:
    single = event("9@x", "DTSTART:20261126T010000Z", "SUMMARY:打ち合わせ", "ATTENDEE:mailto:new@shinonome.example")
    row, outside = subscribed(mika, at), Outside(ics(WEEKLY, single))
    subscriptions.read(row, at=at, fetch=outside)
    count = Meeting.objects.count()
    assert Meeting.objects.get(outside="9@x").account == account  # by its domain
    again = subscriptions.read(row, at=at + timedelta(minutes=30), fetch=outside)
    assert (Meeting.objects.count(), again.failures, again.events) == (count, 0, count)
    outside.content = ics(WEEKLY, single.replace("T010000Z", "T030000Z"))
    subscriptions.read(row, at=at + timedelta(hours=1), fetch=outside)
    moved = Meeting.objects.get(outside="9@x")
    assert (moved.starts_at.hour, moved.version) == (3, 2)
    outside.content = ics(WEEKLY)
    subscriptions.read(row, at=at + timedelta(hours=2), fetch=outside)
    assert not Meeting.objects.filter(outside="9@x").exists() and Meeting.objects.count() == count - 1


def test_what_a_person_made_of_it_stays(mika: Member, account: Account, at: datetime) -> None:
    other = accounts.open("別の会社", by=SYSTEM, at=at)
    row, outside = (
        subscribed(mika, at),
        Outside(ics(event("9@x", "DTSTART:20261124T013000Z", "SUMMARY:打ち合わせ"), WEEKLY)),
    )
    subscriptions.read(row, at=at, fetch=outside)
    meeting = Meeting.objects.get(outside="9@x")
    meetings.change(meeting, by=SYSTEM, at=at, account=other)
    held = Meeting.objects.filter(outside__startswith="weekly").earliest("starts_at")
    meetings.hold(held, "更新に前向き", by=Actor.of(mika), at=at + timedelta(hours=3))
    subscriptions.read(row, at=at + timedelta(hours=3), fetch=outside)
    assert Meeting.objects.get(outside="9@x").account == other
    outside.content = ics()
    subscriptions.read(row, at=at + timedelta(hours=4), fetch=outside)
    assert Meeting.objects.get(outside="9@x").state == "cancelled"
    assert set(Meeting.objects.values_list("state", flat=True)) == {"cancelled", "held"}


def test_a_calendar_that_fails_says_so_and_keeps_what_is_there(mika: Member, account: Account, at: datetime) -> None:
    row = subscribed(mika, at)
    subscriptions.read(row, at=at, fetch=Outside(ics(WEEKLY)))
    count = Meeting.objects.count()
    failed = subscriptions.read(row, at=at, fetch=Outside("<html>Sign in</html>"))
    assert failed.failures == 1 and "カレンダー" in failed.trouble["ja"] and Meeting.objects.count() == count
    assert failed.next_at == at + subscriptions.EVERY
    assert subscriptions.read(row, at=at, fetch=Outside("")).next_at == at + 2 * subscriptions.EVERY
    subscriptions.end(row, by=Actor.of(mika), at=at)
    assert Meeting.objects.filter(starts_at__gte=at).count() == 0 and subscriptions.step(at + timedelta(days=1)) == 0


def test_a_file_goes_on_day_by_day_without_being_sent_again(mika: Member, account: Account, at: datetime) -> None:
    row = subscriptions.upload(mika, "出張", ics(WEEKLY).encode("utf-8-sig"), by=Actor.of(mika), at=at)
    count = Meeting.objects.count()
    assert row.next_at == datetime(2026, 11, 24, 15, tzinfo=UTC)
    subscriptions.step(at + timedelta(days=28))
    assert Meeting.objects.count() == count + 4
    with pytest.raises(Refused):
        subscriptions.upload(mika, "x", b"\xff\xd8\xff", by=SYSTEM, at=at)


@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.example/a.ics",
        "file:///etc/passwd",
        "https://user:pass@calendar.example/a.ics",
        "https://calendar.example:22/a.ics",
        "https://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://169.254.169.254/latest/meta-data",
        "https://0x7f000001/a.ics",
        "https://[64:ff9b::7f00:1]/a.ics",
        "https://10.0.0.1/a.ics",
        "https://localhost/a.ics",
        "webcal://localhost/a.ics",
        "ftp://calendar.example/a.ics",
        "https://calendar.example/",
    ],
)
def test_no_address_inside_the_house_is_asked(url: str) -> None:
    with pytest.raises(reading.Unreadable):
        fetching.fetch(url)


def test_the_feed_shows_ones_own_tasks_and_meetings_until_it_is_revoked(
    mika: Member, account: Account, at: datetime
) -> None:
    ownership.assign(account, mika, by=SYSTEM, at=at)
    meetings.plan(
        account, "月次定例", starts_at=at + timedelta(hours=2), owner=mika, agenda="1. 利用状況", by=SYSTEM, at=at
    )
    tasks.open(account, "資料を送る", assignee=mika, due_on=date(2026, 11, 27), by=SYSTEM, at=at)
    tasks.open(account, "他の人の分", assignee=None, due_on=date(2026, 11, 27), by=SYSTEM, at=at)
    secret = feeds.open(mika, by=Actor.of(mika), at=at)
    assert feeds.find(secret, at=at) == mika and feeds.find("x" * 43, at=at) is None
    shown = Calendar.from_ical(feeds.rendered(mika, at=at)).walk("VEVENT")
    assert sorted(str(each["SUMMARY"]) for each in shown) == [
        "✓ 資料を送る (東雲精機株式会社)",
        "月次定例 (東雲精機株式会社)",
    ]
    assert reading.happenings(feeds.rendered(mika, at=at).decode(), AT, UNTIL, TOKYO)[0].title.startswith("月次定例")
    other = feeds.open(mika, by=Actor.of(mika), at=at)
    assert feeds.find(secret, at=at) is None
    feeds.revoke(mika, by=Actor.of(mika), at=at)
    assert feeds.find(other, at=at) is None
