"""The shapes in which clients send events, turned into one: Segment's.

The door uses `fault` to tell the client at once which events will be set aside; the drain uses `opened` and the same
`fault`, so both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from nenrin.ingest.payloads import posthog
from nenrin.ingest.payloads.reading import Malformed, parse
from nenrin.ingest.spool.batches import Shape, SpooledBatch

TYPES: Final = frozenset({"track", "identify", "page", "screen", "group", "alias"})
#: One event may be this long, as JSON text; Segment documents 32 KB, and we are not the ones to lose the rest.
LARGEST_EVENT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """A body, opened: its events in Segment's shape, in the order sent, and when the client says it sent them."""

    events: list[Any]  # dict per event (anything else is a fault), batch-level context and integrations merged in
    sent_at: str | int | float | None
    flags: frozenset[str]  # what reading had to repair (reading.parse)


def opened(batch: SpooledBatch) -> Envelope:
    """The events of a spooled batch, whatever client sent it. A batch that the door accepted never raises."""
    body, flags = parse(batch.body)
    return Envelope(unfolded(body, batch.shape, batch.path_type), _sent_at(body), flags)


def unfolded(body: Any, shape: Shape, path_type: str | None) -> list[Any]:
    """The events of a parsed body in Segment's shape."""
    if shape == "posthog":
        return [posthog.as_segment(event) for event in posthog.events_in(body)]
    if shape == "batch":
        return _of_batch(body)
    return [_single(body, path_type)]


def _of_batch(body: Any) -> list[Any]:
    if not isinstance(body, Mapping) or not isinstance(body.get("batch"), list):
        raise Malformed("expected an object with a list under `batch`")
    shared = {name: body[name] for name in ("context", "integrations") if isinstance(body.get(name), Mapping)}
    return [_in_place(event, shared) for event in body["batch"]]


def _in_place(event: Any, shared: Mapping[str, Mapping[str, Any]]) -> Any:
    """An event under its batch's context and integrations, its identify traits where Segment puts them."""
    if not isinstance(event, dict):
        return event
    for name, common in shared.items():
        own = event.get(name)
        event[name] = {**common, **own} if isinstance(own, Mapping) else dict(common)
    return _with_traits(event)


def _single(body: Any, path_type: str | None) -> Any:
    if not isinstance(body, dict):
        return body
    event = {name: value for name, value in body.items() if name not in {"writeKey", "sentAt"}}
    if path_type:
        event["type"] = path_type
    return _with_traits(event)


def _with_traits(event: dict[str, Any]) -> dict[str, Any]:
    """RudderStack's clients put identify's traits into the context."""
    if event.get("type") == "identify" and "traits" not in event:
        context = event.get("context")
        if isinstance(context, Mapping) and isinstance(context.get("traits"), Mapping):
            event["traits"] = context["traits"]
    return event


def _sent_at(body: Any) -> str | int | float | None:
    if not isinstance(body, Mapping):
        return None
    # The old node client calls it `timestamp`, beside the batch; on a single event that word means the event's time.
    names = ("sentAt", "sent_at", "timestamp") if "batch" in body else ("sentAt", "sent_at")
    for name in names:
        value = body.get(name)
        if isinstance(value, str | int | float):
            return value
    return None


def oversized(body: bytes, shape: Shape) -> frozenset[int]:
    """Places of events longer than LARGEST_EVENT; they are set aside as `too_large`, their neighbours are not."""
    if len(body) <= LARGEST_EVENT:
        return frozenset()
    parsed, _ = parse(body)
    events = posthog.events_in(parsed) if shape == "posthog" else parsed["batch"] if shape == "batch" else [parsed]
    sizes = (len(msgspec.json.encode(event)) for event in events)
    return frozenset(place for place, size in enumerate(sizes) if size > LARGEST_EVENT)


def fault(event: Any) -> str | None:
    """Why an event in Segment's shape cannot be stored: a code, or None where it can.

    not_an_object, unknown_type, no_user_anon_id, no_event, no_group_id, no_previous_id
    """
    if not isinstance(event, Mapping):
        return "not_an_object"
    who = (event.get("userId"), event.get("anonymousId"))
    return fault_of(event.get("type"), who, event.get("event"), event.get("groupId"), event.get("previousId"))


def fault_of(kind: object, who: tuple[object, object], name: object, group: object, previous: object) -> str | None:
    """`fault` for an event whose fields were read apart."""
    if kind not in TYPES:
        return "unknown_type"
    if not any(is_given(key) for key in who):
        return "no_user_anon_id"
    if kind == "track" and not (isinstance(name, str) and name.strip()):
        return "no_event"
    if kind == "group" and not is_given(group):
        return "no_group_id"
    if kind == "alias" and not is_given(previous):
        return "no_previous_id"
    return None


def is_given(key: object) -> bool:
    """Is this an id? Text that is not blank, or a number; true and false are none."""
    return bool(key.strip()) if isinstance(key, str) else isinstance(key, int | float) and not isinstance(key, bool)
