"""Answers to what the day proposes: take it on, put it off, put it away, give it to a colleague; and take that back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Entry, Member
from nenrin.values import Text
from nenrin.work import tasks
from nenrin.work.models.queue import Answered, QueueAnswer
from nenrin.work.models.task import Task
from nenrin.work.queue.reasons import Reason

LONGEST_SNOOZE = timedelta(days=366)
MOST_WORDS = 300
#: Until when an answer can be taken back.
UNDO_FOR = timedelta(days=7)
_TAKEN_BACK = Text("Taken back on My day", "今日やることで取り消し")


class TooLate(ValueError):
    """This answer can no longer be taken back: its task has been worked on, or it is too long ago."""


@dataclass(frozen=True, slots=True)
class Given:
    """`deed` names the answer, to take it back; `task` is what it opened or handled."""

    deed: str
    task: Task | None


def accept(
    member: Member, account: Account, reasons: Sequence[Reason], *, by: Actor, at: datetime, due_on: date | None = None
) -> Given:
    """Take the leading reason's play on: a task for the member, due as the play says. A task stays as it is.

    Safe to repeat: the same reason on the same facts is the same task. Journal: work.queue.accepted, work.task.opened.
    """
    with transaction.atomic():
        task = _task(member, account, reasons, member, due_on, by, at)
        return _answer(Answered.ACCEPTED, member, account, reasons, by, at, task=task)


def finish(member: Member, account: Account, reasons: Sequence[Reason], *, by: Actor, at: datetime) -> Given:
    """The task that the leading reason is is done. Raises Refused. Journal: work.queue.finished, work.task.finished."""
    with transaction.atomic():
        task = _handled(reasons)
        if task is None:
            raise Refused.one("account", Text("no task: take it on first", "完了するタスクがない: 先に着手する"))
        task = tasks.finish(task, by=by, at=at)
        return _answer(Answered.FINISHED, member, account, reasons[:1], by, at, task=task)


def assign(
    member: Member,
    account: Account,
    reasons: Sequence[Reason],
    receiver: Member,
    *,
    by: Actor,
    at: datetime,
    words: str = "",
) -> Given:
    """Give the play to a colleague as a task of theirs. Raises Refused. Journal: work.queue.assigned, work.task.opened."""
    said = _said(words, required=False)
    if not receiver.is_active:
        raise Refused.one("member", Text("no such active member", "有効なメンバーではない"), receiver.name)
    with transaction.atomic():
        task = _task(member, account, reasons, receiver, None, by, at)
        return _answer(
            Answered.ASSIGNED, member, account, reasons, by, at, task=task, words=said, receiver=receiver
        )  # fmt: skip


def snooze(
    member: Member, account: Account, reasons: Sequence[Reason], *, until: date, words: str, by: Actor, at: datetime
) -> Given:
    """Not before this day, and this is why; a task is put off too. Raises Refused. Journal: work.queue.snoozed."""
    said, today = _said(words), organisation.today(at)
    if not today < until <= today + LONGEST_SNOOZE:
        raise Refused.one("until", Text("a day ahead, within a year", "明日以降、1年以内の日付"), until)
    with transaction.atomic():
        task = _handled(reasons)
        if task is not None:
            task = tasks.snooze(task, until, said, by=by, at=at)
        return _answer(Answered.SNOOZED, member, account, reasons, by, at, task=task, words=said, until_on=until)


def dismiss(
    member: Member, account: Account, reasons: Sequence[Reason], *, words: str, by: Actor, at: datetime
) -> Given:
    """Not at all on these facts, and this is why; a task is dismissed. Raises Refused. Journal: work.queue.dismissed."""
    said = _said(words)
    with transaction.atomic():
        task = _handled(reasons)
        if task is not None:
            task = tasks.dismiss(task, said, by=by, at=at)
        return _answer(Answered.DISMISSED, member, account, reasons, by, at, task=task, words=said)


def undo(member: Member, deed: str, *, by: Actor, at: datetime) -> int:
    """Take an answer back: its reasons are asked again, its task is as it was. Returns how many reasons.

    Raises TooLate. Safe to repeat. Journal: work.queue.undone, and the task's own.
    """
    with transaction.atomic():
        rows = list(QueueAnswer.objects.select_for_update(of=("self",)).filter(member=member, deed=deed))
        if not rows:
            return 0
        if at - rows[0].at > UNDO_FOR:
            raise TooLate(TooLate.__doc__)
        _untask(rows, member, by, at)
        QueueAnswer.objects.filter(pk__in=[row.pk for row in rows]).delete()
        journal.record(
            "work.queue.undone", actor=by, at=at, account=rows[0].account_id, subject=("deed", deed),
            particulars={"state": rows[0].state, "reasons": [row.code for row in rows]},
        )  # fmt: skip
    return len(rows)


def _untask(rows: Sequence[QueueAnswer], member: Member, by: Actor, at: datetime) -> None:
    row = rows[0]
    task = Task.objects.filter(pk=row.task_id).first() if row.task_id else None
    if task is None:
        return
    was_there = any(one.code == "task" and one.subject == str(task.pk) for one in rows)
    if row.state == Answered.SNOOZED:
        tasks.wake(task, by=by, at=at)
    elif row.state in (Answered.DISMISSED, Answered.FINISHED):
        tasks.reopen(task, by=by, at=at)
    elif row.state == Answered.ASSIGNED and was_there:
        tasks.assign(task, _before(task) or member, by=by, at=at)
    elif not was_there and not task.is_open:
        raise TooLate(TooLate.__doc__)
    elif not was_there:
        tasks.dismiss(task, _TAKEN_BACK.in_(member.language), by=by, at=at)


def _before(task: Task) -> Member | None:
    """Whose it was before it was given on: a deputy gives on what is somebody else's."""
    given = Entry.objects.filter(
        action="work.task.assigned", references__kind="task", references__key=str(task.pk)
    ).order_by("-pk").first()  # fmt: skip
    key = given.particulars.get("before_id") if given else None
    return Member.objects.filter(pk=key, is_active=True).first() if key else None


