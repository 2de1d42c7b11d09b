"""The look at conditions: once a day, and again with news, soon for whom it concerns; each fires once, on becoming true."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from nenrin.foundation import bulk, organisation
from nenrin.foundation.models import Entry
from nenrin.ingest import lakes
from nenrin.insight import refresh
from nenrin.insight.models import Progress
from nenrin.insight.refreshing import touched
from nenrin.playbooks import entering, lives, setting, triggers
from nenrin.playbooks.documents.playbooks import Trigger
from nenrin.playbooks.entering import CHUNK, Door, Firing
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Playbook, Remembered, Run, Sweep
from nenrin.playbooks.models.run import ENTERED, RunState
from nenrin.playbooks.triggers.shape import YES, Found, Now

#: Entries of the playbooks themselves touch no account.
OWN = "playbooks."
#: All accounts are looked at so often at most; those that something new is known of, so often.
REST, SHORT_REST = timedelta(seconds=60), timedelta(seconds=2)
#: In place of how far the lake was seen: everybody is to be looked at, whatever news there is.
OWED = -2
#: Touched accounts above which the look at everybody is waited for, and entries read to find them.
FEW, ENTRIES = 500, 5_000


@dataclass(frozen=True, slots=True)
class _News:
    """How far the measures of today and the journal have come."""

    events: int
    facts: int
    entry: int


def sweep(at: datetime) -> int:
    """One look, if one is due; returns how many accounts came in or were kept out. Safe to repeat after a crash: what
    fired is remembered in the transaction that let it in.

    Accounts that something new is known of are looked at within seconds, everybody once a day and with news of the lake
    once a minute. A clock that leaps a day makes one look, not two: what became true meanwhile fires once.
    """
    progress, row, today = refresh.here(), Sweep.objects.get_or_create(pk=1)[0], organisation.today(at)
    if progress.refreshed_on != today:  # health of the day is not made yet
        return 0
    news = _news(progress)
    if _is_due(news, row, today, at):
        count = look(at)
        few = {"few_at": at, "few_events_seen": news.events, "few_facts_seen": news.facts, "entry_seen": news.entry}
        Sweep.objects.filter(pk=1).update(day=today, at=at, events_seen=news.events, facts_seen=news.facts, **few)
        return count
    return _short(news, row, at)


def is_owed(at: datetime) -> bool:
    """A look that was put off for its pause, and whose time has come: asked by reading alone, by whoever rests."""
    progress, row, today = refresh.here(), Sweep.objects.filter(pk=1).first(), organisation.today(at)
    if progress.refreshed_on != today:
        return False
    news = _news(progress)
    return row is None or _is_due(news, row, today, at) or _is_touched(news, row, at)


def look(at: datetime, accounts: Sequence[int] | None = None) -> int:
    """Look at every condition now, whether it is due or not; where a playbook cannot be read, once it can be again.

    - `accounts`: of these only.
    """
    fields, choices = setting.current()
    now, door = Now(at, organisation.today(at), fields, accounts), Door(at, fields, choices)
    readable = [live for live in lives.current(fields, choices) if live.problem is None]
    return sum(look_for(live, now, door) for live in readable)


def _news(progress: Progress) -> _News:
    newest = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").values_list("sequence", flat=True)
    return _News(progress.events_seen, progress.facts_seen, newest.first() or 0)


def _is_due(news: _News, row: Sweep, today: date, at: datetime) -> bool:
    """It is a new day, or a minute ago or more and the lake has news, or the journal more than a short look reads."""
    if row.day != today or row.at is None:
        return True
    is_new = (news.events, news.facts) != (row.events_seen, row.facts_seen) or news.entry - row.entry_seen > ENTRIES
    return is_new and not timedelta(0) <= at - row.at < REST


def _short(news: _News, row: Sweep, at: datetime) -> int:
    """A look at the few accounts that were touched since the last one; where they are many, everybody's turn comes as
    soon as it may, and they are not read again until then."""
    if not _is_touched(news, row, at):
        return 0
    accounts = _touched(news, _seen(row))
    count = look(at, sorted(accounts)) if accounts else 0
    owed = {"events_seen": OWED} if accounts is None else {}
    Sweep.objects.filter(pk=1).update(
        few_at=at, few_events_seen=news.events, few_facts_seen=news.facts, entry_seen=news.entry, **owed
    )
    return count


def _is_touched(news: _News, row: Sweep, at: datetime) -> bool:
    """Something is new since the last short look, which was long enough ago."""
    return news != _seen(row) and not (row.few_at is not None and timedelta(0) <= at - row.few_at < SHORT_REST)


def _seen(row: Sweep) -> _News:
    return _News(row.few_events_seen, row.few_facts_seen, row.entry_seen)


def _touched(news: _News, seen: _News) -> set[int] | None:
    """Accounts of which something new is known; None where they are too many for a short look."""
    if news.entry - seen.entry > ENTRIES:
        return None
    told = Entry.objects.filter(sequence__gt=seen.entry, sequence__lte=news.entry, account__isnull=False)
    rows = told.exclude(action__startswith=OWN).values_list("account", flat=True).distinct()
    accounts = {account for account in rows if account is not None}
    if (news.events, news.facts) != (seen.events, seen.facts):
        found = touched.since(lakes.current(), seen.events, seen.facts)
        if found.everybody:
            return None
        accounts |= found.accounts
    return accounts if len(accounts) <= FEW else None


def look_for(live: Live, now: Now, door: Door) -> int:
    """Look at the conditions of one playbook; returns how many accounts came in or were kept out."""
    return sum(
        _trigger(live, place, trigger, now, door)
        for place, trigger in enumerate(live.document.triggers)
        if triggers.KINDS[trigger.kind].finds is not None
    )


def _trigger(live: Live, place: int, trigger: Trigger, now: Now, door: Door) -> int:
    found, key = _found(trigger, now), lives.digest(trigger)
    rows = _rows(live.row, key) if now.accounts is None else _rows(live.row, key).filter(account__in=now.accounts)
    known = dict(rows.values_list("account", "token"))
    meant = found.tokens if now.accounts is None else found.tokens.keys() & set(now.accounts)
    new = sorted(account for account in meant if known.get(account) != found.tokens[account])
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


def remember(live: Live, now: Now, known: Collection[str] = ()) -> None:
    """Know without firing for whom the triggers hold already: at publication, unless they are to come in.

    - `known`: digests of triggers that were live until now. Whoever met one of them since the last look comes in.
    """
    for trigger in live.document.triggers:
        key = lives.digest(trigger)
        if triggers.KINDS[trigger.kind].finds is not None and key not in known and not _rows(live.row, key).exists():
            tokens = _found(trigger, now).tokens
            accounts = list(tokens)
            for start in range(0, len(accounts), CHUNK):
                _remember(live.row, key, {one: tokens[one] for one in accounts[start : start + CHUNK]})


def forget(playbook: Playbook, kept: Sequence[str] = ()) -> None:
    """Triggers that are in no live version any more remember nothing."""
    Remembered.objects.filter(playbook=playbook).exclude(trigger__in=list(kept)).delete()


def forget_left_alone(playbook: Playbook) -> None:
    """Nobody may be left alone any more: for whoever was, and was never let in, what holds is to fire now."""
    runs = Run.objects.filter(playbook=playbook)
    alone = set(runs.filter(state=RunState.HELD_OUT).values_list("account", flat=True))
    alone -= set(runs.filter(state__in=(*ENTERED, RunState.ASKED)).values_list("account", flat=True))
    Remembered.objects.filter(playbook=playbook, account__in=bulk.among(sorted(alone))).delete()


def _rows(playbook: Playbook, key: str):  # type: ignore[no-untyped-def]  # a QuerySet
    return Remembered.objects.filter(playbook=playbook, trigger=key)


def _remember(playbook: Playbook, key: str, tokens: Mapping[int, str]) -> None:
    _rows(playbook, key).filter(account__in=list(tokens)).delete()
    bulk.insert([
        bulk.made(Remembered, playbook_id=playbook.pk, trigger=key, account=account, token=token[:60])
        for account, token in tokens.items()
    ])  # fmt: skip
