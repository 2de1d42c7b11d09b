"""Spooled bodies as columns: one row an event, in the order sent, beside the events that cannot be stored.

A body in which every event is ordinary is read straight into typed structs; anything else (another client's shape, a
repaired character, one faulty event) goes through `shapes`, which forgives more and takes longer. Both say the same.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
import pyarrow as pa
from msgspec import Raw, Struct

from nenrin.ingest.payloads import shapes
from nenrin.ingest.payloads.reading import DEEPEST, Malformed, text_of
from nenrin.ingest.spool import SpooledBatch

Id = str | int | None
Stamp = str | int | float | None

#: Text longer than this is not an id.
LONGEST_ID: Final = 500
#: Beyond this a context keeps only its well-known parts.
LARGEST_CONTEXT: Final = 8_000
KEPT_CONTEXT: Final = ("library", "page", "campaign", "locale", "timezone", "userAgent", "app", "device", "os")
NOTHING: Final = (b"", b"null", b"{}")

# Escapes that may need repair: U+0000, and halves of surrogate pairs (whole pairs are emoji and the like).
ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
HALF_PAIR = re.compile(rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]")


class Event(Struct, gc=False):
    """An ordinary event; anything that does not fit is read the long way."""

    type: Literal["track", "identify", "page", "screen", "group", "alias"]
    event: str | None = None
    name: str | None = None
    userId: Id = None  # noqa: N815
    anonymousId: Id = None  # noqa: N815
    groupId: Id = None  # noqa: N815
    previousId: Id = None  # noqa: N815
    messageId: str | None = None  # noqa: N815
    timestamp: Stamp = None
    originalTimestamp: Stamp = None  # noqa: N815
    sentAt: Stamp = None  # noqa: N815
    receivedAt: Stamp = None  # noqa: N815
    properties: dict[str, Any] | None = None  # Any: whatever JSON holds
    traits: dict[str, Any] | None = None
    context: Raw = Raw(b"")
    integrations: Raw = Raw(b"")


class Body(Struct, gc=False):
    batch: list[Event]
    sentAt: Stamp = None  # noqa: N815
    timestamp: Stamp = None
    context: Raw = Raw(b"")
    integrations: Raw = Raw(b"")


class Known(Struct, gc=False):
    """What of a context matters beside its text."""

    groupId: Id = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Reject:
    """An event that cannot be stored; `events` is more than one where a whole body could not be read."""

    batch: SpooledBatch
    place: int
    reason: str
    body: str
    detail: str = ""
    events: int = 1


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of RAW, and the rejects beside them."""

    rows: pa.Table
    rejects: list[Reject]


RAW = pa.schema(
    [
        ("type", pa.string()), ("name", pa.string()), ("user", pa.string()), ("anonymous", pa.string()),
        ("group", pa.string()), ("previous", pa.string()), ("message", pa.string()), ("original", pa.string()),
        ("sent", pa.string()), ("stated", pa.string()), ("properties", pa.string()), ("traits", pa.string()),
        ("context", pa.string()), ("flags", pa.string()), ("batch", pa.int64()), ("place", pa.int32()),
    ]
)  # fmt: skip
Row = tuple[Any, ...]
#: Of a batch's context: an event's context as sent -> both as kept, and the group named: the same come again and again.
Contexts = dict[bytes, dict[bytes, tuple[str | None, str | None]]]

_body = msgspec.json.Decoder(Body)
_known = msgspec.json.Decoder(Known)
_plain = msgspec.json.Decoder()
_json = msgspec.json.Encoder()


def read(batches: Sequence[SpooledBatch]) -> Columns:
    """The events of these batches. Never raises: what cannot be read is a Reject."""
    rows: list[Row] = []
    rejects: list[Reject] = []
    contexts: Contexts = {}
    with _uncollected():
        for batch in batches:
            try:
                rows.extend(_ordinary(batch, contexts))
            except _Unusual:
                _long_way(batch, rows, rejects)
        columns = list(zip(*rows, strict=True)) or [()] * len(RAW)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, RAW, strict=True)]
        del rows, columns
    return Columns(pa.Table.from_arrays(arrays, schema=RAW), rejects)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: rows have none, and looking through them again and again takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Unusual(Exception):
    """Not every event of this body is ordinary."""


def _ordinary(batch: SpooledBatch, contexts: Contexts) -> list[Row]:
    body = batch.body
    if batch.shape != "batch" or _needs_repair(body):
        raise _Unusual
    try:
        opened = _body.decode(body)
        return _rows(opened, batch.id, contexts)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _Unusual from None


def _rows(opened: Body, batch: int, contexts: Contexts) -> list[Row]:
    shared = bytes(opened.context)
    if bytes(opened.integrations) not in NOTHING or b'"traits"' in shared:
        raise _Unusual
    sent = _text(opened.sentAt if opened.sentAt is not None else opened.timestamp)
    known = contexts.setdefault(shared, {})
    return [_row(event, sent, batch, place, shared, known) for place, event in enumerate(opened.batch)]


def _needs_repair(body: bytes) -> bool:
    if len(body) > shapes.LARGEST_EVENT:
        return True
    odd = ESCAPED.search(body)
    return odd is not None and (b"\\u0000" in body or HALF_PAIR.search(body) is not None)


