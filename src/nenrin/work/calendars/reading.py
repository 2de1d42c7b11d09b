"""What an iCalendar file says is on in the coming weeks: recurrences written out, single ones moved or left out. Pure.

RFC 5545. Where a time has no zone it is meant in the organisation's. What would take for ever (a rule by the second, or
one that never comes true) is left out or ends the reading.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event
from icalendar.prop.broken import vBroken

from nenrin.values import Text

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_EVENTS: Final = 20_000
MOST_OCCURRENCES: Final = 3_000
SECONDS: Final = 20.0
_SLOW: Final = {"SECONDLY", "MINUTELY", "HOURLY"}
LONGEST: Final = timedelta(days=31)  # that one of them takes
#: So many times a day a meeting may come back; a rule that says every minute is no meeting.
MOST_A_DAY: Final = 4


class Unreadable(ValueError):
    """This calendar cannot be read: `text` says why, for its owner."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Person:
    address: str  # lower case
    name: str
    has_declined: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """One occurrence. `outside` is its UID and, of a recurring event, the instant that its rule gives."""

    outside: str
    title: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    place: str
    link: str
    words: str
    people: tuple[Person, ...]


def text_of(content: bytes) -> str:
    r"""The text of a file that claims to be a calendar: UTF-8, without a mark at its head and without NUL, which
    PostgreSQL takes in no text.

    >>> text_of(b"\xef\xbb\xbfBEGIN:VCALENDAR\x00")
    'BEGIN:VCALENDAR'
    """
    return content.decode("utf-8-sig", errors="replace").replace("\0", "")


