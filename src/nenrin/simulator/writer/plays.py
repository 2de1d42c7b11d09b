"""Playbooks that this team lives by: three have been live for some weeks, with accounts at every place of them."""

from collections import deque
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from nenrin.foundation import journal, organisation
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Entry
from nenrin.playbooks import library, playbooks, playing, reactions, runs, sweeps
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run, RunStep
from nenrin.playbooks.replaying import replays
from nenrin.simulator.writer.accounts import Book
from nenrin.work import tasks
from nenrin.work.models import Task

#: The colleague who answers for them.
WHO = "takagi"
#: Live for so many business days; what their triggers had heard of by then came in. Conditions are looked at later.
HEARING_DAYS, LOOKING_DAYS = 24, 6
#: Of a business day: runs go on in the morning, then the team does what they asked of it, then they go on again.
MORNING, AFTERNOON, EVENING = 10, 16, 17
#: What fell due in the last business days is still to be done.
LEFT_DAYS = 2
#: Playbook and step of its task -> minutes and what came of it.
CAME = {
    ("detractor", "call"): (
        25,
        "回答のお礼を伝え、理由を確認。操作の相談先が分かりにくいとのこと。窓口を案内し、対応を約束",
    ),
    ("detractor", "close"): (15, "対応内容を報告し、了承を得た"),
    ("notice-deadline", "decide"): (35, "継続の方針を確認。更新条件の見積もりを送付する"),
    ("notice-deadline", "review"): (60, "更新前レビューを実施。導入効果の数字に合意"),
    ("notice-deadline", "plan"): (20, "更新までの打ち合わせ日程を決めた"),
    ("low-usage", "call"): (20, "電話で状況を確認し、打ち合わせの日程を決めた"),
}
ONLY = {"detractor": {}, "low-usage": {"with_standing": True}, "notice-deadline": {"with_standing": True}}
REHEARSED = ("low-usage", "detractor")
#: A draft that is being worked on, and one that waits to be looked at.
DRAFTED, ASKED = "champion-left", "success-story"


def played(book: Book, *, now: datetime, is_whole: bool = True) -> int:
    """Publish, let what happened since begin its runs, and play them day by day; returns how many are live.

    Replays are asked for; a worker computes them where it is not to be whole.
    """
    by, today = book.ground.actor(WHO), organisation.today(now)
    begun, looked = (add_business_days(today, -days) for days in (HEARING_DAYS, LOOKING_DAYS))
    for key, changes in ONLY.items():
        _published(key, changes, by, book.at(begun if key == "detractor" else looked, MORNING - 1), now)
    for key in (DRAFTED, ASKED):
        playbooks.draft(library.documents()[key], by=by, at=now - timedelta(2))
    playbooks.ask(Playbook.objects.get(key=ASKED), by=by, at=now - timedelta(1))
    _lived(book, begun, looked, now)
    _intervened(book, today)
    for version in PlaybookVersion.objects.filter(state="live", playbook__key__in=REHEARSED):
        replays.ask(version, by=by, at=now)
    while is_whole and replays.step(now):
        pass
    return len(ONLY)


def _published(key: str, changes: dict[str, Any], by: Any, since: datetime, now: datetime) -> None:
    document = {**library.documents()[key], **changes}
    review = {"review_on": (now + timedelta(30 if key == "low-usage" else -3)).date().isoformat()}
    document["hypothesis"] = {**document.get("hypothesis", {}), **review}
    playbooks.draft(document, by=by, at=since)
    playbooks.publish(Playbook.objects.get(key=key), by=by, at=since, note="効果検証とあわせて開始")


def _lived(book: Book, begun: date, looked: date, now: datetime) -> None:
    """What the journal told since, each sign at its own moment, and the steps on every business day, in the hours in which
    anybody may be reached: whatever the hour at which the demo is made."""
    told = Entry.objects.filter(
        recorded_at__gte=book.at(begun, MORNING),
        recorded_at__lte=now,
        account__isnull=False,
        action="ingest.answer.given",
    )
    waiting, day, today = deque(told.order_by("recorded_at", "pk")), begun, organisation.today(now)
    left = add_business_days(today, -LEFT_DAYS)
    while day <= today:
        _heard(waiting, min(book.at(day, MORNING), now))
        if day == looked:
            sweeps.look(book.at(day, MORNING))
        for hour in (MORNING, EVENING):
            if hour == EVENING and day < left:
                _worked(book, day)
            if book.at(day, hour) <= now:
                playing.play(book.at(day, hour))
        day = add_business_days(day, 1)
    _heard(waiting, now)
    journal.seal()
    newest = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    if newest is not None:
        journal.advance(reactions.READER, newest)


def _heard(waiting: deque[Entry], until: datetime) -> None:
    """The signs up to a moment, each at its own."""
    while waiting and waiting[0].recorded_at <= until:
        entry = waiting.popleft()
        with transaction.atomic():
            reactions.hear([entry], entry.recorded_at)
        playing.play(entry.recorded_at + timedelta(minutes=5))


def _worked(book: Book, day: date) -> None:
    """What runs asked for and is due by this day is done by whoever has it."""
    due = {
        str(task.pk): task
        for task in Task.objects.open().filter(origin_kind="playbook", due_on__lte=day, assignee__isnull=False)
    }
    if not due:
        return
    keys = {member.pk: key for key, member in book.ground.members.items()}
    steps = RunStep.objects.filter(run__in=[int(task.origin_key) for task in due.values()], kind="open_task")
    for step in steps.select_related("run__playbook").order_by("pk"):
        task = due.get(str(step.note.get("task")))
        came = CAME.get((step.run.playbook.key, step.step))
        if task is not None and came is not None:
            by = book.ground.actor(keys[task.assignee_id or 0])
            tasks.finish(task, minutes=came[0], outcome=came[1], by=by, at=book.at(day, AFTERNOON))


def _intervened(book: Book, today: date) -> None:
    """One run was ended by hand on the last business day: the owner had settled the matter already."""
    run = Run.objects.filter(playbook__key="low-usage", state="waiting").order_by("pk").first()
    if run is not None:
        runs.end(run, by=book.ground.actor("sato"), at=book.at(add_business_days(today, -1), AFTERNOON))
