"""The look at conditions: once a day, and again when the lake has news; each fires once, on becoming true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from nenrin.foundation import bulk, organisation
from nenrin.insight import refresh
from nenrin.insight.models import Progress
from nenrin.playbooks import entering, lives, setting, triggers
from nenrin.playbooks.documents.playbooks import Trigger
from nenrin.playbooks.entering import CHUNK, Door, Firing
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Playbook, Remembered, Sweep
from nenrin.playbooks.triggers.shape import YES, Found, Now

#: News of the lake is looked at so often at most.
REST = timedelta(seconds=60)


def sweep(at: datetime) -> int:
    """One look, if one is due; returns how many accounts came in or were kept out. Safe to repeat after a crash: what
    fired is remembered in the transaction that let it in.

    A clock that leaps a day makes one look, not two: what became true meanwhile fires once.
    """
    progress, row, today = refresh.here(), Sweep.objects.get_or_create(pk=1)[0], organisation.today(at)
    if not _is_due(progress, row, today, at):
        return 0
    count = look(at)
    Sweep.objects.filter(pk=1).update(
        day=today, at=at, events_seen=progress.events_seen, facts_seen=progress.facts_seen
    )
    return count


def look(at: datetime) -> int:
    """Look at every condition now, whether it is due or not; where a playbook cannot be read, once it can be again."""
    fields, choices = setting.current()
    now, door = Now(at, organisation.today(at), fields), Door(at, fields, choices)
    readable = [live for live in lives.current(fields, choices) if live.problem is None]
    return sum(_look(live, now, door) for live in readable)


def _is_due(progress: Progress, row: Sweep, today: object, at: datetime) -> bool:
    """Health of the day has been made, and either it is a new day or something new was seen a minute ago or more."""
    if progress.refreshed_on != today:
        return False
    if row.day != today or row.at is None:
        return True
    is_new = (progress.events_seen, progress.facts_seen) != (row.events_seen, row.facts_seen)
    return is_new and not timedelta(0) <= at - row.at < REST


def _look(live: Live, now: Now, door: Door) -> int:
    return sum(
        _trigger(live, place, trigger, now, door)
        for place, trigger in enumerate(live.document.triggers)
        if triggers.KINDS[trigger.kind].finds is not None
    )


def _trigger(live: Live, place: int, trigger: Trigger, now: Now, door: Door) -> int:
    found, key = _found(trigger, now), lives.digest(trigger)
    known = dict(_rows(live.row, key).values_list("account", "token"))
    new = [account for account, token in found.tokens.items() if known.get(account) != token]
    gone = [account for account in known if account not in found.tokens and account not in found.unsure]
    count = 0
    for start in range(0, len(new), CHUNK):
        some = new[start : start + CHUNK]
        firings = [Firing(account, _occasion(place, found.tokens[account], now), place) for account in some]
        with transaction.atomic():
            count += len(entering.enter(live, firings, door))
            _remember(live.row, key, {account: found.tokens[account] for account in some})
    for start in range(0, len(gone), CHUNK):
        _rows(live.row, key).filter(account__in=gone[start : start + CHUNK]).delete()
    return count


def _found(trigger: Trigger, now: Now) -> Found:
    finds = triggers.KINDS[trigger.kind].finds
    return finds(trigger.values, now) if finds else Found({})


def _occasion(place: int, token: str, now: Now) -> str:
    """What is simply true is an occasion of its day; a deadline is one by itself."""
    return f"{place}-{now.today.isoformat()}" if token == YES else f"{place}-{token}"


def remember(live: Live, now: Now) -> None:
    """Know without firing for whom the triggers hold already: at publication, unless they are to come in."""
    for trigger in live.document.triggers:
        key = lives.digest(trigger)
        if triggers.KINDS[trigger.kind].finds is not None and not _rows(live.row, key).exists():
            tokens = _found(trigger, now).tokens
            accounts = list(tokens)
            for start in range(0, len(accounts), CHUNK):
                _remember(live.row, key, {one: tokens[one] for one in accounts[start : start + CHUNK]})


def forget(playbook: Playbook, kept: Sequence[str] = ()) -> None:
    """Triggers that are in no live version any more remember nothing."""
    Remembered.objects.filter(playbook=playbook).exclude(trigger__in=list(kept)).delete()


def _rows(playbook: Playbook, key: str):  # type: ignore[no-untyped-def]  # a QuerySet
    return Remembered.objects.filter(playbook=playbook, trigger=key)


def _remember(playbook: Playbook, key: str, tokens: Mapping[int, str]) -> None:
    _rows(playbook, key).filter(account__in=list(tokens)).delete()
    bulk.insert([
        bulk.made(Remembered, playbook_id=playbook.pk, trigger=key, account=account, token=token[:60])
        for account, token in tokens.items()
    ])  # fmt: skip
