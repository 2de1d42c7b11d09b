"""Tasks, meetings, files and notices of the permission matrix: each of them once per owner of an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import agendas, attachments, meetings, notices, task_templates, tasks
from nenrin.work.calendars import subscriptions
from nenrin.work.mail_in import receiving
from nenrin.work.models import Touch

if TYPE_CHECKING:
    from tests.web.matrix_world import World

CANARY = "zq7xkanarie"
PDF = b"%PDF-1.7 x"


def company(world: World, owner: str, account: Account, member: Member | None, touch: Touch, at: datetime) -> None:
    """A task, a meeting and their files on an account."""
    why = Text(f"{CANARY} left", f"{CANARY} が異動")
    task = tasks.open(
        account, f"{CANARY} 様へ電話", assignee=member, due_on=None, why=why, body=CANARY, by=SYSTEM, at=at
    )
    world.put("task", task.pk, owner)
    begins = at + timedelta(days=3650)  # ahead, whenever this is run
    words = {"agenda": CANARY, "place": CANARY, "contacts": list(account.contacts.all())}
    meeting = meetings.plan(account, f"{CANARY} 様と定例", starts_at=begins, owner=member, by=SYSTEM, at=at, **words)
    world.put("meeting", meeting.pk, owner)
    for holder, kind in (
        (task, "task_file"),
        (meeting, "meeting_file"),
        (touch, "touch_file"),
        (account, "account_file"),
    ):
        world.put(kind, attachments.add(holder, f"{CANARY}.pdf", [PDF], by=SYSTEM, at=at).pk, owner)


def rest(world: World, at: datetime) -> None:
    """What belongs to the viewer alone, and to everybody."""
    text = Text(f"{CANARY} called", f"{CANARY} から電話")
    notice = notices.tell(world.viewer, "mention.task", text=text, url="/tasks", key="matrix", by=SYSTEM, at=at)
    world.put("notice", notice.pk)
    world.put("task_template", task_templates.save("qbr", name="QBR", title="QBR", by=SYSTEM, at=at).key)
    world.put("agenda", agendas.save("qbr", name="QBR", agenda="1.", by=SYSTEM, at=at).key)
    url = f"https://calendar.example/{CANARY}.ics"
    world.put("calendar", subscriptions.subscribe(world.viewer, "仕事", url, by=SYSTEM, at=at).pk)
    mail = f"From: {CANARY}@else.example\r\nMessage-ID: <matrix@x>\r\nSubject: {CANARY}\r\n\r\n{CANARY}".encode()
    world.put("received", receiving.receive(mail, at=at, member=world.viewer).pk)
