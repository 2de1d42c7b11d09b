"""Events set aside: kept whole with the reason, retried or dropped by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.ingest import spool
from nenrin.ingest.models import Quarantined
from nenrin.ingest.payloads.columns import Reject
from nenrin.ingest.spool import Batch

#: The door can never give a batch this path: only a retry has it.
RETRY: Final = "retry"
LONGEST_BODY: Final = 5_000_000


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
