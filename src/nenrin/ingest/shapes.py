"""The shapes in which clients send events, turned into one: Segment's.

The door uses `fault` to tell the client at once which events will be set aside; the drain uses `events` and the same
`fault`, so both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nenrin.ingest.spool.batches import SpooledBatch


@dataclass(frozen=True, slots=True)
class Envelope:
    """A body, opened: its events in Segment's shape, in the order sent, and when the client says it sent them."""

    events: list[Any]  # dict per event, batch-level context and integrations merged under the event's own
    sent_at: str | int | float | None
    flags: frozenset[str]  # what reading had to repair: nan, surrogate, nul, bom, duplicate_key


def opened(batch: SpooledBatch) -> Envelope:
    """The events of a spooled batch, whatever client sent it. A batch the door accepted never raises."""
    raise NotImplementedError


def fault(event: Mapping[str, Any]) -> str | None:
    """Why an event (Segment's shape) cannot be stored: a code, or None where it can.

    not_an_object, unknown_type, no_user_anon_id, no_event, no_group_id, no_previous_id
    """
    raise NotImplementedError
