"""How this installation counts onboarding: one row of choices, changed by an entry in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work.models.onboarding_template import Completion, OnboardingPolicy

FOLLOWUPS = (7, 30)
#: What each whole number may be.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "stuck_days": (1, 60), "overdue_days": (1, 60), "link_days": (1, 365), "hour_minor": (0, 10_000_000),
}  # fmt: skip


def current() -> OnboardingPolicy:
    """The choices that hold; the defaults, unsaved, where nobody has chosen."""
    return OnboardingPolicy.objects.filter(pk=1).first() or OnboardingPolicy(pk=1, followups=list(FOLLOWUPS), version=0)


def change(*, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> OnboardingPolicy:
    """Choose anew. Safe to repeat. Raises Refused, Conflict. Journal: work.onboarding_policy.changed."""
    unknown = fields.keys() - {"completion", "followups", *BOUNDS}
    if unknown:
        raise TypeError(f"there is no {', '.join(sorted(unknown))} to choose")
    _check(fields)
    with transaction.atomic():
        stands = OnboardingPolicy.objects.select_for_update().filter(pk=1).first() or current()
        if version is not None and version != stands.version:
            theirs = {name: getattr(stands, name) for name in fields}
            raise Conflict("the onboarding settings", asked=version, stands=stands.version, mine=fields, theirs=theirs)
        changed = {name: value for name, value in fields.items() if getattr(stands, name) != value}
        if not changed:
            return stands
        before = {name: getattr(stands, name) for name in changed}
        for name, value in changed.items():
            setattr(stands, name, value)
        stands.version, stands.changed_at = stands.version + 1, at
        stands.save()
        particulars = {"changes": {name: [before[name], changed[name]] for name in changed}}
        journal.record("work.onboarding_policy.changed", actor=by, at=at, particulars=particulars)
    return stands


def _check(fields: Mapping[str, Any]) -> None:
    faults = [
        Fault(name, Text(f"a whole number from {low} to {high}", f"{low}〜{high}の整数"), fields[name])
        for name, (low, high) in BOUNDS.items()
        if fields.get(name) is not None and not low <= int(fields[name]) <= high
    ]
    if "completion" in fields and fields["completion"] not in set(Completion):
        words = ", ".join(one.value for one in Completion)
        faults.append(Fault("completion", Text(f"one of {words}", f"{words} のいずれか"), fields["completion"]))
    days = fields.get("followups", [])
    if len(days) > 6 or any(not isinstance(day, int) or not 1 <= day <= 365 for day in days):
        said = Text("up to six days after the start, from 1 to 365", "開始から1〜365日の日数を6件まで")
        faults.append(Fault("followups", said, days))
    if faults:
        raise Refused(faults)
