"""Meetings on their pages: the list by day, the form, the brief, calendars in and out, mails to match."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.calendar import day_of, start_of
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import CurrentMeasure
from nenrin.web import telling
from nenrin.work import agendas, meetings, objectives, plans, promises, tasks, touches
from nenrin.work.mail_in import receiving
from nenrin.work.models import CalendarSubscription, Meeting, ReceivedMail, Touch
from tests import cast


@pytest.fixture
def now() -> datetime:
    """Pages show what is ahead of this very moment."""
    return datetime.now(UTC)


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def account(org: Organisation, mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    contacts.add(made, "田中 一郎", by=SYSTEM, at=at, emails=["tanaka@shinonome.example"])
    return made


@pytest.fixture
def client(mika: Member) -> Client:
    browser = Client()
    browser.force_login(mika)
    return browser


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def planned(account: Account | None, mika: Member, now: datetime, hours: float = 24, **more: object) -> Meeting:
    given = {"starts_at": now + timedelta(hours=hours), "owner": mika, "by": Actor.of(mika), "at": now, **more}
    return meetings.plan(account, "月次定例", **given)  # type: ignore[arg-type]


def test_meetings_stand_by_day_and_say_what_lacks_notes(
    client: Client, account: Account, mika: Member, now: datetime
) -> None:
    planned(account, mika, now)
    old = planned(account, mika, now, -48)
    assert "月次定例" in page(client, "/meetings") and cast.DRIFTING in page(client, "/meetings?whose=team")
    assert "記録なし" in page(client, "/meetings?when=open&whose=all")
    client.post(f"/meetings/{old.pk}/do/hold", {"notes": "更新に前向き", "minutes": "40", "version": 1})
    assert Touch.objects.get().body == "更新に前向き"
    assert "該当する打ち合わせはありません" in page(client, "/meetings?when=open&whose=all")
    clash = client.post(f"/meetings/{old.pk}/do/hold", {"notes": "別の記録", "version": 1})
    assert (
        clash.status_code == 409 and "別の記録" in clash.content.decode() and "更新に前向き" in clash.content.decode()
    )
    client.post(f"/meetings/{old.pk}/do/hold", {"notes": "別の記録", "version": 2})
    assert Touch.objects.get().body == "別の記録"


def test_a_meeting_is_planned_with_an_agenda_changed_and_cancelled(
    client: Client, account: Account, mika: Member, at: datetime
) -> None:
    agendas.save("qbr", name="QBR", agenda="1. 成果\n2. 次の一手", minutes=90, by=SYSTEM, at=at)
    shown = page(client, f"/meetings/new?account={account.pk}&agenda=qbr")
    assert "2. 次の一手" in shown and "田中 一郎" in shown
    words = {
        "title": "QBR",
        "account": cast.DRIFTING,
        "day": "2027-01-12",
        "clock": "10:00",
        "minutes": "90",
        "members": [mika.pk],
    }
    client.post("/meetings/new", words)
    made = Meeting.objects.get()
    assert (made.starts_at, made.minutes, made.account) == (datetime(2027, 1, 12, 1, tzinfo=UTC), 90, account)
    tanaka = account.contacts.get()
    client.post(f"/meetings/{made.pk}/edit", {**words, "clock": "15:00", "contacts": [tanaka.pk], "version": 1})
    made.refresh_from_db()
    assert made.starts_at.hour == 6 and {each.shown for each in made.attendees.all()} == {"田中 一郎", "佐藤 美咲"}
    client.post(f"/meetings/{made.pk}/do/cancel", {"reason": "先方都合"})
    assert "先方都合" in page(client, f"/meetings/{made.pk}")
    client.post(f"/meetings/{made.pk}/do/restore")
    assert Meeting.objects.get().state == "planned"
    bad = client.post("/meetings/new", {**words, "link": "javascript:alert(1)"})
    assert bad.status_code == 422 and Meeting.objects.count() == 1


def test_the_brief_says_what_changed_was_promised_and_is_open(
    client: Client, account: Account, mika: Member, at: datetime, now: datetime
) -> None:
    meeting = planned(account, mika, now, agenda="更新の意向", contacts=[account.contacts.get()])
    touches.write(
        account,
        "call",
        title="前回の電話",
        body="予算は12月に確定",
        happened_at=at - timedelta(days=20),
        by=Actor.of(mika),
        at=at,
    )
    promises.make(account, "帳票の英語版", due_on=date(2026, 12, 1), owner=mika, by=SYSTEM, at=at)
    tasks.open(account, "資料を送る", assignee=mika, due_on=date(2026, 12, 1), by=SYSTEM, at=at)
    left = contacts.add(account, "小林 次郎", by=SYSTEM, at=at)
    contacts.change(left, by=SYSTEM, at=at, left_on=date(2026, 11, 20))
    shown = page(client, f"/meetings/{meeting.pk}/brief")
    for words in ("更新の意向", "予算は12月に確定", "帳票の英語版", "資料を送る", "田中 一郎", "小林 次郎", "前回"):
        assert words in shown, words
    client.post("/preferences", {"language": "en", "next": "/"})
    assert "Since we last spoke" in page(client, f"/meetings/{meeting.pk}/brief")
    alone = planned(None, mika, now)
    assert "No account is known" in page(client, f"/meetings/{alone.pk}/brief")


def test_the_brief_tells_health_use_and_the_plan_with_figures(
    client: Client, account: Account, mika: Member, at: datetime, now: datetime
) -> None:
    meeting = planned(account, mika, now)
    told = {"band_en": "At risk", "band_ja": "危険", "score": 31, "finding_en": "", "finding_ja": "ログインが減少。"}
    journal.record(
        "insight.health.fell", actor=SYSTEM, at=now - timedelta(hours=1), account=account.pk, particulars=told
    )
    for measure, value in (("weekly_active_users", 42.0), ("usage_trend", 0.66), ("active_user_share", 0.525)):
        CurrentMeasure.objects.create(account=account, measure=measure, value=value, as_of=date(2026, 11, 23))
    plan = plans.open(account, "定着の計画", success="2営業日目に締まること", owner=mika, by=SYSTEM, at=at)
    told_to = {"plan": plan, "by": SYSTEM, "at": at}
    objectives.add(title="毎週の利用", sort="usage", measure="active_user_share", target=0.7, **told_to)
    theirs = objectives.add(
        title="記録作業の削減", sort="business", figure="作業時間", unit="時間", baseline=120.0, target=70.0, **told_to
    )
    objectives.measure(theirs, 95, by=SYSTEM, at=at)
    shown = page(client, f"/meetings/{meeting.pk}/brief")
    parts = {key: shown.split(f'id="{key}"')[1].split("</section>")[0] for key in ("news", "usage", "plan")}
    assert "危険" in parts["news"] and "31" in parts["news"]
    assert ">42<" in parts["usage"] and "66.0%" in parts["usage"]
    for words in ("2営業日目に締まること", "毎週の利用", "53% / 70%", "95時間 / 70時間"):
        assert words in parts["plan"], (words, parts["plan"])


def test_the_review_of_the_plan_is_noted_from_the_brief(
    client: Client, account: Account, mika: Member, at: datetime, now: datetime
) -> None:
    meeting = planned(account, mika, now)
    brief = f"/meetings/{meeting.pk}/brief"
    assert 'value="review"' not in page(client, brief), "there is no plan yet"
    plan = plans.open(account, "定着の計画", success="2営業日目に締まること", owner=mika, by=SYSTEM, at=at)
    assert 'value="review"' in page(client, brief) and f"/success-plans/{plan.pk}/deed" in page(client, brief)
    words = {"do": "review", "on": "2026-11-24", "words": "順調と確認", "next_on": "2027-02-24", "next": brief}
    answer = client.post(f"/success-plans/{plan.pk}/deed", words)
    assert (answer.status_code, answer["Location"]) == (302, brief)
    made = plan.reviews.get()
    assert (made.words, made.on, made.by) == ("順調と確認", date(2026, 11, 24), mika)
    assert "2027" in page(client, brief).split('id="plan"')[1]
    away = client.post(f"/success-plans/{plan.pk}/deed", {**words, "next": "https://elsewhere.example/"})
    assert away["Location"] == f"/success-plans/{plan.pk}"


def test_a_whole_day_has_no_hour_and_proposes_no_minutes(
    client: Client, account: Account, mika: Member, now: datetime
) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    begins = start_of(day_of(now, zone), zone).astimezone(UTC)
    times = {"starts_at": begins, "ends_at": begins + timedelta(days=1)}
    meeting = planned(account, mika, now, **times, is_all_day=True)
    for address in (f"/meetings/{meeting.pk}", f"/meetings/{meeting.pk}/brief", f"/accounts/{account.pk}/errands"):
        shown = page(client, address)
        assert "終日" in shown and begins.isoformat() not in shown and "00:00 – 00:00" not in shown, address
    assert 'max="1440" value=""' in page(client, f"/meetings/{meeting.pk}")
    meetings.move(meeting, datetime(2026, 11, 24, 15, tzinfo=UTC), by=Actor.of(mika), at=now)
    told = Entry.objects.get(action="work.meeting.moved")
    assert telling.sentence(told, {"title": "月次定例"}).ja == "打ち合わせを2026/11/25 （終日）に変更: 月次定例"


def test_whoever_reads_no_personal_data_sees_no_words_of_a_meeting(
    account: Account, mika: Member, now: datetime
) -> None:
    meeting = planned(
        account, mika, now, agenda="田中様の異動", place="田中様の部屋", contacts=[account.contacts.get()]
    )
    browser = Client()
    browser.force_login(cast.member(Role.EXECUTIVE, "役員"))
    for address in ("/meetings?whose=all", f"/meetings/{meeting.pk}", f"/meetings/{meeting.pk}/brief"):
        shown = page(browser, address)
        assert "田中" not in shown and "月次定例" not in shown, address
    assert browser.get("/meetings/mails").status_code == 403


def test_a_calendar_file_brings_meetings_and_an_address_gives_them_out(
    client: Client, account: Account, mika: Member, now: datetime
) -> None:
    begins = (now + timedelta(days=2)).strftime("%Y%m%dT%H%M%SZ")
    text = (f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:{begins}\r\nSUMMARY:訪問\r\n"
            "ATTENDEE:mailto:tanaka@shinonome.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")  # fmt: skip
    answer = client.post("/meetings/calendars", {"name": "仕事", "file": SimpleUploadedFile("a.ics", text.encode())})
    assert answer.status_code == 302 and Meeting.objects.get().account == account
    assert client.post("/meetings/calendars", {"name": "x", "url": "http://127.0.0.1/a.ics"}).status_code == 422
    assert client.post("/meetings/calendars", {"name": "x"}).status_code == 422
    client.post("/meetings/calendars", {"name": "外", "url": "https://calendar.example/secret-address.ics"})
    shown = page(client, "/meetings/calendars")
    assert "仕事" in shown and "secret-address" not in shown
    client.post("/meetings/calendars/feed", {"do": "open"})
    shown = page(client, "/meetings/calendars")
    url = "/calendar/" + shown.split("/calendar/")[1].split('"')[0].split("<")[0]
    assert "/calendar/" not in page(client, "/meetings/calendars")
    meetings.plan(account, "社内準備", starts_at=now + timedelta(hours=3), owner=mika, by=SYSTEM, at=now)
    outside = Client()
    feed = outside.get(url)
    assert feed["Content-Type"].startswith("text/calendar") and "社内準備" in feed.content.decode().replace("\r\n ", "")
    assert "訪問" not in feed.content.decode()  # it is in their calendar already
    assert outside.get("/calendar/guessed.ics").status_code == 404 and outside.post(url).status_code in (403, 405)
    client.post("/meetings/calendars/feed", {"do": "revoke"})
    assert outside.get(url).status_code == 404
    row = CalendarSubscription.objects.get(name="仕事")
    other = Client()
    other.force_login(cast.member(Role.CSM, "山口 健"))
    assert other.post(f"/meetings/calendars/{row.pk}/end").status_code == 404
    client.post(f"/meetings/calendars/{row.pk}/end")
    assert not Meeting.objects.filter(title="訪問").exists()


def test_a_mail_that_names_nobody_we_know_is_put_with_an_account_by_hand(
    client: Client, account: Account, mika: Member, at: datetime
) -> None:
    raw = f"From: {mika.email}\r\nTo: someone@else.example\r\nSubject: 見積\r\nMessage-ID: <1@x>\r\n\r\n本文".encode()
    receiving.receive(raw, at=at, member=mika)
    assert "見積" in page(client, "/meetings/mails")
    assert "未紐付けメール 1件" in page(client, "/meetings")
    row = ReceivedMail.objects.get()
    client.post(f"/meetings/mails/{row.pk}", {"account": "いない会社"})
    assert ReceivedMail.objects.get().state == "unmatched"
    client.post(f"/meetings/mails/{row.pk}", {"account": cast.DRIFTING})
    assert Touch.objects.get().account == account
    assert "未紐付けのメールはありません" in page(client, "/meetings/mails")


def test_the_list_is_taken_out(client: Client, account: Account, mika: Member, now: datetime) -> None:
    planned(account, mika, now)
    text = b"".join(client.get("/meetings/export.csv").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("id,開始,終了") and cast.DRIFTING in text
