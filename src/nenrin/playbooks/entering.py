"""Occasions become runs: five hundred at a time, each rule asked of all of them at once.

Each occasion ends as exactly one row, or as none where the audience's condition does not hold: what keeps an account
out is written down with it, so that anybody can read why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.playbooks import arms, asking_leave, gates, holdouts, reasons
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Enrolment, Run
from nenrin.playbooks.models.run import ENTERED, RunState
from nenrin.playbooks.words import trigger_words
from nenrin.values import Text

CHUNK = 500
HOUR = timedelta(hours=1)
#: Behind the occasion of somebody who was left alone then, and is helped now for the same reason.
HELPED = "-helped"


@dataclass(frozen=True, slots=True)
class Firing:
    """An account for which a trigger fired: unique by its occasion. `chain`: playbooks whose effects led to it."""

    account: int
    occasion: str
    trigger: int = 0
    entry: int | None = None
    chain: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """What entering needs to know besides the firings: when, by whose hand (`by_hand`: a person asks for it)."""

    at: datetime
    fields: Fields
    setting: Setting
    by: Actor = SYSTEM
    by_hand: bool = False


def enter(live: Live, firings: Sequence[Firing], door: Door) -> list[Run]:
    """Let these occasions in, or write down why not; returns the rows made. Safe to repeat.

    Journal: playbooks.run.entered for each that begins, playbooks.run.asked once where a person has to agree.
    """
    made: list[Run] = []
    for start in range(0, len(firings), CHUNK):
        with transaction.atomic():
            left: Sequence[Firing] = firings[start : start + CHUNK]
            while left:
                rows, left = _chunk(live, left, door)
                made += rows
    return made


def _chunk(live: Live, firings: Sequence[Firing], door: Door) -> tuple[list[Run], list[Firing]]:
    """One occasion of each account; the others are left for the next turn, which finds the account inside."""
    standing = _standing(firings)
    fresh, left = _fresh(live, firings, standing)
    if not fresh:
        return [], []
    accounts = {one.pk: one for one in standing.values()}
    known = gates.Known.of(live, sorted({account for account, _ in fresh}), door.at, door.fields)
    verdicts = [
        (firing, account, gates.verdict(live, accounts[account], firing.chain, known, door.at, door.fields))
        for account, firing in fresh
    ]
    let_in = [(firing, account) for firing, account, kept_out in verdicts if kept_out is None]
    held = arms.settle(live, [accounts[account] for _, account in let_in], known, door.at, door.fields)
    begun = [pair for pair in let_in if pair[1] not in held]
    asked = not door.by_hand and asking_leave.is_needed(live, len(begun), door.at)
    slots = _slots(live, len(begun), door)
    rows = [_row(live, f, a, v, door) for f, a, v in verdicts if v is not None and v.is_told]
    alone = {a: gates.left_alone_before(live, a, known, door.at) or verdict for a, verdict in held.items()}
    rows += [_row(live, f, a, alone[a], door) for f, a in let_in if a in alone]
    rows += [_begun(live, f, a, slot, door, asked=asked) for (f, a), slot in zip(begun, slots, strict=True)]
    made = bulk.insert(rows)
    if made:
        Enrolment.objects.create(playbook=live.row, count=len(made), at=door.at)
    _record(live, made, door, asked=asked)
    return made, left


def _standing(firings: Sequence[Firing]) -> dict[int, Account]:
    """Each account as it stands; one that was merged is its survivor."""
    found = Account.objects.in_bulk([firing.account for firing in firings])
    for _ in range(5):
        merged = {account.merged_into_id for account in found.values() if account.merged_into_id}
        if not merged:
            break
        survivors = Account.objects.in_bulk(merged)
        found = {key: survivors.get(one.merged_into_id or 0, one) for key, one in found.items()}
    return found


def _fresh(
    live: Live, firings: Sequence[Firing], standing: dict[int, Account]
) -> tuple[list[tuple[int, Firing]], list[Firing]]:
    """Occasions not seen yet: the first of each account (two may have become one by a merge), and the others.

    Where nobody may be left alone any more, an occasion of somebody who was is a new one.
    """
    wanted = [(standing[one.account].pk, one) for one in firings if one.account in standing]
    rows = Run.objects.filter(playbook=live.row, account__in=bulk.among(sorted({account for account, _ in wanted})))
    states = {
        (account, occasion): state for account, occasion, state in rows.values_list("account_id", "occasion", "state")
    }
    if holdouts.is_notice(live.document):
        wanted = [
            (account, replace(one, occasion=one.occasion[: 100 - len(HELPED)] + HELPED))
            if states.get((account, one.occasion)) == RunState.HELD_OUT
            else (account, one)
            for account, one in wanted
        ]
    seen = states.keys()
    fresh: dict[int, Firing] = {}
    left: list[Firing] = []
    for account, firing in wanted:
        if (account, firing.occasion) not in seen and fresh.setdefault(account, firing) is not firing:
            left.append(firing)
    return list(fresh.items()), left


def _slots(live: Live, count: int, door: Door) -> list[datetime]:
    """When each begins: the first `per_hour` at once, the others an hour later each, behind those who wait already."""
    most = live.document.limits.caps.per_hour
    if not most or door.by_hand:
        return [door.at] * count
    recent = Run.objects.filter(playbook=live.row, state__in=ENTERED, entered_at__gt=door.at - HOUR)
    waiting = Run.objects.filter(playbook=live.row, state=RunState.READY, step="", entered_at__lte=door.at - HOUR)
    before = recent.count() + waiting.count()
    return [door.at + HOUR * ((before + n) // most) for n in range(count)]


def _row(live: Live, firing: Firing, account: int, verdict: gates.Verdict, door: Door) -> Run:
    return _made(live, firing, account, door, state=verdict.state, reason=verdict.code, why=reasons.kept(verdict.why),
                 ended_at=door.at)  # fmt: skip


def _begun(live: Live, firing: Firing, account: int, slot: datetime, door: Door, *, asked: bool) -> Run:
    trigger = live.document.triggers[firing.trigger] if not door.by_hand else None
    why = began = trigger_words(trigger, door.setting, door.fields) if trigger else _by_hand(door)
    code, state = "began", RunState.READY
    wake: datetime | None = slot
    if asked:
        code, state, wake = "approval", RunState.ASKED, None
        why = reasons.said("approval", above=live.document.limits.approval_above)
    elif slot > door.at:
        code, why = "capped", reasons.said("capped", per_hour=live.document.limits.caps.per_hour)
    return _made(live, firing, account, door, state=state, reason=code, why=reasons.kept(why),
                 began=reasons.kept(began), wake_at=wake)  # fmt: skip


def _by_hand(door: Door) -> Text:
    return Text(f"Started by {door.by.name}", f"{door.by.name}が開始")


def _made(live: Live, firing: Firing, account: int, door: Door, **columns: Any) -> Run:
    return bulk.made(
        Run, playbook_id=live.row.pk, version_id=live.version.pk, account_id=account, occasion=firing.occasion[:100],
        trigger=firing.trigger, entry=firing.entry, chain=[*firing.chain, live.row.pk], entered_at=door.at,
        changed_at=door.at, **columns,
    )  # fmt: skip


def _record(live: Live, made: Iterable[Run], door: Door, *, asked: bool) -> None:
    named = {"name_en": live.document.name.en, "name_ja": live.document.name.ja}
    begun = [run for run in made if run.state in (RunState.READY, RunState.ASKED)]
    code = "playbooks.run.asked" if asked else "playbooks.run.entered"
    journal.record_many(
        journal.Draft(
            code, door.by, door.at, run.account_id, [("run", run.pk), ("playbook", live.row.pk)],
            {**named, "why_en": run.why["en"], "why_ja": run.why["ja"]},
        )
        for run in begun
    )  # fmt: skip
    if asked and begun:
        asking_leave.tell(live, door.at)