def happenings(content: str | bytes, since: datetime, until: datetime, zone: ZoneInfo) -> list[Happening]:
    """Everything that begins in [since, until), in order of time. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(Text("The calendar is larger than 5 MB.", "カレンダーが5MBを超えています。"))
    deadline = time.monotonic() + SECONDS
    found: list[Happening] = []
    for events in _by_uid(_parsed(content)).values():
        found += _of_one(events, since, until, zone)
        if len(found) > MOST_OCCURRENCES or time.monotonic() > deadline:
            raise Unreadable(Text("The calendar has too many events.", "予定が多すぎます。"))
    return sorted(found, key=lambda each: (each.starts_at, each.outside))


def _parsed(content: str | bytes) -> list[Event]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        parts = [part for calendar in calendars for part in calendar.walk("VEVENT")]
        events = [part for part in parts if isinstance(part, Event)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as problem:
        raise Unreadable(
            Text("This is no calendar (iCalendar, .ics).", "カレンダー（iCalendar, .ics）ではありません。")
        ) from problem
    if not calendars:
        raise Unreadable(
            Text("This is no calendar (iCalendar, .ics).", "カレンダー（iCalendar, .ics）ではありません。")
        )
    if len(events) > MOST_EVENTS:
        raise Unreadable(Text("The calendar has too many events.", "予定が多すぎます。"))
    return events


def _by_uid(events: Iterable[Event]) -> dict[str, list[Event]]:
    groups: dict[str, list[Event]] = {}
    for event in events:
        uid = str(event.get("UID", "")).strip()
        if uid and _moment(event, "DTSTART") is not None:
            groups.setdefault(uid, []).append(event)
    return groups


def _of_one(events: list[Event], since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Happening]:
    """The occurrences of one UID: its rule's, each unless it was moved, changed or left out, alone or with all that
    follow it."""
    singles = {key: event for event in events if (key := _recurrence(event, zone)) is not None}
    onward = {key: event for key, event in singles.items() if _is_for_following(event)}
    for event in events:
        if _recurrence(event, zone) is not None:
            continue
        is_series = "RRULE" in event or "RDATE" in event
        for start in _starts(event, since, until, zone):
            key = _instant(start, zone)
            if not is_series:
                yield from _one(event, start, None, since, until, zone)
            elif key not in singles:
                changed, moved = _following(onward, start, key) or (event, start)
                yield from _one(changed, moved, key, since, until, zone)
    for key, event in singles.items():
        yield from _one(event, _moment(event, "DTSTART"), key, since, until, zone)


def _following(onward: dict[datetime, Event], start: Any, key: datetime) -> tuple[Event, Any] | None:
    """The last change before an occurrence that was made for all that follow it, with when the occurrence begins by it."""
    at = max((each for each in onward if each < key), default=None)
    if at is None:
        return None
    event = onward[at]
    began, begins = _moment(event, "RECURRENCE-ID"), _moment(event, "DTSTART")
    if not isinstance(began, datetime) == isinstance(begins, datetime) == isinstance(start, datetime):
        return None
    return event, start + (_wall(begins, None) - _wall(began, None))


def _is_for_following(event: Event) -> bool:
    value = next(iter(_several(event, "RECURRENCE-ID")), None)
    return str(getattr(value, "params", {}).get("RANGE", "")).upper() == "THISANDFUTURE"


def _one(
    event: Event, start: Any, key: datetime | None, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[Happening]:  # Any: a date or a datetime
    starts_at = _instant(start, zone)
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or not since <= starts_at < until:
        return
    is_all_day = not isinstance(start, datetime)
    ends_at = starts_at + min(max(_length(event), timedelta(0)), LONGEST)
    words = str(event.get("DESCRIPTION", ""))[:20_000]
    yield Happening(
        _named(str(event["UID"]).strip(), key),
        _line(event.get("SUMMARY", ""), 200) or "—",
        starts_at,
        ends_at,
        is_all_day,
        _line(event.get("LOCATION", ""), 300),
        _link(event, words),
        words,
        _people(event),
    )


def _starts(event: Event, since: datetime, until: datetime, zone: ZoneInfo) -> list[Any]:  # as DTSTART is
    """When it begins within the window, as dates or as datetimes."""
    first = _moment(event, "DTSTART")
    if "RRULE" not in event and "RDATE" not in event:
        return [first]
    is_day = not isinstance(first, datetime)
    wall = datetime.combine(first, datetime.min.time()) if is_day else first.replace(tzinfo=None)
    own = None if is_day or first.tzinfo is None else first.tzinfo
    found = {wall} | {_wall(each, own) for each in _listed(event, "RDATE")}
    low, high = (_wall(each.astimezone(own or zone), own) - timedelta(days=1) for each in (since, until))
    for rule in _several(event, "RRULE"):
        found |= _ruled(rule, wall, low, high + timedelta(days=2), own)
    found -= {_wall(each, own) for each in _listed(event, "EXDATE")}
    inside = sorted(each for each in found if low <= each <= high + timedelta(days=2))
    return [each.date() if is_day else each.replace(tzinfo=own) for each in inside[:MOST_OCCURRENCES]]


def _ruled(rule: Any, wall: datetime, low: datetime, high: datetime, own: Any) -> set[datetime]:
    """What a rule gives in wall time: a weekly meeting at ten stays at ten when the clock is put forward."""
    parts = {name.upper(): value for name, value in dict(rule).items()}
    if str(parts.get("FREQ", [""])[0]).upper() in _SLOW or _times_a_day(parts) > MOST_A_DAY:
        return set()
    if 0 in _many(parts.get("INTERVAL")):  # the library would go round for ever
        return set()
    if until := parts.pop("UNTIL", None):
        last = until[0]
        is_instant = isinstance(last, datetime) and last.tzinfo is not None and own is not None
        last = _by_clock(last, own) if is_instant else last
        ends = last.replace(tzinfo=None) if isinstance(last, datetime) else datetime.combine(last, datetime.max.time())
        high = min(high, ends)
    kept = type(rule)(parts)
    try:
        return set(rrulestr(kept.to_ical().decode(), dtstart=wall).between(low, high, inc=True)[:MOST_OCCURRENCES])
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return set()  # a rule that nobody can read: the first time alone remains


def _times_a_day(parts: dict[str, Any]) -> int:
    """How often a day the parts of a rule name a time."""
    return math.prod(max(len(_many(parts.get(name))), 1) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else () if value is None else (value,)


def _moment(event: Event, name: str) -> Any:  # a date, a datetime, or None
    found = getattr(next(iter(_several(event, name)), None), "dt", None)
    return found if isinstance(found, date) and 1970 <= found.year <= 2199 else None


def _recurrence(event: Event, zone: ZoneInfo) -> datetime | None:
    value = _moment(event, "RECURRENCE-ID")
    return None if value is None else _instant(value, zone)


def _length(event: Event) -> timedelta:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    if end is not None and isinstance(end, datetime) == isinstance(start, datetime):
        if isinstance(end, datetime) and (end.tzinfo is None) != (start.tzinfo is None):
            return timedelta(hours=1)
        length: timedelta = end - start
        return length
    told = getattr(next(iter(_several(event, "DURATION")), None), "dt", None)
    if isinstance(told, timedelta):
        return told
    return timedelta(0) if isinstance(start, datetime) else timedelta(days=1)


def _listed(event: Event, name: str) -> list[Any]:  # dates or datetimes
    """Every day of EXDATE or RDATE; of a period, its beginning."""
    found: list[Any] = []
    for value in _several(event, name):
        for each in getattr(value, "dts", ()):
            found.append(each.dt[0] if isinstance(each.dt, tuple) else each.dt)
    return [each for each in found if isinstance(each, date)]


def _several(event: Event, name: str) -> list[Any]:
    """The values of a property, without those that nobody could read."""
    value = event.get(name)
    found = [] if value is None else value if isinstance(value, list) else [value]
    return [each for each in found if not isinstance(each, vBroken)]


def _wall(moment: Any, own: Any) -> datetime:
    """A date or datetime on the clock of the event."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, datetime.min.time())
    local = _by_clock(moment, own) if own is not None and moment.tzinfo is not None else moment
    return local.replace(tzinfo=None)


