"""What colleagues without accounts of their own have to do, and when they sit together; and the programs that read along."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from nenrin.foundation import organisation, tokens
from nenrin.simulator.economy.workdays import worked
from nenrin.simulator.writer.accounts import Book
from nenrin.work import meetings, tasks
from nenrin.work.models import Meeting

#: Programs with a token, who answers for them, and how many days ago each was made.
PROGRAMS = (
    ("社内データ基盤", "hasegawa", 140, False),
    ("申込フォーム", "hasegawa", 60, True),
    ("旧BIツール", "admin", 320, False),
)
#: Its token was revoked so many days ago.
REVOKED, REVOKED_DAYS = "旧BIツール", 20


def told(words: dict[str, Any], book: Book, *, now: datetime) -> None:
    """Write their tasks and meetings, and make the tokens."""
    today = organisation.today(now)
    for number, row in enumerate(words["others"]):
        _task(row, book, today, now, f"demo:other:{number}")
    for number, row in enumerate([*words["gatherings"], words["cancelled"]]):
        _meeting(row, book, today, now, f"demo:gathering:{number}")
    for name, owner, ago, can_write in PROGRAMS:
        _program(name, owner, can_write, book, now - timedelta(ago), now)


def _task(row: dict[str, Any], book: Book, today: date, now: datetime, key: str) -> None:
    member, by = book.ground.members[row["who"]], book.ground.actor(row["of"])
    said, due = member.language, worked(today, row["within"])
    opened = now - timedelta(days=7 if row.get("done") else 1, hours=row["minutes"] % 7)
    task = tasks.open(
        None, row[said], assignee=member, due_on=due, minutes=row["minutes"], by=by, at=opened, key=key,
        every=row.get("every", ""), checklist=row.get("steps", {}).get(said, ()),
    )  # fmt: skip
    own = book.ground.actor(row["who"])
    for step in range(row.get("ticked", 0)):
        tasks.tick(task, step + 1, is_done=True, by=own, at=now - timedelta(hours=3))
    if done := row.get("done"):
        tasks.finish(task, outcome=done[said], minutes=row["minutes"], by=own, at=book.at(due, 17))


def _meeting(row: dict[str, Any], book: Book, today: date, now: datetime, key: str) -> None:
    owner, by = book.ground.members[row["of"]], book.ground.actor(row["of"])
    said, on = owner.language, worked(today, row["day"])
    begins = book.at(on, row["hour"])
    ends, planned = begins + timedelta(minutes=row["minutes"]), min(now, begins) - timedelta(days=2)
    meeting: Meeting = meetings.plan(
        None, row[said], starts_at=begins, ends_at=ends, owner=owner, by=by, at=planned, key=key,
        members=[owner, *(book.ground.members[who] for who in row["who"])], agenda=row.get("agenda", {}).get(said, ""),
    )  # fmt: skip
    if "notes" in row:
        meetings.hold(meeting, row["notes"][said], by=by, at=ends + timedelta(minutes=10))
    if "reason" in row:
        meetings.cancel(meeting, row["reason"][said], by=by, at=now - timedelta(hours=20))


def _program(name: str, owner: str, can_write: bool, book: Book, at: datetime, now: datetime) -> None:
    member, by = book.ground.members[owner], book.ground.actor("admin")
    secret = tokens.issue(member, name, at=at, by=by, can_write=can_write, expires_at=at + timedelta(days=365))
    used = now - timedelta(days=REVOKED_DAYS) if name == REVOKED else now - timedelta(hours=2)
    token = tokens.find(secret, at=used)
    if token is not None and name == REVOKED:
        tokens.revoke(token, by=by, at=used)
