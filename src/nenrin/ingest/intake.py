"""The intake: accept what senders bring. What is accepted is on the disk; what happens to it is the drain's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from nenrin.ingest import spool
from nenrin.ingest.models import Source
from nenrin.ingest.payloads.reading import parse
from nenrin.ingest.payloads.shapes import unfolded
from nenrin.ingest.sources import Sender
from nenrin.ingest.spool import Batch, Shape


def accept(
    body: bytes,
    *,
    sender: Sender,
    received_at: datetime,
    events: int,
    shape: Shape = "batch",
    path_type: str | None = None,
    agent: str = "",
    retries: int = 0,
) -> int:
    """Spool one request's body; returns its batch id once it is on the disk.

    Raises spool.SpoolBusy or spool.SpoolUnavailable; then nothing was kept.
    """
    return spool.put(_batch(sender, received_at, events, body, shape, path_type, agent, retries))


def accept_many(source: Source, bodies: Sequence[tuple[bytes, datetime]], *, trusted: bool = True) -> list[int]:
    """Spool many Segment batch bodies {"batch": [...]}, each with its own time of arrival, in one transaction.

    For the simulator and for history: `received_at` may lie in the past. Raises spool.SpoolUnavailable, and
    reading.Malformed for a body that is not JSON; then nothing was kept.
    """
    sender = Sender(source.pk, source.name, source.namespace, trusted, 0, frozenset())
    return spool.put_many([_batch(sender, at, _count(body), body) for body, at in bodies])


class _Counted(msgspec.Struct):
    """A batch body of which only the number of events is asked."""

    batch: list[msgspec.Raw]


_counted = msgspec.json.Decoder(_Counted)


def _count(body: bytes) -> int:
    """How many events a body has. Raises reading.Malformed."""
    try:
        return len(_counted.decode(body).batch)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return len(unfolded(parse(body)[0], "batch", None))


def _batch(
    sender: Sender,
    received_at: datetime,
    events: int,
    body: bytes,
    shape: Shape = "batch",
    path_type: str | None = None,
    agent: str = "",
    retries: int = 0,
) -> Batch:
    return Batch(
        source=sender.source,
        namespace=sender.namespace,
        trusted=sender.trusted,
        received_at=received_at,
        events=events,
        body=body,
        shape=shape,
        path_type=path_type,
        agent=agent[:200],
        retries=retries,
    )