def _row(
    event: Event, sent: str | None, batch: int, place: int, shared: bytes,
    contexts: dict[bytes, tuple[str | None, str | None]],
) -> Row:  # fmt: skip
    """One ordinary event; this runs for every event, so what is rare is asked last."""
    kind = event.type
    user, anonymous, name = event.userId, event.anonymousId, event.event
    user = user.strip() or None if type(user) is str else _text(user)
    anonymous = None if anonymous is None else _text(anonymous)
    if user is None and anonymous is None:
        raise _Unusual
    raw = bytes(event.context)
    known = contexts.get(raw)
    if known is None:
        known = contexts[raw] = _context(_under(shared, raw))
    context, group = known
    previous = traits = None
    if kind == "track":
        if name is None or not name.strip():
            raise _Unusual
    else:
        name, traits = event.name or "", _object(event.traits)
        if kind == "group":
            group = _text(event.groupId)
        previous = _text(event.previousId)
        if _is_odd(kind, group, previous, traits, raw):
            raise _Unusual
    integrations = bytes(event.integrations)
    if len(integrations) > 2 and b"false" in integrations:
        context = _with_integrations(context, integrations.decode())
    original = event.timestamp if event.originalTimestamp is None else event.originalTimestamp
    return (
        kind, name, user, anonymous, group, previous, event.messageId,
        original if type(original) is str else _text(original), sent if event.sentAt is None else _text(event.sentAt),
        None if event.receivedAt is None else _text(event.receivedAt), _object(event.properties), traits, context,
        "", batch, place,
    )  # fmt: skip


def _is_odd(kind: str, group: str | None, previous: str | None, traits: bytes | None, context: bytes) -> bool:
    if kind == "identify":
        return traits is None and b'"traits"' in context
    return (kind == "group" and group is None) or (kind == "alias" and previous is None)


def _object(value: dict[str, Any] | None) -> bytes | None:
    """A JSON object as we write it, however its sender did: a resent event must compare equal."""
    if not value:
        return None
    text = _json.encode(value)
    if len(text) > 64 and text.count(b"{") + text.count(b"[") > DEEPEST:
        raise _Unusual
    return text


def _under(shared: bytes, raw: bytes) -> bytes:
    """An event's context under that of its batch, which every event of the batch has unless it says otherwise."""
    if shared in NOTHING:
        return raw
    if shared[:1] != b"{" or (raw not in NOTHING and raw[:1] != b"{"):
        raise _Unusual
    own = {} if raw in NOTHING else _plain.decode(raw)
    return _json.encode({**_plain.decode(shared), **own})


def _context(raw: bytes) -> tuple[str | None, str | None]:
    """A context's text without personal traits, and the group it names."""
    if raw in NOTHING:
        return None, None
    if raw[:1] != b"{" or raw.count(b"{") + raw.count(b"[") > DEEPEST:
        raise _Unusual
    return _trimmed(_plain.decode(raw)), _text(_known.decode(raw).groupId)


def _trimmed(context: dict[str, Any]) -> str:
    kept = {name: value for name, value in context.items() if name != "traits"}
    text = msgspec.json.encode(kept)
    if len(text) > LARGEST_CONTEXT:
        text = msgspec.json.encode({name: kept[name] for name in KEPT_CONTEXT if name in kept})
    return text.decode() if len(text) <= LARGEST_CONTEXT else "{}"


def _with_integrations(context: str | None, integrations: str) -> str:
    if context in (None, "{}"):
        return f'{{"integrations":{integrations}}}'
    return f'{context[:-1].rstrip()},"integrations":{integrations}}}'


def _text(value: Stamp) -> str | None:
    """An id or time as text; blank is none. A whole float reads as the integer it is."""
    if type(value) is str:
        return value.strip() or None
    if value is None or isinstance(value, bool):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _long_way(batch: SpooledBatch, rows: list[Row], rejects: list[Reject]) -> None:
    try:
        envelope = shapes.opened(batch)
        large = shapes.oversized(batch.body, batch.shape)
    except (Malformed, KeyError, TypeError, ValueError) as problem:
        body = text_of(batch.body).decode(errors="replace").replace("\0", "\ufffd")
        rejects.append(Reject(batch, 0, "unreadable", body, str(problem)[:300], max(batch.events, 1)))
        return
    flags = ",".join(sorted(envelope.flags))
    for place, event in enumerate(envelope.events):
        reason = "too_large" if place in large else shapes.fault(event) or _wrong_part(event)
        if reason:
            rejects.append(Reject(batch, place, reason, _dump(event)))
        else:
            rows.append(_told(event, envelope.sent_at, flags, batch.id, place))


def _wrong_part(event: dict[str, Any]) -> str | None:
    for part in ("properties", "traits", "context"):
        if event.get(part) is not None and not isinstance(event[part], dict):
            return f"{part}_not_an_object"
    return None


def _told(event: dict[str, Any], sent: Stamp, flags: str, batch: int, place: int) -> Row:
    kind, context = event["type"], event.get("context") or {}
    integrations = event.get("integrations")
    kept = _trimmed(context) if context else None
    if isinstance(integrations, dict) and False in integrations.values():
        kept = _with_integrations(kept, _dump(integrations))
    return (
        kind,
        event["event"] if kind == "track" else _given(event.get("name")) or "",
        _given(event.get("userId")),
        _given(event.get("anonymousId")),
        _given(event.get("groupId") if kind == "group" else context.get("groupId")),
        _given(event.get("previousId")),
        event["messageId"] if isinstance(event.get("messageId"), str) else _given(event.get("messageId")),
        _given(event.get("originalTimestamp") or event.get("timestamp")),
        _given(event.get("sentAt") or sent),
        _given(event.get("receivedAt")),
        _dump(event["properties"]) if event.get("properties") else None,
        _dump(event["traits"]) if event.get("traits") else None,
        kept,
        flags,
        batch,
        place,
    )


def _given(value: object) -> str | None:
    return _text(value) if isinstance(value, str | int | float) else None


def _dump(value: object) -> str:
    return msgspec.json.encode(value).decode()