def _said(words: str, *, required: bool = True) -> str:
    said = " ".join(words.split())
    if len(said) > MOST_WORDS or (required and not said):
        least = 1 if required else 0
        raise Refused.one(
            "words", Text(f"from {least} to {MOST_WORDS} characters", f"{least}〜{MOST_WORDS}文字"), words
        )
    return said


def _task(
    member: Member,
    account: Account,
    reasons: Sequence[Reason],
    assignee: Member,
    due_on: date | None,
    by: Actor,
    at: datetime,
) -> Task:
    """The task that the leading reason is, given to the assignee; or one opened for it."""
    lead, there = reasons[0], _handled(reasons)
    if there is not None:
        return tasks.assign(there, assignee, by=by, at=at)
    key = f"queue:{member.pk}:{account.pk}:{lead.key}:{lead.fingerprint}"
    opened = tasks.open(
        account, lead.play.title.in_(assignee.language), assignee=assignee, due_on=due_on or lead.play.due_on, by=by, at=at,
        kind=lead.play.code, minutes=lead.play.minutes, why=_why(reasons), key=key, origin=("queue", lead.code),
    )  # fmt: skip
    if not opened.is_open:
        opened = tasks.reopen(opened, by=by, at=at)
    return opened if opened.assignee_id == assignee.pk else tasks.assign(opened, assignee, by=by, at=at)


def _handled(reasons: Sequence[Reason]) -> Task | None:
    lead = reasons[0]
    return Task.objects.filter(pk=lead.task).first() if lead.task is not None else None


def _why(reasons: Sequence[Reason]) -> Text:
    told = [*(one.headline for one in reasons[:2]), *reasons[0].evidence]
    return Text(
        ". ".join(one.en.rstrip(".") for one in told) + ".", "。".join(one.ja.rstrip("。") for one in told) + "。"
    )


def _answer(
    state: Answered, member: Member, account: Account, reasons: Sequence[Reason], by: Actor, at: datetime, *,
    task: Task | None = None, words: str = "", until_on: date | None = None, receiver: Member | None = None,
) -> Given:  # fmt: skip
    """One row a reason, in place of an earlier answer to it; one entry for all."""
    deed = secrets.token_hex(12)
    common: dict[str, Any] = {
        "state": state, "deed": deed, "until_on": until_on, "words": words, "receiver": receiver, "task": task, "at": at,
    }  # fmt: skip
    for one in reasons:
        if state is Answered.ACCEPTED and one.task is not None:
            continue  # it is a task already, and stays on the day until it is done
        own = {
            "fingerprint": one.fingerprint, "headline": {"en": one.headline.en, "ja": one.headline.ja}, "play": one.play.code,
        }  # fmt: skip
        QueueAnswer.objects.update_or_create(
            member=member, account=account, code=one.code, subject=one.subject, defaults={**common, **own}
        )
    _record(state, account, reasons, deed, by, at, words=words, until_on=until_on, receiver=receiver, task=task)
    return Given(deed, task)


def _record(
    state: Answered, account: Account, reasons: Sequence[Reason], deed: str, by: Actor, at: datetime, *,
    words: str, until_on: date | None, receiver: Member | None, task: Task | None,
) -> None:  # fmt: skip
    lead = reasons[0]
    note = {
        "reasons": [one.key for one in reasons], "play": lead.play.code, "minutes": lead.play.minutes, "until_on": until_on,
        "task_id": task.pk if task else None, "receiver_id": receiver.pk if receiver else None,
    }  # fmt: skip
    said = {
        "play_en": lead.play.title.en, "play_ja": lead.play.title.ja, "why_en": lead.headline.en,
        "why_ja": lead.headline.ja, "words": words, "receiver": receiver.name if receiver else "",
    }  # fmt: skip
    journal.record(
        f"work.queue.{state.value}", actor=by, at=at, account=account.pk, subject=("deed", deed), particulars=note,
        personal=said,
    )  # fmt: skip
