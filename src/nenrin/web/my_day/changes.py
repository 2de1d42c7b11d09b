"""What happened at a member's accounts since the end of the last business day: what the journal tells, and where a score
moved far without a change of colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import chain, zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateTimeField, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from nenrin.customers.statuses import DecisionRole
from nenrin.foundation import bulk, prepared
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Entry
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.foundation.prepared import Numbers, Place, Written
from nenrin.insight.changes import FALLEN, TREND
from nenrin.values import Text
from nenrin.web import telling
from nenrin.work.queue.portfolio import Portfolio, Standing

#: When a working day ends.
EVENING = time(18)
#: Accounts that are named before the reader asks for all.
AT_MOST = 8
_HEALTH = ("insight.health.fell", "insight.health.rose", "insight.health.unknown", "insight.health.known")
USE = "insight.use.fell"
#: What is read of an entry.
_ENTRY = ("id", "action", "account", "particulars", "recorded_at")
#: The weightiest first: of these in turn, until the block is full.
ACTIONS = (
    "customers.subscription.noticed", "insight.hard_event.raised", "ingest.answer.given", "customers.contact.left",
    "ingest.ticket.opened", *_HEALTH, USE, "work.promise.made",
)  # fmt: skip
_USE_RANK = ACTIONS.index(USE)
DETRACTOR, PROMOTER = 6, 9
#: Points by which a score moves far.
FAR = 10.0
#: Of tickets the urgent ones, of answers those that ask for one, of people those who decide or speak for us.
_MATTERS = (
    ~Q(action__in=("customers.contact.left", "ingest.ticket.opened", "ingest.answer.given"))
    | Q(action="customers.contact.left", particulars__role__in=[DecisionRole.DECISION_MAKER.value, DecisionRole.CHAMPION.value])
    | Q(action="ingest.ticket.opened", particulars__priority="urgent")
    | Q(action="ingest.answer.given", particulars__score__gte=0, particulars__score__lte=DETRACTOR)
    | Q(action="ingest.answer.given", particulars__score__gte=PROMOTER)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One account: everything that is told of it, the newest first, and when the newest came."""

    standing: Standing
    at: datetime
    told: Sequence[Text]


@dataclass(frozen=True, slots=True)
class News:
    """`more`: accounts that are not among `rows`."""

    rows: Sequence[Change]
    more: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """`entry` is None where the score alone moved; `personal` is what its personal part holds."""

    at: datetime
    rank: int
    entry: Entry | None = None
    personal: Mapping[str, Any] | None = None


def since(on: date, zone: ZoneInfo) -> datetime:
    """The evening of the last business day before a day."""
    return datetime.combine(add_business_days(on, -1), EVENING, zone)


def of(held: Portfolio, begun: datetime, *, everything: bool = False) -> News:
    """The newest first, one an account; one query. Where there are more than fit, each kind of news has its turn."""
    if not len(held):
        return News([], 0)
    found = _found(held, begun)
    shown = list(found) if everything else _in_turn(found)[:AT_MOST]
    may_read = visible(held.member, FieldClass.PERSONAL)
    rows = [_change(held.standing[key], found[key], may_read) for key in shown]
    return News(sorted(rows, key=lambda change: change.at, reverse=True), len(found) - len(shown))


def _found(held: Portfolio, begun: datetime) -> dict[int, list[_Piece]]:
    """By account: the last entry of each kind, the newest first, and a score that moved."""
    found: dict[int, list[_Piece]] = {}
    for account, piece in _entries(held, begun):
        if piece.rank != _USE_RANK or _is_low(held.standing[account]):
            found.setdefault(account, []).append(piece)
    for key, row in held.standing.items():
        if row.health is not None and abs(_points(row)) >= FAR and not _has_health(found.get(key, ())):
            found.setdefault(key, []).append(_Piece(row.health.at, len(ACTIONS)))
    return found


def _entries(held: Portfolio, begun: datetime) -> Iterator[tuple[int, _Piece]]:
    """Each with its account."""
    for row in _written(connection.vendor).rows({"accounts": list(held), "begun": begun, "at": held.at}):
        entry = prepared.instance(Entry, _ENTRY, row[:-1])
        yield entry.account or 0, _Piece(entry.recorded_at, ACTIONS.index(entry.action), entry, row[-1])


@cache
def _written(vendor: str) -> Written:
    moment = DateTimeField()
    return prepared.written(newest(Numbers("accounts"), Place("begun", moment), Place("at", moment)))


def newest(accounts: Sequence[int] | Numbers, begun: datetime | Place, at: datetime | Place) -> QuerySet[Entry, Any]:
    """The newest of each account and kind: as many as that at most, whatever a night brought. Columns of an entry, and of
    its personal part the payload."""
    rows = Entry.objects.filter(
        _MATTERS, account__in=bulk.among(accounts), action__in=ACTIONS, recorded_at__gte=begun, recorded_at__lte=at
    )
    first = [F("recorded_at").desc(), F("pk").desc()]
    rows = rows.annotate(place=Window(RowNumber(), partition_by=["account", "action"], order_by=first))
    return rows.filter(place=1).order_by("-recorded_at", "-pk").values_list(*_ENTRY, "personal__payload")


def _in_turn(found: Mapping[int, Sequence[_Piece]]) -> list[int]:
    """Accounts by the weightiest that is told of each: the newest of every kind first, then the second of every kind."""
    kinds: dict[int, list[tuple[datetime, int]]] = {}
    for key, pieces in found.items():
        first = min(pieces, key=lambda piece: piece.rank)
        kinds.setdefault(first.rank, []).append((first.at, key))
    columns: Iterator[list[tuple[datetime, int]]] = (sorted(kinds[rank], reverse=True) for rank in sorted(kinds))
    return [one[1] for one in chain.from_iterable(zip_longest(*columns)) if one is not None]


def _is_low(row: Standing) -> bool:
    """Does the use that fell still stand low?"""
    return row.measures.get(TREND, 1.0) <= FALLEN


def _has_health(pieces: Iterable[_Piece]) -> bool:
    return any(piece.entry is not None and piece.entry.action in _HEALTH for piece in pieces)


def _points(row: Standing) -> float:
    """By how much the score moved since the last business day ended."""
    known = row.health is not None and row.last is not None and row.band != "unknown"
    return row.health.score - row.last if known and row.health and row.last is not None else 0.0


def _change(row: Standing, pieces: Sequence[_Piece], may_read: bool) -> Change:
    newest = sorted(pieces, key=lambda piece: piece.at, reverse=True)
    told = [
        _moved(row) if piece.entry is None else telling.sentence(piece.entry, piece.personal if may_read else None)
        for piece in newest
    ]
    return Change(row, newest[0].at, told)


def _moved(row: Standing) -> Text:
    points, score = _points(row), row.health.score if row.health else 0.0
    move = abs(round(points))
    if points < 0:
        return Text(f"Score fell by {move} points to {score:.0f}", f"スコアが{move}点低下し{score:.0f}点")
    return Text(f"Score rose by {move} points to {score:.0f}", f"スコアが{move}点上昇し{score:.0f}点")
