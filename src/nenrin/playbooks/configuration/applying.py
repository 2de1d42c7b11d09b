"""Taking a configuration in as one deed, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.playbooks.configuration import bundles, plans
from nenrin.playbooks.configuration.bundles import Bundle
from nenrin.playbooks.configuration.kinds import OF_FOLDER
from nenrin.playbooks.configuration.kinds.shape import Taking
from nenrin.playbooks.configuration.plans import Change, Plan
from nenrin.playbooks.models import ConfigurationChange


class Refused(ValueError):
    """Nothing was changed: each document and what is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


class Moved(ValueError):
    """What is live, or the files, changed after the plan was made: look at a new plan."""


class NothingToUndo(LookupError):
    """No configuration was taken in under this number, or it was taken back already."""


def apply(
    wanted: Bundle,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    prune: bool = False,
    seen: str | None = None,
    force: bool = False,
) -> ConfigurationChange | None:
    """Take every document that differs; all or none. None where nothing differs. Safe to repeat.

    - `seen`: the digest of the plan that was looked at. `force`: also over somebody's unpublished draft.

    Raises Refused, Moved. Journal: playbooks.configuration.applied, beside the entry of each document.
    """
    with transaction.atomic():
        plan = plans.plan(wanted, by=by, at=at, prune=prune, effects=False)
        if seen is not None and seen != plan.digest:
            raise Moved(Moved.__doc__)
        return _carried_out(plan, by, at, note, force=force) if plan.changes else None


def roll_back(number: int | None = None, *, by: Actor, at: datetime, force: bool = False) -> ConfigurationChange:
    """Put back what stood before the configuration of this number was taken in (the latest, if none is named).

    What somebody changed since is refused by name, unless with `force` it is overwritten. Raises NothingToUndo, Refused.
    """
    with transaction.atomic():
        rows = ConfigurationChange.objects.filter(undone_by__isnull=True, undoes__isnull=True)
        row = (rows.filter(number=number) if number else rows.order_by("-number")).first()
        if row is None:
            raise NothingToUndo(NothingToUndo.__doc__)
        live = bundles.live()
        changed = [one for one in row.documents if not _stands(one, live)]
        if changed and not force:
            raise Refused([f"{one['kind']}/{one['key']}: changed since; --force overwrites it" for one in changed])
        back = [_back(one, live) for one in row.documents]
        kept = [replace(one, conflicts=plans.in_the_way(one)) for one in back]
        done = _carried_out(Plan(tuple(kept), 0, ""), by, at, f"#{row.number}", force=force)
        ConfigurationChange.objects.filter(pk=row.pk).update(undone_by=done)
        ConfigurationChange.objects.filter(pk=done.pk).update(undoes=row)
    return done


def _stands(told: dict[str, object], live: Bundle) -> bool:
    """Is live what was taken in then?"""
    now, then = live.get((str(told["kind"]), str(told["key"]))), told["after"]
    if now is None or then is None:
        return now is None and then is None
    return bool(now == then)


def _back(told: dict[str, object], live: Bundle) -> Change:
    kind, key = str(told["kind"]), str(told["key"])
    before = told["before"]
    return Change(OF_FOLDER[kind], key, live.get((kind, key)), before if isinstance(before, dict) else None)


def _carried_out(plan: Plan, by: Actor, at: datetime, note: str, *, force: bool) -> ConfigurationChange:
    problems = (
        plan.problems if force else [*plan.problems, *(f"{one}; --force overwrites it" for one in plan.conflicts)]
    )
    for change in plans.in_order(plan.changes) if not problems else ():
        try:
            with transaction.atomic():
                plans.carry_out(change, Taking(by, at, note))
        except change.kind.refusals as refusal:
            problems.append(f"{change.kind.folder}/{change.key}: {refusal}")
    if problems:
        raise Refused(problems)
    return _kept(plan.changes, by, at, note)


def _kept(changes: Sequence[Change], by: Actor, at: datetime, note: str) -> ConfigurationChange:
    """Written down as it stands now: a kind may have put a document into its own order."""
    live = bundles.live()
    documents = [
        {"kind": one.kind.folder, "key": one.key, "before": one.before, "after": live.get((one.kind.folder, one.key))}
        for one in changes
    ]
    number = (ConfigurationChange.objects.aggregate(n=Max("number"))["n"] or 0) + 1
    row = ConfigurationChange.objects.create(number=number, at=at, by=by.name, note=note[:300], documents=documents)
    told = {"number": number, "count": len(changes), "note": note or "—",
            "documents": [f"{one.kind.folder}/{one.key}" for one in changes]}  # fmt: skip
    subject = ("configuration", number)
    journal.record("playbooks.configuration.applied", actor=by, at=at, subject=subject, particulars=told)
    return row