def _by_clock(moment: datetime, own: Any) -> datetime:
    """The instant by the clock of the event; as it stands where that clock has none (99991231T235959Z is "for ever")."""
    try:
        return moment.astimezone(own)
    except OverflowError:
        return moment


def _instant(moment: Any, zone: ZoneInfo) -> datetime:
    """The UTC instant of a date or datetime; without a zone the organisation's is meant."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, datetime.min.time())
    instant: datetime = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return instant.astimezone(UTC)


def _people(event: Event) -> tuple[Person, ...]:
    found: dict[str, Person] = {}
    for each in [*_several(event, "ORGANIZER"), *_several(event, "ATTENDEE")][:200]:
        address = str(each).removeprefix("mailto:").removeprefix("MAILTO:").strip().lower()
        parameters = getattr(each, "params", {})
        if "@" in address and len(address) <= 254:
            declined = str(parameters.get("PARTSTAT", "")).upper() == "DECLINED"
            found.setdefault(address, Person(address, _line(parameters.get("CN", ""), 120), declined))
    return tuple(found.values())


def _link(event: Event, words: str) -> str:
    """Where one joins: the address that the event names, or the first in its place or description."""
    told = [str(event.get("X-GOOGLE-CONFERENCE", "")), str(event.get("LOCATION", "")), str(event.get("URL", "")), words]
    for text in told:
        for word in text.replace("<", " ").replace(">", " ").replace('"', " ").split():
            if word.startswith("https://") and len(word) <= 500 and word.isprintable():
                return word
    return ""


def _line(value: object, most: int) -> str:
    return "".join(c if c >= " " else " " for c in str(value)).strip()[:most]


def _named(uid: str, key: datetime | None) -> str:
    name = uid if key is None else f"{uid}|{key:%Y%m%dT%H%M%SZ}"
    return name if len(name) <= 300 else hashlib.sha256(name.encode()).hexdigest()
