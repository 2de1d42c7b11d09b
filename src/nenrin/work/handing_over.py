"""What goes along when somebody else takes an account over: its open tasks, promises, success plans and onboarding."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from nenrin.customers import handovers
from nenrin.customers.models import Account, Handover
from nenrin.customers.statuses import Phase
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import left_open, notices, plans, promises, tasks
from nenrin.work.models.onboarding import OnboardingProject
from nenrin.work.models.plan import SuccessPlan
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task
from nenrin.work.onboarding import projects


@dataclass(frozen=True, slots=True)
class Contents:
    """What is open at the account, whoever has it; on acceptance what the giver has goes to the receiver."""

    tasks: Sequence[Task]
    promises: Sequence[Promise]
    plans: Sequence[SuccessPlan]
    projects: Sequence[OnboardingProject]

    @property
    def counts(self) -> Mapping[str, int]:
        return {noun: len(getattr(self, noun)) for noun in left_open.NOUNS}


def contents(row: Handover) -> Contents:
    """Four queries."""
    rows = left_open.of([row.account_id])
    return Contents(
        list(rows["tasks"].select_related("assignee")), list(rows["promises"].select_related("owner")),
        list(rows["plans"].select_related("owner")), list(rows["projects"].select_related("owner")),
    )  # fmt: skip


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
    """Take the account over, with what the giver, and whoever had it shortly before, has open there; the giver is told.

    Raises handovers.Answered. Journal: customers.handover.accepted, and each thing's own entry.
    """
    with transaction.atomic():
        held = contents(row)
        accepted = handovers.accept(row, by=by, at=at, contents=held.counts)
        going = left_open.going(accepted, organisation.today(at))
        _give(held, going, accepted.receiver, by, at)
        if accepted.giver is not None:
            name, who = accepted.account.name, accepted.receiver.name
            text = Text(f"{who} took over {name}", f"{who}が{name}を引き継ぎました")
            _tell(accepted, accepted.giver, "accepted", text, by, at)
    return accepted


def _give(held: Contents, going: Mapping[int, Collection[str]], receiver: Member, by: Actor, at: datetime) -> None:
    """`going`: givers by id, with the nouns of which each gives what they have."""
    for task in held.tasks:
        if "tasks" in going.get(task.assignee_id or 0, ()):
            tasks.assign(task, receiver, by=by, at=at)
    for promise in held.promises:
        if "promises" in going.get(promise.owner_id or 0, ()):
            promises.change(promise, owner=receiver, by=by, at=at)
    for plan in held.plans:
        if "plans" in going.get(plan.owner_id or 0, ()):
            plans.change(plan, owner=receiver, by=by, at=at)
    for project in held.projects:
        if "projects" in going.get(project.owner_id or 0, ()):
            projects.assign(project, receiver, by=by, at=at)


def _tell(row: Handover, member: Member, verb: str, text: Text, by: Actor, at: datetime) -> None:
    key, url = f"handover:{row.pk}:{verb}", f"/handovers/{row.pk}"
    notices.tell(member, f"handoff.{verb}", account=row.account, key=key, by=by, at=at, url=url, text=text)
