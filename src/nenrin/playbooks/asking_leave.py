"""Many accounts at once wait for a person: one notice a day, one decision for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import GRANTS, Permission
from nenrin.playbooks import reasons
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Playbook, Run
from nenrin.playbooks.models.run import ENTERED, RunState
from nenrin.values import Text
from nenrin.work import notices

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DECIDERS = [role.value for role, grants in GRANTS.items() if Permission.PLAYBOOKS_PUBLISH in grants]
CHUNK = 500


def is_needed(live: Live, count: int, at: datetime) -> bool:
    """Do more come within 24 hours than may without a person's yes? One still waiting makes the next ones wait too."""
    above = live.document.limits.approval_above
    if not above or not count:
        return False
    today = Run.objects.filter(playbook=live.row, entered_at__gt=at - DAY)
    return today.filter(state__in=(*ENTERED, RunState.ASKED)).count() + count > above


def tell(live: Live, at: datetime) -> None:
    """One notice a day to whoever owns the playbook, or to those who may publish."""
    name, key = live.document.name, f"playbook-{live.row.pk}-asks-{organisation.today(at)}"
    words = Text(f"“{name.en}” waits for your approval: many accounts at once",
                 f"「{name.ja}」が承認待ち（一度に多数の顧客が該当）")  # fmt: skip
    for member in deciders(live.row):
        notices.tell(
            member, "playbook", text=words, url=f"/runs?playbook={live.row.key}&state=asked", key=key, by=SYSTEM, at=at
        )


def deciders(playbook: Playbook) -> Sequence[Member]:
    if playbook.owner and playbook.owner.is_active:
        return [playbook.owner]
    return list(Member.objects.filter(is_active=True, role__in=DECIDERS).order_by("pk")[:3])


def approve(playbook: Playbook, *, per_hour: int, by: Actor, at: datetime, only: Sequence[int] | None = None) -> int:
    """Let those who wait begin, so many an hour (0: all at once); returns how many. Safe to repeat.

    Journal: playbooks.run.approved, once for each 500.
    """
    waiting = list(_asked(playbook, only).order_by("pk").values_list("pk", flat=True))
    count = 0
    for start in range(0, len(waiting), CHUNK):
        with transaction.atomic():
            woken = _wake(waiting[start : start + CHUNK], start, per_hour, at)
            count += _noted("approved", playbook, woken, by, at)
    return count


def _wake(keys: Sequence[int], done: int, per_hour: int, at: datetime) -> int:
    """Under each hour's number, so that a chunk is a statement or two; returns how many."""
    slots: dict[int, list[int]] = {}
    for n, key in enumerate(keys, start=done):
        slots.setdefault(n // per_hour if per_hour else 0, []).append(key)
    asked = Run.objects.filter(state=RunState.ASKED)
    return sum(
        asked.filter(pk__in=some).update(state=RunState.READY, wake_at=at + slot * HOUR, changed_at=at, reason="began")
        for slot, some in slots.items()
    )


def decline(playbook: Playbook, *, by: Actor, at: datetime, only: Sequence[int] | None = None) -> int:
    """Keep those who wait out of it; returns how many. Safe to repeat. Journal: playbooks.run.declined."""
    why = reasons.kept(reasons.said("declined", member=by.name))
    with transaction.atomic():
        count = _asked(playbook, only).update(
            state=RunState.SKIPPED, reason="declined", why=why, ended_at=at, changed_at=at
        )
        return _noted("declined", playbook, count, by, at)


def _asked(playbook: Playbook, only: Sequence[int] | None):  # type: ignore[no-untyped-def]  # a QuerySet
    rows = Run.objects.filter(playbook=playbook, state=RunState.ASKED)
    return rows if only is None else rows.filter(pk__in=list(only))


def _noted(verb: str, playbook: Playbook, count: int, by: Actor, at: datetime) -> int:
    if count:
        version = playbook.versions.filter(state="live").first() or playbook.versions.latest("number")
        told = {"runs": count, "name_en": version.name_en, "name_ja": version.name_ja}
        journal.record(f"playbooks.run.{verb}", actor=by, at=at, subject=("playbook", playbook.pk), particulars=told)
    return count
