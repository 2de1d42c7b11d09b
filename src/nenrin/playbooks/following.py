"""What becomes of an account's runs when the account is merged, archived or lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.playbooks import ending, reasons
from nenrin.playbooks.models import Run
from nenrin.playbooks.models.run import OPEN, RunState


def follow(accounts: Iterable[int], at: datetime) -> int:
    """Runs of accounts that are no longer as they were move to the survivor, or end with a reason; returns how many.

    A survivor that is inside the same playbook already stays there once. Safe to repeat.
    """
    with transaction.atomic():
        rows = Run.objects.select_for_update(of=("self",)).filter(account__in=list(accounts), state__in=OPEN)
        return sum(follow_one(run, at) for run in rows.select_related("account", "version").order_by("pk"))


def follow_one(run: Run, at: datetime) -> bool:
    """True where the run moved or ended."""
    if run.account.merged_into_id:
        return _move(run, survivor(run.account), at)
    if run.account.archived_at:
        ending.end(run, RunState.EXITED, "archived", reasons.said("archived"), at)
        return True
    if run.account.status == Status.LOST and not run.version.document.get("lost_too"):
        ending.end(run, RunState.EXITED, "lost", reasons.said("lost"), at)
        return True
    return False


def survivor(account: Account) -> Account:
    while account.merged_into is not None:
        account = account.merged_into
    return account


def _move(run: Run, into: Account, at: datetime) -> bool:
    twins = Run.objects.filter(playbook=run.playbook_id, account=into)
    if twins.filter(state__in=OPEN).exists() or twins.filter(occasion=run.occasion).exists():
        ending.end(run, RunState.EXITED, "merged", reasons.said("merged"), at)
        return True
    run.account, run.changed_at = into, at
    run.save(update_fields=["account", "changed_at"])
    return True
