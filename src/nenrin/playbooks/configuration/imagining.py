"""Health as it would stand if something were taken: scored anew, shown, and heard by the playbooks; nothing is kept.

Only accounts that would stand otherwise are shown, as they are and then as they would be: what comes of the rest of the
day is told of neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import duckdb
from django.db import transaction
from django.db.models import Max

from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import records
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.records import Record
from nenrin.analytics.scores.sentences import BANDS
from nenrin.customers.models import Account
from nenrin.foundation import bulk, organisation
from nenrin.foundation.models import Entry
from nenrin.ingest import lakes
from nenrin.insight import refresh, segments
from nenrin.insight.modelling import configuration
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.models import Health
from nenrin.insight.refreshing import projection
from nenrin.playbooks import lives, setting, triggers
from nenrin.playbooks.configuration import firing
from nenrin.playbooks.configuration.counts import doing
from nenrin.playbooks.documents.playbooks import Trigger
from nenrin.playbooks.lives import Live
from nenrin.playbooks.sweeps import FEW
from nenrin.playbooks.triggers.shape import Now
from nenrin.values import Text

#: (Namespace, name of an event) -> use and key feature.
Meanings = Mapping[tuple[str, str], tuple[str, str]]
FROM, UNTIL = date(1900, 1, 1), date(9999, 12, 31)
_DROP: Final = "delete from mappings where namespace = ? and event = ?"
_PUT: Final = (
    "insert into mappings (namespace, event, use, feature, believed_from, believed_to) values (?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Colour:
    """An account that would be shown in another colour; None where no model judges it."""

    name: str
    before: Band | None
    after: Band | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What would come of it: of so many accounts judged, those of another colour by name, and the plays that would fire."""

    judged: int
    colours: tuple[Colour, ...]
    fires: tuple[Text, ...]


