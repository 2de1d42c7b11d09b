"""What the colleagues of the vendor have to do and whom they meet: tasks of every kind, today's meetings, templates, a
calendar that is read, a mail that waits for its account."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from nenrin.customers.models import Account, Contact
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.foundation.models import Member
from nenrin.simulator.economy.workdays import worked
from nenrin.simulator.writer import gathering
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import agendas, attachments, meetings, notices, task_templates, tasks
from nenrin.work.calendars import subscriptions
from nenrin.work.mail_in import receiving
from nenrin.work.models import Notice, Task

_WORDS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "prose" / "errands.yaml").read_text(encoding="utf-8")
)
#: Who has a day full of them; the first of these has a calendar and a mail too.
WHO = ("sato", "ito", "nakajima", "okada")
OPENED_DAYS, READ_DAYS = 9, 6
JOIN = "https://meet.example/{key}"
STAMP = "%Y%m%dT%H%M%S"


def run(book: Book, *, now: datetime) -> int:
    """Write all of it; returns how many tasks there are. What lies in the past is told with its own instant."""
    _templates(book.ground.actor("takagi"), now)
    for key in WHO:
        member, by = book.ground.members[key], book.ground.actor(key)
        owned = _owned(member)
        if owned:
            _day(book, member, by, owned, now)
    sato = book.ground.members[WHO[0]]
    _calendar(book, sato, _owned(sato), now)
    _mail(sato, now)
    gathering.told(_WORDS, book, now=now)
    for member in book.ground.members.values():
        old = Notice.objects.filter(member=member, created_at__lt=now - timedelta(days=READ_DAYS))
        notices.read(member, list(old.values_list("pk", flat=True)), at=now)
    return Task.objects.count()


def _templates(by: Actor, now: datetime) -> None:
    for row in _WORDS["templates"]:
        task_templates.save(
            row["key"], name=row["name"], title=row["title"], minutes=row["minutes"], due_in=row["due_in"],
            checklist=row["steps"], by=by, at=now,
        )  # fmt: skip
    for row in _WORDS["agendas"]:
        agendas.save(
            row["key"],
            name=row["name"],
            title=row["title"],
            minutes=row["minutes"],
            agenda=row["agenda"],
            by=by,
            at=now,
        )


def _day(book: Book, member: Member, by: Actor, owned: list[Account], now: datetime) -> None:
    today = organisation.today(now)
    for number, row in enumerate(_WORDS["tasks"]):
        if row["place"] < len(owned):
            _open(row, owned[row["place"]], member, by, today, now, f"{member.pk}:{number}")
    for row in _WORDS["done"]:
        if row["place"] < len(owned):
            _ended(row, owned[row["place"]], member, by, book, today)
    gone = _WORDS["dismissed"]
    if gone["place"] < len(owned):
        _ended(gone, owned[gone["place"]], member, by, book, today)
    own, language = _WORDS["own"], member.language
    tasks.open(
        None, own[language], assignee=member, due_on=worked(today, own["within"]), minutes=own["minutes"], by=by, at=now,
        every=own["every"], checklist=own["steps"][language], key=f"demo:own:{member.pk}",
    )  # fmt: skip
    for row in _WORDS["meetings"]:
        if row["place"] < len(owned):
            _meet(row, owned[row["place"]], member, by, book, today, now)


def _open(
    row: dict[str, Any], account: Account, member: Member, by: Actor, today: date, now: datetime, key: str
) -> None:
    said = account.language
    why = Text(row["why"]["en"], row["why"]["ja"]) if "why" in row else None
    opened = now - timedelta(days=OPENED_DAYS, hours=row["place"])
    task = tasks.open(
        account, row[said], assignee=member, due_on=worked(today, row["within"]), minutes=row["minutes"], by=by, at=opened,
        kind=row.get("kind", ""), why=why, body=row.get("body", {}).get(said, ""), every=row.get("every", ""),
        checklist=row.get("steps", {}).get(said, ()), key=f"demo:{key}",
    )  # fmt: skip
    for step in range(row.get("ticked", 0)):
        tasks.tick(task, step + 1, is_done=True, by=by, at=now - timedelta(days=1))
    if off := row.get("snooze"):
        tasks.snooze(task, worked(today + timedelta(days=off["days"])), off[said], by=by, at=now - timedelta(hours=2))
    if row.get("file"):
        file = _WORDS["file"]
        for holder in (task, account):
            attachments.add(holder, file["name"], [file["words"].encode()], by=by, at=now - timedelta(days=1))


def _ended(row: dict[str, Any], account: Account, member: Member, by: Actor, book: Book, today: date) -> None:
    said, ended_on = account.language, add_business_days(today, -row["ago"])
    ended, opened = book.at(ended_on, 17), book.at(ended_on - timedelta(days=6), 9)
    task = tasks.open(
        account, row[said], assignee=member, due_on=ended_on, minutes=row["minutes"], by=by, at=opened,
        key=f"demo:ended:{member.pk}:{row['place']}:{row['ago']}",
    )  # fmt: skip
    if "reason" in row:
        tasks.dismiss(task, row["reason"][said], by=by, at=ended)
    else:
        tasks.finish(task, outcome=row["outcome"][said], minutes=row["spent"], by=by, at=ended)


def _meet(
    row: dict[str, Any], account: Account, member: Member, by: Actor, book: Book, today: date, now: datetime
) -> None:
    said = account.language
    begins = book.at(worked(today, row["day"]), row["hour"], 30 if row.get("half") else 0)
    people = list(Contact.objects.filter(account=account, left_on__isnull=True, archived_at__isnull=True)[:2])
    planned = min(now, begins) - timedelta(days=8)
    meeting = meetings.plan(
        account, row[said], starts_at=begins, ends_at=begins + timedelta(minutes=row["minutes"]), owner=member, by=by,
        at=planned, contacts=people, members=[member], agenda=row.get("agenda", {}).get(said, ""),
        link=JOIN.format(key=f"{account.pk}-{row['place']}") if row.get("online") else "",
        place="" if row.get("online") else account.prefecture, key=f"demo:{member.pk}:{row['place']}:{row['day']}",
    )  # fmt: skip
    if "notes" in row:
        meetings.hold(meeting, row["notes"][said], by=by, at=begins + timedelta(minutes=row["minutes"] + 20))


def _calendar(book: Book, member: Member, owned: list[Account], now: datetime) -> None:
    """A calendar file with the team's weekly meeting, left out on holidays, and a visit that its attendee's address matches."""
    words, today = _WORDS["calendar"], organisation.today(now)
    person = Contact.objects.filter(account=owned[8], emails__isnull=False).first() if len(owned) > 8 else None
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//demo//JA"]
    monday = today - timedelta(days=today.weekday())
    lines += _event(
        "weekly", words["weekly"], monday, time(9, 30), 30, "RRULE:FREQ=WEEKLY", *_left_out(monday, time(9, 30))
    )
    if person is not None:
        address = f"ATTENDEE;CN={person.name}:mailto:{person.emails.all()[0].address}"
        lines += _event("visit", words["visit"], worked(today, 1), time(16), 60, address)
    content = "\r\n".join([*lines, "END:VCALENDAR", ""])
    subscriptions.upload(member, words["name"], content.encode(), by=Actor.of(member), at=now)


def _left_out(first: date, clock: time) -> list[str]:
    """The weeks of a year in which the day is a holiday: a rule of a calendar file knows none."""
    days = [first + timedelta(weeks=week) for week in range(54)]
    return [
        f"EXDATE;TZID=Asia/Tokyo:{datetime.combine(day, clock):{STAMP}}" for day in days if not is_business_day(day)
    ]


def _event(uid: str, title: str, day: date, clock: time, minutes: int, *extra: str) -> list[str]:
    begins = datetime.combine(day, clock)
    ends = begins + timedelta(minutes=minutes)
    return [
        "BEGIN:VEVENT", f"UID:{uid}@demo", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}",
        f"DTSTART;TZID=Asia/Tokyo:{begins:{STAMP}}", f"DTEND;TZID=Asia/Tokyo:{ends:{STAMP}}", *extra, "END:VEVENT",
    ]  # fmt: skip


def _mail(member: Member, now: datetime) -> None:
    """One that a member forwarded, and whose sender nobody knows."""
    words = _WORDS["mail"]
    raw = (
        f"From: {member.email}\r\nTo: timeline@nenrin.example\r\nSubject: Fwd: {words['subject']}\r\n"
        "Message-ID: <demo-1@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"From: info@aozora-kikai.example\r\n\r\n{words['body']}\r\n"
    )
    receiving.receive(raw.encode(), at=now - timedelta(hours=3), member=member)


def _owned(member: Member) -> list[Account]:
    return list(Account.objects.standing().filter(owner=member, status="customer").order_by("-mrr_minor", "pk")[:10])
