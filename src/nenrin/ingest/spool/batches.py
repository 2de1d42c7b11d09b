"""What lies in the spool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: How the body is to be read: `batch` {"batch": [...]}, `single` one event (its type may be in `path_type`),
#: `posthog` PostHog's capture bodies, `jitsu` one Jitsu event. `ingest.shapes` turns each into Segment's events.
Shape = Literal["batch", "single", "posthog", "jitsu"]


@dataclass(frozen=True, slots=True)
class Batch:
    """One accepted request, as it came, inflated."""

    source: int
    namespace: str
    trusted: bool  # sent with the secret key
    received_at: datetime  # aware, UTC
    events: int
    body: bytes  # JSON as sent, inflated; not necessarily strict JSON (see shapes.parse)
    shape: Shape
    path_type: str | None = None  # "track", "identify" ... where the path said so
    agent: str = ""  # User-Agent, for diagnosis
    retries: int = 0  # X-Retry-Count, for diagnosis


@dataclass(frozen=True, slots=True)
class SpooledBatch:
    """A batch with its place in the order of acceptance."""

    id: int
    source: int
    namespace: str
    trusted: bool
    received_at: datetime
    events: int
    body: bytes
    shape: Shape
    path_type: str | None
    agent: str
    retries: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """A write key that came in and belongs to no open source."""

    key: str
    requests: int
    first_at: datetime
    last_at: datetime
    agent: str


class SpoolBusy(RuntimeError):
    """More is waiting to be written than the door may hold; send it again in a moment. Nothing was kept."""


class SpoolUnavailable(RuntimeError):
    """The spool cannot be written (disk full, database away). Nothing was kept; free the disk, no restart is needed."""


def apart(rows: Iterable[tuple[str, int, int]]) -> tuple[dict[int, int], dict[int, int]]:
    """Counts of events by source, told by "received" and "pending", each by itself."""
    received: dict[int, int] = {}
    pending: dict[int, int] = {}
    for what, source, n in rows:
        (received if what == "received" else pending)[source] = int(n)
    return received, pending
