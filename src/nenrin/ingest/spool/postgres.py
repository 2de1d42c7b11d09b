"""The spool as a table of the application's PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Greatest

from nenrin.ingest.models import Spooled, Tally, UnknownKey
from nenrin.ingest.spool.batches import Batch, SpooledBatch, SpoolUnavailable, Stranger, apart
from nenrin.ingest.spool.packing import pack, unpack

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
#: Ids must become visible in their order, or a reader that remembers the last one would step over a slow neighbour.
IN_ORDER = "SELECT pg_advisory_xact_lock(7205759403792794)"
#: One statement, for one snapshot.
STANDING = """SELECT 'received', source, n FROM ingest_tally WHERE what = 'received'
    UNION ALL SELECT 'pending', source, sum(events) FROM ingest_spooled WHERE id > %s GROUP BY source"""
KEPT_STRANGERS = 200


class PostgresStore:
    """Writes through Django's connection of the calling thread."""

    def append(
        self,
        batches: Sequence[Batch],
        limited: Mapping[int, int] | None = None,
        strangers: Sequence[Stranger] = (),
    ) -> list[int]:
        rows = [_row(batch) for batch in batches]
        with self._writing():
            made = Spooled.objects.bulk_create(rows)
            for batch in batches:
                _count(batch.source, "received", batch.events)
                _reach(batch.source, (batch.received_at - EPOCH) // MICROSECOND)
            for source, n in (limited or {}).items():
                _count(source, "limited", n)
            _meet(strangers)
        return [row.id for row in made]

    def read(self, after: int, limit_bytes: int) -> list[SpooledBatch]:
        found: list[SpooledBatch] = []
        size = 0
        with _translated():
            for row in Spooled.objects.filter(id__gt=after).order_by("id").iterator(50):
                found.append(_batch(row))
                size += len(found[-1].body)
                if size >= limit_bytes:
                    break
        return found

    def delete(self, up_to: int) -> None:
        with _translated():
            Spooled.objects.filter(id__lte=up_to).delete()

    def pending(self, after: int) -> dict[int, int]:
        with _translated():
            rows = Spooled.objects.filter(id__gt=after).values_list("source").annotate(n=Sum("events")).order_by()
            return dict(rows)

    def standing(self, after: int) -> tuple[dict[int, int], dict[int, int]]:
        with _translated(), connection.cursor() as cursor:
            cursor.execute(STANDING, [after])
            return apart(cursor.fetchall())

    def tally(self, what: str) -> dict[int, int]:
        with _translated():
            return dict(Tally.objects.filter(what=what).values_list("source", "n"))

    def latest(self) -> dict[int, datetime]:
        return {source: EPOCH + n * MICROSECOND for source, n in self.tally("latest").items()}

    def strangers(self) -> list[Stranger]:
        with _translated():
            rows = UnknownKey.objects.order_by("-last_at")
            return [Stranger(row.key, row.requests, row.first_at, row.last_at, row.agent) for row in rows]

    def begin_above(self, version: int) -> None:
        with self._writing(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence('ingest_spooled', 'id')")
            name = cursor.fetchone()[0]
            cursor.execute(f"SELECT setval('{name}', greatest(%s, (SELECT last_value FROM {name})))", [max(version, 1)])

    def is_within_transaction(self) -> bool:
        return connection.in_atomic_block

    def rest(self) -> None:
        connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _translated(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(IN_ORDER)
            yield


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, InterfaceError) as problem:
        if not connection.in_atomic_block:
            connection.close()  # a broken one would fail for ever; the next call opens a new one
        raise SpoolUnavailable(str(problem)) from problem


def _row(batch: Batch) -> Spooled:
    return Spooled(
        source=batch.source,
        namespace=batch.namespace,
        trusted=batch.trusted,
        received_at=batch.received_at,
        events=batch.events,
        shape=batch.shape,
        path_type=batch.path_type or "",
        agent=batch.agent,
        retries=batch.retries,
        body=pack(batch.body),
    )


def _batch(row: Spooled) -> SpooledBatch:
    return SpooledBatch(
        row.id,
        row.source,
        row.namespace,
        row.trusted,
        row.received_at,
        row.events,
        unpack(bytes(row.body)),
        row.shape,  # type: ignore[arg-type]  # written from a Shape
        row.path_type or None,
        row.agent,
        row.retries,
    )


def _count(source: int, what: str, n: int) -> None:
    if not Tally.objects.filter(source=source, what=what).update(n=F("n") + n):
        Tally.objects.create(source=source, what=what, n=n)  # the advisory lock keeps a second writer out


def _reach(source: int, micros: int) -> None:
    if not Tally.objects.filter(source=source, what="latest").update(n=Greatest(F("n"), micros)):
        Tally.objects.create(source=source, what="latest", n=micros)


def _meet(strangers: Sequence[Stranger]) -> None:
    for met in strangers:
        again = {"requests": F("requests") + met.requests, "last_at": met.last_at, "agent": met.agent}
        if not UnknownKey.objects.filter(key=met.key).update(**again):
            UnknownKey.objects.create(
                key=met.key,
                requests=met.requests,
                first_at=met.first_at,
                last_at=met.last_at,
                agent=met.agent,
            )
    if strangers:
        kept = UnknownKey.objects.order_by("-last_at").values_list("key", flat=True)[:KEPT_STRANGERS]
        UnknownKey.objects.exclude(key__in=list(kept)).delete()
