"""Events set aside: kept whole with the reason, retried or dropped by a person."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.ingest import spool
from nenrin.ingest.models import Quarantined
from nenrin.ingest.payloads.columns import Reject
from nenrin.ingest.spool import Batch

#: The door can never give a batch this path: only a retry has it.
RETRY: Final = "retry"
LONGEST_BODY: Final = 5_000_000
#: Rows of one transaction, and how long one call goes on.
AT_ONCE: Final = 1_000
SECONDS: Final = 5.0


class Deed(Protocol):
    """`retry` or `drop`."""

    def __call__(self, rows: Sequence[Quarantined], *, by: Actor, at: datetime) -> int: ...


def keep(rejects: Iterable[Reject]) -> None:
    """Set events aside, in the drain's transaction. Safe to repeat."""
    rows = [
        Quarantined(
            source=reject.batch.source, namespace=reject.batch.namespace, is_trusted=reject.batch.trusted,
            batch=reject.batch.id, place=reject.place, received_at=reject.batch.received_at, reason=reject.reason,
            detail=reject.detail, body=reject.body.replace("\0", "\ufffd")[:LONGEST_BODY], events=reject.events,
        )
        for reject in rejects
    ]  # fmt: skip
    Quarantined.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)


def retry(rows: Sequence[Quarantined], *, by: Actor, at: datetime) -> int:
    """Send waiting events through the drain again; returns how many. Journal: ingest.quarantine.retried.

    They were received once and are not counted again: a retry is a spooled batch of no new events. One that still
    cannot be stored comes back under the same reason.
    """
    # One that says `retrying` may have been left by a crash before its batch was spooled; twice does no harm.
    states = ("waiting", "retrying")
    chosen = list(Quarantined.objects.filter(pk__in=[row.pk for row in rows], state__in=states))
    with transaction.atomic():
        Quarantined.objects.filter(pk__in=[row.pk for row in chosen]).update(state="retrying", settled_at=at)
        _record("ingest.quarantine.retried", chosen, by, at)
    spool.put_many([_again(row) for row in chosen])
    return len(chosen)


def drop(rows: Sequence[Quarantined], *, by: Actor, at: datetime) -> int:
    """Give waiting events up; they stay counted as quarantined. Journal: ingest.quarantine.dropped."""
    waiting = Quarantined.objects.filter(pk__in=[row.pk for row in rows], state="waiting")
    with transaction.atomic():
        chosen = list(waiting)
        waiting.update(state="dropped", settled_at=at)
        _record("ingest.quarantine.dropped", chosen, by, at)
    return len(chosen)


@dataclass(frozen=True, slots=True)
class Progress:
    """Of all rows meant: how many are settled by now, how many are left, and after which one it goes on (None: done)."""

    settled: int
    left: int
    after: int | None


def settle_all(
    deed: Deed, rows: QuerySet[Quarantined], *, after: int = 0, through: int, by: Actor, at: datetime,
    seconds: float | None = None,
) -> Progress:  # fmt: skip
    """Retry or drop all of these rows, the oldest first, a thousand at a time, for as long as `seconds` (SECONDS) last.

    - `after`: where an earlier call stopped. `through`: the last row there was when it began, so that what comes back
      meanwhile is not tried twice.

    Each thousand is kept by itself: killed anywhere, what was settled stays so. Journal: as the deed, for each thousand.
    """
    meant, settled, begun = rows.filter(pk__lte=through).order_by("pk"), 0, time.monotonic()
    while True:
        some = list(meant.filter(pk__gt=after)[:AT_ONCE])
        if some:
            settled, after = settled + deed(some, by=by, at=at), some[-1].pk
        left = meant.filter(pk__gt=after).count()
        if not left or time.monotonic() - begun >= (SECONDS if seconds is None else seconds):
            return Progress(settled, left, after if left else None)


def retried(batch: spool.SpooledBatch) -> int | None:
    """The quarantined row that a spooled batch tries again; None for every other batch."""
    if batch.path_type != RETRY or batch.events:
        return None
    return int(batch.agent)


def _again(row: Quarantined) -> Batch:
    body = row.body.encode()
    is_whole = row.reason == "unreadable"
    wrapped = body if is_whole else b'{"batch":[' + body + b"]}"
    return Batch(
        source=row.source, namespace=row.namespace, trusted=row.is_trusted, received_at=row.received_at, events=0,
        body=wrapped, shape="batch", path_type=RETRY, agent=str(row.pk),
    )  # fmt: skip


def _record(action: str, rows: Sequence[Quarantined], by: Actor, at: datetime) -> None:
    reasons = sorted({row.reason for row in rows})
    journal.record(action, actor=by, at=at, particulars={"events": sum(row.events for row in rows), "reasons": reasons})


def as_sent(row: Quarantined) -> object:
    """The event as JSON where it is JSON, else its text."""
    try:
        return msgspec.json.decode(row.body)
    except msgspec.DecodeError:
        return row.body
