"""A loss without a reason asks for it: a task for whoever has the account, else for a head, until somebody has said why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import tasks
from nenrin.work.models import Loss, Task

#: Business days within which it is to be said, and the minutes that takes.
WITHIN, MINUTES = 5, 10
#: What was decided longer ago came with history, and nobody is asked.
RECENT: Final = timedelta(days=90)
_TITLE = Text("Say why they leave", "解約理由を記入する")
_STAYS = Text("The customer stays", "解約の取り下げ")


def ask(losses: Iterable[Loss], *, at: datetime) -> None:
    """Open the task of each of these that has no reason. Safe to repeat. Journal: work.task.opened."""
    today = organisation.today(at)
    wanted = [row for row in losses if row.reason_id is None and row.decided_on >= today - RECENT]
    if not wanted:
        return
    head = Member.objects.filter(role=Role.HEAD, is_active=True).order_by("pk").first()
    for row in wanted:
        _open(row, _whom(row, head), today, at)


def _whom(loss: Loss, head: Member | None) -> Member | None:
    owner = loss.account.owner
    return owner if owner is not None and owner.is_active else head


def _open(loss: Loss, assignee: Member | None, today: date, at: datetime) -> None:
    language = assignee.language if assignee else loss.account.language
    tasks.open(
        loss.account, _TITLE.in_(language), assignee=assignee, due_on=add_business_days(today, WITHIN), kind="loss",
        minutes=MINUTES, body=f"{settings.BASE_URL}/losses/{loss.pk}", key=_key(loss), origin=("loss", str(loss.pk)),
        why=Text("The loss has no reason yet: what is not known is not learned from", "解約理由が未記入"),
        by=SYSTEM, at=at,
    )  # fmt: skip


def settle(loss: Loss, *, by: Actor, at: datetime) -> None:
    """It is explained, or withdrawn: nobody is asked any more. Safe to repeat. Journal: work.task.finished, dismissed."""
    task = Task.objects.open().filter(key=_key(loss)).select_related("assignee").first()
    if task is None:
        return
    if loss.withdrawn_at is not None:
        tasks.dismiss(task, _STAYS.in_(task.assignee.language if task.assignee else "ja"), by=by, at=at)
    elif loss.reason_id is not None:
        tasks.finish(task, outcome=loss.reason.name.in_(loss.account.language) if loss.reason else "", by=by, at=at)


def _key(loss: Loss) -> str:
    return f"loss:{loss.pk}"