class Remapped(Lake):
    """The lake with other meanings of some events, for all their past. Whole sessions only: those of few are lent."""

    def __init__(self, lake: Lake, meanings: Meanings) -> None:
        super().__init__(lake.path, zone=lake.zone.key)
        self._meanings = meanings

    @contextmanager
    def session(
        self, days: tuple[date, date] | None = None, *, known: date | None = None,
        accounts: Sequence[int] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:  # fmt: skip
        """As the lake's. Raises ValueError for some accounts alone."""
        if accounts is not None:
            raise ValueError(Remapped.__doc__)
        with super().session(days, known=known) as db:
            for (space, name), (use, feature) in self._meanings.items():
                db.execute(_DROP, [space, name])
                db.execute(_PUT, [space, name, use, feature or None, FROM, UNTIL])
            yield db


@dataclass(frozen=True, slots=True)
class _Scored:
    """Everybody's record of the open day, by the models that decide on it."""

    day: date
    live: Configuration
    records: Mapping[int, Record]


def once_taken(take: Callable[[], object], at: datetime, meanings: Meanings | None = None) -> Seen:
    """What would stand otherwise once this is taken (`meanings`: and events mean this). Raises what `take` raises."""
    lake = lakes.current()
    with transaction.atomic():
        before = _scored(lake, at)
        take()
        after = _scored(Remapped(lake, meanings) if meanings else lake, at)
        moved = [key for key in before.records.keys() | after.records.keys() if _differs(before, after, key)]
        fires = _fires(before, after, sorted(moved), at) if moved else []
        transaction.set_rollback(True)
    return Seen(len(after.records), tuple(_colours(before, after, moved)), tuple(fires))


def _scored(lake: Lake, at: datetime) -> _Scored:
    """As a refresh of everybody would find it on the day that health stands for, with what is published by now."""
    day, today = _day(at), organisation.today(at)
    yesterday = refresh.closed(None, refresh.here().scored_through)
    live = configuration.between(day, max(day, today), also={record.version for record in yesterday})
    live = replace(
        live,
        live_from=tuple(min(since, day) for since in live.live_from),
        withdrawn={key: (min(since, day), version) for key, (since, version) in live.withdrawn.items()},
    )
    found = records.records(refresh.next_day(lake, day, live, yesterday), live.versions)
    return _Scored(day, live, {record.account: record for record in found})


def _day(at: datetime) -> date:
    """The open day that was looked at last; a day that is closed is looked at no more."""
    newest, through = Health.objects.aggregate(newest=Max("as_of"))["newest"], refresh.here().scored_through
    days = [day for day in (newest, through and through + timedelta(1)) if day]
    return max(days) if days else organisation.today(at)


def _differs(before: _Scored, after: _Scored, account: int) -> bool:
    was, now = before.records.get(account), after.records.get(account)
    if was is None or now is None:
        return True
    return (was.score, was.shown, was.coverage, was.values) != (now.score, now.shown, now.coverage, now.values)


def _colours(before: _Scored, after: _Scored, moved: Collection[int]) -> Iterator[Colour]:
    """By name."""
    names = Account.objects.filter(pk__in=bulk.among(sorted(moved))).order_by("name", "pk").values_list("pk", "name")
    for account, name in names:
        was, now = (one.records.get(account) for one in (before, after))
        told = Colour(name, was.shown if was else None, now.shown if now else None)
        if told.before is not told.after:
            yield told


def _fires(before: _Scored, after: _Scored, moved: Sequence[int], at: datetime) -> list[Text]:
    """Each live playbook, with those whom any of its triggers would let in."""
    fields, choices = setting.current()
    playbooks = [live for live in lives.current(fields, choices) if live.problem is None]
    if not playbooks:
        return []
    now = Now(at, before.day, fields, moved if len(moved) <= FEW else None)
    _show(before, moved, at)
    held = {(n, place): _found(one, now) for n, place, one in _triggers(playbooks)}
    last = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    _show(after, moved, at)
    # Of this moment: what others wrote meanwhile, which PostgreSQL shows, does not come of what is imagined.
    told = list(Entry.objects.filter(pk__gt=last, recorded_at=at, account__in=bulk.among(moved)).order_by("pk"))
    meant: dict[int, set[int]] = {}
    for n, place, one in _triggers(playbooks):
        true = {account for account, token in _found(one, now).items() if held[n, place].get(account) != token}
        meant.setdefault(n, set()).update(_heard(one, told), true & set(moved))
    return [said for n, live in enumerate(playbooks) for said in firing.lets_in(live, meant.get(n, ()), at)]


def _triggers(playbooks: Sequence[Live]) -> Iterator[tuple[int, int, Trigger]]:
    for n, live in enumerate(playbooks):
        yield from ((n, place, one) for place, one in enumerate(live.document.triggers))


def _show(found: _Scored, accounts: Sequence[int], at: datetime) -> None:
    """Write these accounts where pages, conditions and playbooks read them, and settle who is in which segment."""
    there = [found.records[account] for account in accounts if account in found.records]
    projection.show(there, found.live, as_of=found.day, at=at, is_final=False)
    projection.forget(accounts, [record.account for record in there])
    segments.settle(at, accounts)


def _found(trigger: Trigger, now: Now) -> Mapping[int, str]:
    finds = triggers.KINDS[trigger.kind].finds
    return finds(trigger.values, now).tokens if finds else {}


def _heard(trigger: Trigger, entries: Sequence[Entry]) -> set[int]:
    kind = triggers.KINDS[trigger.kind]
    actions = kind.hears(trigger.values) if kind.hears else ()
    meant = (one for one in entries if one.action in actions and kind.means(trigger.values, one))
    return {one.account for one in meant if one.account is not None}


#: What stands in place of a colour where no model judges an account.
UNJUDGED: Final = Text("not judged", "評価対象外")


def words(seen: Seen) -> list[Text]:
    """How many change colour, the first of them by name, and the plays that would fire."""
    count = len(seen.colours)
    told = [
        Text(
            f"{count:,} of {doing(seen.judged, 'changes', 'change')} colour",
            f"{seen.judged:,}社中{count:,}社の色が変わる",
        )
    ]
    for one in seen.colours[: firing.NAMED]:
        was, now = (UNJUDGED if band is None else BANDS[band] for band in (one.before, one.after))
        told.append(Text(f"{one.name}: {was.en} -> {now.en}", f"{one.name}: {was.ja} → {now.ja}"))
    if more := count - len(seen.colours[: firing.NAMED]):
        told.append(Text(f"and {more:,} more", f"ほか{more:,}社"))
    return [*told, *seen.fires]
