"""What goes along when somebody else takes an account over: its open tasks, promises and success plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from nenrin.customers import handovers
from nenrin.customers.models import Account, Handover
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import notices, plans, promises, tasks
from nenrin.work.models.plan import PlanState, SuccessPlan
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task

_OPEN = (PlanState.DRAFT, PlanState.AGREED)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is open at the account, whoever has it; on acceptance what the giver has goes to the receiver."""

    tasks: Sequence[Task]
    promises: Sequence[Promise]
    plans: Sequence[SuccessPlan]

    @property
    def counts(self) -> Mapping[str, int]:
        return {"tasks": len(self.tasks), "promises": len(self.promises), "plans": len(self.plans)}


def contents(row: Handover) -> Contents:
    """Three queries."""
    open_tasks = Task.objects.open().filter(account=row.account_id).select_related("assignee")
    open_promises = Promise.objects.open().filter(account=row.account_id).select_related("owner")
    open_plans = SuccessPlan.objects.filter(account=row.account_id, state__in=_OPEN).select_related("owner")
    return Contents(list(open_tasks), list(open_promises), list(open_plans))


def propose(
    account: Account, receiver: Member, *, by: Actor, at: datetime, phase: Phase = Phase.PRIMARY, note: str = ""
) -> Handover:
    """Ask a member to take over, and tell them. As customers.handovers.propose."""
    with transaction.atomic():
        row = handovers.propose(account, receiver, by=by, at=at, phase=phase, note=note)
        text = Text(f"You are asked to take over {account.name}", f"{account.name}の引き継ぎを依頼されました")
        _tell(row, receiver, "proposed", text, by, at)
    return row


def propose_many(
    accounts: Sequence[Account], receiver: Member, *, by: Actor, at: datetime, note: str = ""
) -> list[Handover]:
    """The same for many; those that cannot be asked for are left out."""
    with transaction.atomic():
        made = handovers.propose_many(accounts, receiver, by=by, at=at, note=note)
        for row in made:
            name = row.account.name
            text = Text(f"You are asked to take over {name}", f"{name}の引き継ぎを依頼されました")
            _tell(row, receiver, "proposed", text, by, at)
    return made


def accept(row: Handover, *, by: Actor, at: datetime) -> Handover:
    """Take the account over, with the giver's open tasks, promises and plans; the giver is told.

    Raises handovers.Answered. Journal: customers.handover.accepted, and each thing's own entry.
    """
    with transaction.atomic():
        held = contents(row)
        accepted = handovers.accept(row, by=by, at=at, contents=held.counts)
        _give(held, accepted.giver_id, accepted.receiver, by, at)
        if accepted.giver is not None:
            name, who = accepted.account.name, accepted.receiver.name
            _tell(
                accepted,
                accepted.giver,
                "accepted",
                Text(f"{who} took over {name}", f"{who}が{name}を引き継ぎました"),
                by,
                at,
            )
    return accepted


def _give(held: Contents, giver: int | None, receiver: Member, by: Actor, at: datetime) -> None:
    if giver is None:
        return
    for task in held.tasks:
        if task.assignee_id == giver:
            tasks.assign(task, receiver, by=by, at=at)
    for promise in held.promises:
        if promise.owner_id == giver:
            promises.change(promise, owner=receiver, by=by, at=at)
    for plan in held.plans:
        if plan.owner_id == giver:
            plans.change(plan, owner=receiver, by=by, at=at)


def _tell(row: Handover, member: Member, verb: str, text: Text, by: Actor, at: datetime) -> None:
    key, url = f"handover:{row.pk}:{verb}", f"/handovers/{row.pk}"
    notices.tell(member, f"handoff.{verb}", account=row.account, key=key, by=by, at=at, url=url, text=text)
