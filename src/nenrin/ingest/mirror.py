"""The mirror: facts that verbs wrote into the journal become rows of the lake, each exactly once.

An entry carries its facts whole in its particulars (`fact`, `facts`; docs/lake.md), so no upper room is asked. The
lake's commit carries the last entry's sequence; a mirror that dies before its cursor moves finds them there already.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from nenrin.analytics.lake import EVER, Lake
from nenrin.analytics.lake.schemas import FACTS
from nenrin.analytics.lake.tables import Fenced
from nenrin.foundation import journal, organisation
from nenrin.foundation.models import Cursor, Entry
from nenrin.ingest.draining.normalise import arrival_day

READER: Final = "mirror"
#: Kinds that are true since ever unless the fact says otherwise.
TIMELESS: Final = frozenset({"key", "alias", "membership", "mapping", "survivor"})
KIND: Final = re.compile(r"[a-z][a-z_]{0,39}")
#: Facts of one entry that keep their order.
MOST_FACTS: Final = 10_000
ALWAYS: Final = datetime(EVER.year, EVER.month, EVER.day, tzinfo=UTC)

log = logging.getLogger(__name__)


class Overtaken(Exception):
    """A day was closed, or another mirror has gone on, while this one slept."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides on which day a fact is known."""

    zone: ZoneInfo
    closed_through: date | None


def mirror(lake: Lake, *, limit: int = 20_000) -> int:
    """Copy the facts of unread journal entries; returns how many facts. Safe to repeat; callers hold the drain's lease.

    Entries past a closed day are known on the first open one, as events are.
    """
    entries = journal.unread(READER, limit)
    if not entries:
        return 0
    org = organisation.current()
    calendar = Calendar(ZoneInfo(org.zone), org.closed_through)
    committed = lake.facts.version(READER)
    rows = [row for entry in entries if (entry.sequence or 0) > committed for row in _rows(entry, calendar)]

    def stand() -> None:
        if organisation.current().closed_through != org.closed_through or lake.facts.version(READER) != committed:
            raise Overtaken

    try:
        stand()
        if rows:
            table = pa.Table.from_pylist(rows, schema=FACTS)
            lake.append_facts(table, app=READER, version=entries[-1].sequence or 0, check=stand)
    except (Overtaken, Fenced):
        log.error("a day was closed, or another process mirrored meanwhile; this round is left to the next")
        return 0
    journal.advance(READER, entries[-1])
    return len(rows)


def mirror_all(lake: Lake) -> int:
    """Mirror until nothing is unread; returns how many facts."""
    total, before = 0, -1
    while (reached := _reached()) != before:
        before = reached
        total += mirror(lake)
    return total


def _reached() -> int:
    return Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0


def _rows(entry: Entry, calendar: Calendar) -> Iterator[dict[str, Any]]:
    for place, fact in enumerate(_facts(entry.particulars)):
        row = _row(entry, fact, calendar)
        if row is None:
            log.warning("journal entry %s: fact %s has no kind or key and is not mirrored", entry.sequence, place)
        else:
            yield {**row, "seq": (entry.sequence or 0) * MOST_FACTS + place}


def _facts(particulars: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    told = [particulars.get("fact"), *(particulars.get("facts") or [])]
    return [fact for fact in told if isinstance(fact, Mapping)]


def _row(entry: Entry, fact: Mapping[str, Any], calendar: Calendar) -> dict[str, Any] | None:
    kind, key = str(fact.get("kind", "")), str(fact.get("key", ""))
    if not KIND.fullmatch(kind) or not key:
        return None
    known_on = _date(fact.get("known_on"))
    return {
        "kind": kind,
        "key": key,
        "account": fact.get("account", entry.account),
        "valid_at": _valid_at(entry, fact, kind, calendar.zone),
        "known_on": known_on or arrival_day(entry.recorded_at, calendar.zone, calendar.closed_through),
        "recorded_at": entry.recorded_at,
        "gone": bool(fact.get("gone")),
        "assumed": known_on is not None and bool(fact.get("assumed")),
        "body": json.dumps(fact.get("body") or {}, ensure_ascii=False, separators=(",", ":")),
    }


def _valid_at(entry: Entry, fact: Mapping[str, Any], kind: str, zone: ZoneInfo) -> datetime:
    stated = _instant(fact.get("valid_at"), zone)
    if stated is not None:
        return max(stated, ALWAYS)
    # A verb that says nothing of validity has the entry's two times equal.
    if entry.valid_at == entry.recorded_at and (kind in TIMELESS or fact.get("gone")):
        return ALWAYS
    return entry.valid_at


def _instant(text: object, zone: ZoneInfo) -> datetime | None:
    """An ISO instant, or a date as its beginning in the zone."""
    day = _date(text) if isinstance(text, str) and len(text) == len("2026-01-01") else None
    if day is not None:
        return ALWAYS if day <= EVER else datetime.combine(day, time(), tzinfo=zone)
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found is not None and found.tzinfo is None else found


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
