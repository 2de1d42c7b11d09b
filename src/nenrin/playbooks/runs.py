"""Runs: started by hand, tried again, ended, moved to another version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.playbooks import ending, entering, lives, reasons, setting
from nenrin.playbooks.entering import Door, Firing
from nenrin.playbooks.models import PlaybookVersion, Run
from nenrin.playbooks.models.run import MOVING, OPEN, RunState

#: Runs that move together.
CHUNK = 500


class NotLive(ValueError):
    """Only a version that is live can be started: publish it first."""


class NotFailed(ValueError):
    """Only a run that failed can be tried again."""


def start(
    version: PlaybookVersion, account: Account, *, by: Actor, at: datetime, key: str = "", trigger: int = 0
) -> Run | None:
    """Start a live version on one account by a person's wish; the run, or the row that says why not.

    None where its audience does not include the account. The same `key` again is the same run. Raises NotLive,
    Unreadable. Journal: playbooks.run.entered.
    """
    return next(iter(start_many(version, [account], by=by, at=at, key=key, trigger=trigger)), None)


def start_many(
    version: PlaybookVersion, accounts: Sequence[Account], *, by: Actor, at: datetime, key: str = "", trigger: int = 0
) -> list[Run]:
    """The same for a list. A person's wish needs no further approval and no hour of its own."""
    if version.state != "live":
        raise NotLive(NotLive.__doc__)
    fields, choices = setting.current()
    occasion = f"hand-{key or at.isoformat()}"[:100]
    door = Door(at, fields, choices, by, by_hand=True)
    made = entering.enter(
        lives.readable(version, fields, choices), [Firing(account.pk, occasion, trigger) for account in accounts], door
    )
    if made:
        return made
    return list(Run.objects.filter(playbook=version.playbook, account__in=accounts, occasion=occasion))


def retry(run: Run, *, by: Actor, at: datetime) -> Run:
    """Let a failed run try its step again now. Raises NotFailed. Journal: playbooks.run.retried."""
    with transaction.atomic():
        waiting = Run.objects.filter(pk=run.pk, state=RunState.FAILED)
        if not waiting.update(state=RunState.READY, wake_at=at, reason="began", why=run.began, changed_at=at):
            raise NotFailed(NotFailed.__doc__)
        _record("retried", run, by, at)
    run.refresh_from_db()
    return run


def end(run: Run, *, by: Actor, at: datetime) -> Run:
    """End an open run by hand. What it did stays. Safe to repeat. Journal: playbooks.run.exited."""
    with transaction.atomic():
        row = Run.objects.select_for_update(of=("self",)).select_related("version").get(pk=run.pk)
        if row.state in OPEN:
            ending.end(row, RunState.EXITED, "by_hand", reasons.said("by_hand", member=by.name), at, by=by)
    return row


def move(runs: Iterable[Run], version: PlaybookVersion, *, by: Actor, at: datetime) -> int:
    """Let open runs go on by another version of their playbook; a step that was taken is not taken again.

    A run whose step is not in it stands as failed, to be looked at. Returns how many moved. Safe to repeat.
    Journal: playbooks.run.moved.
    """
    given = {run.pk: run for run in runs}
    keys = sorted(given)
    moved = [
        key for start in range(0, len(keys), CHUNK) for key in _moved(keys[start : start + CHUNK], version, by, at)
    ]
    for key in moved:
        given[key].version = version
    return len(moved)


def _moved(keys: Sequence[int], version: PlaybookVersion, by: Actor, at: datetime) -> list[int]:
    """One transaction; the keys of those that moved."""
    with transaction.atomic():
        rows = Run.objects.select_for_update(of=("self",)).filter(
            pk__in=keys, playbook=version.playbook_id, state__in=OPEN
        )
        found = dict(rows.exclude(version=version).order_by("pk").values_list("pk", "account_id"))
        open_ones = Run.objects.filter(pk__in=list(found))
        open_ones.filter(state__in=MOVING, asks=True).update(wake_at=at)
        open_ones.update(version=version, changed_at=at)
        told = {"name_en": version.name_en, "name_ja": version.name_ja, "number": version.number}
        journal.record_many(
            journal.Draft("playbooks.run.moved", by, at, account, [("run", key)], told)
            for key, account in found.items()
        )
    return list(found)


def _record(verb: str, run: Run, by: Actor, at: datetime, **more: object) -> None:
    told = {"name_en": run.version.name_en, "name_ja": run.version.name_ja, **more}
    subject = ("run", run.pk)
    journal.record(f"playbooks.run.{verb}", actor=by, at=at, account=run.account_id, subject=subject, particulars=told)
