"""The journal is read from a cursor: what happened lets accounts in, wakes those who wait for it, or ends runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from nenrin.foundation import bulk, journal
from nenrin.foundation.models import Entry
from nenrin.playbooks import entering, following, lives, setting, triggers
from nenrin.playbooks.entering import Door, Firing
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import PlaybookVersion, Run
from nenrin.playbooks.models.run import MOVING, OPEN

READER = "playbooks"
#: Entries a round: what comes of them is one transaction.
LIMIT = 150
#: Entries after which an account may be gone or another.
TURNING = ("customers.account.merged", "customers.account.archived", "customers.account.changed",
           "customers.account.confirmed", "customers.subscription.")  # fmt: skip
OWN = "playbooks."
RUN = "run:"


def react(at: datetime) -> int:
    """One round: the next unread entries; returns how many. Safe to repeat: an entry is an occasion once.

    Journal: playbooks.run.entered and what else becomes of its runs.
    """
    entries = journal.unread(READER, LIMIT)
    if not entries:
        return 0
    newest = Entry.objects.filter(sequence__isnull=False).order_by("-sequence")[0]  # before it is asked who listens
    if not PlaybookVersion.objects.filter(state="live").exists() and not Run.objects.filter(state__in=OPEN).exists():
        return _leap(newest)
    telling = [entry for entry in entries if entry.account is not None and not entry.action.startswith(OWN)]
    with transaction.atomic():
        if telling:
            hear(telling, at)
        journal.advance(READER, entries[-1])
    return len(entries)


def _leap(newest: Entry) -> int:
    """Nobody listened: what was told until that was asked is passed by."""
    journal.advance(READER, newest)
    return 0


def hear(entries: Sequence[Entry], at: datetime) -> None:
    """What these entries begin, wake or end, at this moment. Part of the caller's transaction. Safe to repeat."""
    turned = {entry.account for entry in entries if entry.account and entry.action.startswith(TURNING)}
    following.follow(turned, at)
    _wake({entry.account for entry in entries if entry.account}, at)
    known = list(lives.versions())
    heard = {code for version in known for code in _codes(version.document)}
    meant = [entry for entry in entries if entry.action in heard]
    if not meant:
        return
    fields, choices = setting.current()
    door = Door(at, fields, choices)
    chains = _chains(meant)
    for live in lives.current(fields, choices):
        for firings in _rounds(live, meant, chains):
            entering.enter(live, firings, door)


def _codes(document: dict[str, object]) -> Iterable[str]:
    """What the triggers of a document listen to; cheaper than reading the document."""
    for one in document.get("when", ()):  # type: ignore[attr-defined]  # a list
        kind = triggers.KINDS.get(str(one.get("trigger")))
        if kind is not None and kind.hears is not None:
            yield from kind.hears({param.key: one.get(param.key, param.default) for param in kind.params})


def _wake(accounts: Iterable[int], at: datetime) -> None:
    """Who waits for a condition looks again: something happened there."""
    waiting = Run.objects.filter(account__in=bulk.among(sorted(accounts)), asks=True, state__in=MOVING)
    waiting.update(wake_at=at)


def _rounds(live: Live, entries: Sequence[Entry], chains: dict[int, tuple[int, ...]]) -> Iterable[list[Firing]]:
    """Firings by turns: of one account the first, then (kept out by then, with a reason) the others."""
    found: list[Firing] = []
    begun = live.row.live_since or live.version.changed_at
    for place, trigger in enumerate(live.document.triggers):
        kind = triggers.KINDS[trigger.kind]
        if kind.hears is None:
            continue
        codes = kind.hears(trigger.values)
        found += [
            Firing(entry.account or 0, f"entry-{entry.pk}", place, entry.pk, chains.get(entry.pk, ()))
            for entry in entries
            if entry.action in codes and entry.recorded_at >= begun and kind.means(trigger.values, entry)
        ]
    unique = {(one.account, one.occasion): one for one in reversed(found)}
    ordered = sorted(unique.values(), key=lambda one: (one.account, one.entry or 0))
    turns: list[list[Firing]] = []
    for _, own in groupby(ordered, key=lambda one: one.account):
        for turn, firing in enumerate(own):
            turns += [[]] if turn == len(turns) else []
            turns[turn].append(firing)
    return turns


def _chains(entries: Sequence[Entry]) -> dict[int, tuple[int, ...]]:
    """For entries that a run's effect wrote: the playbooks that led there."""
    runs = {entry.pk: int(key) for entry in entries if (key := _run_of(entry))}
    chains = dict(Run.objects.filter(pk__in=set(runs.values())).values_list("pk", "chain"))
    return {entry: tuple(chains.get(run, ())) for entry, run in runs.items()}


def _run_of(entry: Entry) -> str:
    key = entry.actor_key if entry.actor_kind == "system" else ""
    return key.removeprefix(RUN) if key.startswith(RUN) and key[len(RUN) :].isdigit() else ""
