"""Tasks that are due today or overdue: one's own, and those of whom one stands in for."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.task import Task
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import Portfolio
from nenrin.work.queue.reasons import Play, Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [_reason(row, member, on) for row in accounts.tasks if row.account_id in accounts.standing]


def _reason(row: Task, member: Member, on: date) -> Reason:
    assert row.account_id is not None and row.due_on is not None
    late = (on - row.due_on).days
    return Reason(
        account=row.account_id, code="task", subject=str(row.pk), headline=_headline(late), evidence=_evidence(row, member),
        play=_play(row, on), facts=(row.pk, row.due_on), is_promised=True, task=row.pk,
    )  # fmt: skip


def _headline(late: int) -> Text:
    if late == 0:
        return Text("Task due today", "タスクの期日が今日")
    return Text(f"Task overdue by {said.days(late).en}", f"タスクが{late}日超過")


def _evidence(row: Task, member: Member) -> tuple[Text, ...]:
    why = row.reasoning
    told = (said.sentence(why),) if why else ()
    if row.assignee is None or row.assignee_id == member.pk:
        return told
    name = row.assignee.name
    return (Text(f"For {name}, who is away.", f"不在の{name}の代理。"), *told)


def _play(row: Task, on: date) -> Play:
    kind = plays.KINDS["task"]
    known = plays.KINDS.get(row.kind, kind)
    title = Text(row.title, row.title)
    return Play(code=row.kind or "task", title=title, minutes=row.minutes or kind.minutes, moves=known.moves, due_on=on)
