"""Counting a body's events before it is accepted: how many, which of them will be set aside, and whose key it names.

Nothing more is looked at here: the drain reads the events themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from nenrin.ingest.payloads import posthog, shapes
from nenrin.ingest.payloads.reading import Malformed, parse
from nenrin.ingest.spool import Shape


@dataclass(frozen=True, slots=True)
class Census:
    events: int
    rejected: list[tuple[int, str]]  # place in the batch, code
    key: object  # as named in the body
    shape: Shape
    ids: tuple[str | None, ...] = ()  # PostHog's uuids, event by event


_CAMEL: Final = {
    "user": "userId",
    "anonymous": "anonymousId",
    "group": "groupId",
    "previous": "previousId",
    "key": "writeKey",
}


class _Event(msgspec.Struct, gc=False, rename=_CAMEL):
    """The fields that decide whether an event can be stored."""

    type: object = None
    user: object = None
    anonymous: object = None
    event: object = None
    group: object = None
    previous: object = None
    key: object = None
    distinct_id: object = None


class _Batch(msgspec.Struct, gc=False, rename=_CAMEL):
    batch: list[_Event]
    key: object = None
    write_key: object = None
    api_key: object = None
    token: object = None


class _Single(_Event, gc=False, rename=_CAMEL):
    write_key: object = None
    api_key: object = None
    token: object = None


_batches: Final = msgspec.json.Decoder(_Batch)
_singles: Final = msgspec.json.Decoder(_Single)
_KEYS: Final = ("writeKey", "write_key", "api_key", "token")


def taken(body: bytes, shape: Shape, path_type: str | None, *, is_either: bool = False) -> Census:
    """Count a body. `is_either`: it may be PostHog's, its own look decides. Raises Malformed."""
    if shape == "posthog":
        return _of_posthog(parse(body)[0])
    try:
        read = (_batches if shape == "batch" else _singles).decode(body)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _slowly(body, shape, path_type, is_either)
    key = read.key or read.write_key or read.api_key or read.token
    events: list[_Event] = read.batch if isinstance(read, _Batch) else [read]
    if is_either and _is_posthog(read, events):
        return _of_posthog(parse(body)[0])
    rejected = [(place, code) for place, event in enumerate(events) if (code := _fault(event, path_type))]
    if events and not key:
        key = events[0].key
    return Census(len(events), _with_oversized(rejected, body, shape), key, shape)


def _is_posthog(read: _Batch | _Single, events: list[_Event]) -> bool:
    return bool(read.api_key or (events and events[0].distinct_id) or (events and not events[0].type and read.token))


def _fault(event: _Event, path_type: str | None) -> str | None:
    # The common case first: a named track call of a known user; thousands a second come through here.
    who, name = event.user, event.event
    if event.type == "track" and type(who) is str and type(name) is str and who.strip() and name.strip():
        return None
    kind = path_type or event.type
    return shapes.fault_of(kind, (who, event.anonymous), name, event.group, event.previous)


def _slowly(body: bytes, shape: Shape, path_type: str | None, is_either: bool) -> Census:
    """Bodies that strict reading refuses: repaired, or with something among the events that is no object."""
    parsed, _ = parse(body)
    if is_either and _looks_like_posthog(parsed):
        return _of_posthog(parsed)
    if not isinstance(parsed, dict):
        raise Malformed("expected an object")
    if shape == "batch" and not isinstance(parsed.get("batch"), list):
        raise Malformed("expected a list under `batch`")
    events = shapes.unfolded(parsed, shape, path_type)
    key = next((parsed[name] for name in _KEYS if parsed.get(name)), None)
    if not key and events and isinstance(events[0], Mapping):
        key = events[0].get("writeKey")
    return Census(len(events), _with_oversized(_faults(events), body, shape), key, shape)


def _looks_like_posthog(parsed: Any) -> bool:
    if isinstance(parsed, list):
        return True
    first = posthog.events_in(parsed)[:1]
    has_id = any(isinstance(event, Mapping) and "distinct_id" in event for event in first)
    return isinstance(parsed, Mapping) and (bool(parsed.get("api_key")) or has_id)


def _of_posthog(parsed: Any) -> Census:
    if not isinstance(parsed, dict | list):
        raise Malformed("expected an object or a list")
    events = shapes.unfolded(parsed, "posthog", None)
    rejected = _faults(events)
    return Census(
        len(events), rejected, posthog.key_in(parsed), "posthog", tuple(map(_uuid, posthog.events_in(parsed)))
    )


def _uuid(event: Any) -> str | None:
    found = event.get("uuid") if isinstance(event, Mapping) else None
    return found if isinstance(found, str) else None


def _faults(events: list[Any]) -> list[tuple[int, str]]:
    return [(place, code) for place, event in enumerate(events) if (code := shapes.fault(event))]


def _with_oversized(rejected: list[tuple[int, str]], body: bytes, shape: Shape) -> list[tuple[int, str]]:
    if len(body) <= shapes.LARGEST_EVENT:
        return rejected
    found = dict(rejected) | dict.fromkeys(shapes.oversized(body, shape), "too_large")
    return sorted(found.items())
