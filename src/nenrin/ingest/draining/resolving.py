"""A chunk of batches, resolved: what will be stored, learned, counted and set aside. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from nenrin.foundation.models import Organisation
from nenrin.ingest import catalogue, quarantine
from nenrin.ingest.draining import identity, judging
from nenrin.ingest.draining.dedupe import Keys
from nenrin.ingest.draining.normalise import Policy, normalise
from nenrin.ingest.models import Quarantined, Source
from nenrin.ingest.payloads import columns
from nenrin.ingest.payloads.columns import Reject
from nenrin.ingest.spool import SpooledBatch

Verdicts = Counter[tuple[int, str]]


@dataclass(slots=True)
class Resolved:
    """`verdicts` counts what is not stored by (source, what); `retries` says of quarantined rows if they got through."""

    batches: Sequence[SpooledBatch]
    rows: pa.Table | None = None
    findings: identity.Findings = field(default_factory=identity.Findings)
    rejects: list[Reject] = field(default_factory=list)
    verdicts: Verdicts = field(default_factory=Counter)
    seen: list[catalogue.Seen] = field(default_factory=list)
    live: list[dict[str, object]] = field(default_factory=list)
    retries: dict[int, bool] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The last batch, which is what the lake's commit carries."""
        return self.batches[-1].id


def resolve(
    db: duckdb.DuckDBPyConnection, batches: Sequence[SpooledBatch], *, memory: identity.Memory, keys: Keys,
    through: int, organisation: Organisation,
) -> Resolved:  # fmt: skip
    """Resolve batches that follow the settled batch `through`; brings `memory` up to date with what was learned."""
    again = _retries(batches)
    wanted = {batch.id: batch for batch in batches if not _is_settled(batch, again)}
    read = columns.read(list(wanted.values()))
    normalise(
        db, read.rows, list(wanted.values()), zone=ZoneInfo(organisation.zone),
        closed_through=organisation.closed_through, policies=_policies(),
    )  # fmt: skip
    keys.judge(db, through=through)
    judging.accept(db, catalogue.left_out(), catalogue.ignored())
    counted = judging.counted(db)
    rejects = [*read.rejects, *judging.rejects(db, wanted), *_miscounted(wanted, read)]
    return Resolved(
        batches=batches,
        rows=judging.rows(db),
        findings=identity.find(db, memory, zone=organisation.zone, joining=_joining()),
        rejects=[reject for reject in rejects if reject.batch.id not in again],
        verdicts=_verdicts(wanted, counted, rejects, again),
        seen=judging.seen(db),
        live=[*judging.live(db, catalogue.KEPT_LIVE), *_live_rejects(read.rejects)],
        retries={row.pk: _got_through(batch, counted) for batch, row in again.items() if batch in wanted},
    )


def set_aside(batch: SpooledBatch, problem: str) -> Resolved:
    """A batch that breaks the resolving, quarantined whole: it must not stop what waits behind it."""
    reject = Reject(batch, 0, "unreadable", batch.body.decode(errors="replace"), problem[:300], max(batch.events, 1))
    return Resolved([batch], rejects=[reject], verdicts=Counter({(batch.source, "quarantined"): batch.events}))


def _retries(batches: Sequence[SpooledBatch]) -> dict[int, Quarantined]:
    """Batch id -> the quarantined row that it tries again; of several batches for one row, the first."""
    asked: dict[int, int] = {}
    for batch in batches:
        row = quarantine.retried(batch)
        if row is not None:
            asked.setdefault(row, batch.id)
    rows = Quarantined.objects.in_bulk(list(asked)) if asked else {}
    return {batch: rows[row] for row, batch in asked.items() if row in rows}


def _is_settled(batch: SpooledBatch, again: dict[int, Quarantined]) -> bool:
    """A retry whose row was settled by an earlier copy of it, or is gone."""
    if quarantine.retried(batch) is None:
        return False
    return batch.id not in again or again[batch.id].state != "retrying"


def _joining() -> list[int]:
    """Sources whose identify calls may say to which company a user belongs."""
    return list(Source.objects.filter(joins_company=True).values_list("id", flat=True))


def _policies() -> dict[int, Policy]:
    rows = Source.objects.exclude(known_at="arrival").values_list("id", "known_at", "lag_hours")
    return {source: Policy(known_at, timedelta(hours=hours)) for source, known_at, hours in rows}


def _miscounted(batches: dict[int, SpooledBatch], read: columns.Columns) -> Iterator[Reject]:
    """The door counted more events in a body than are in it: the difference is set aside, visibly."""
    found = Counter(read.rows.column("batch").to_pylist())
    for reject in read.rejects:
        found[reject.batch.id] += reject.events
    for batch in batches.values():
        missing = batch.events - found[batch.id]
        if missing > 0:
            yield Reject(batch, found[batch.id], "miscounted", batch.body.decode(errors="replace"), events=missing)


def _verdicts(
    batches: dict[int, SpooledBatch], counted: Verdicts, rejects: Sequence[Reject], again: dict[int, Quarantined]
) -> Verdicts:
    found: Verdicts = Counter()
    for (batch, verdict), n in counted.items():
        source = batches[batch].source
        if verdict == "duplicate":
            found[source, "duplicate"] += n
        if batch in again and verdict in ("stored", "duplicate"):
            found[source, "quarantined"] -= min(n, again[batch].events)
    for reject in rejects:
        if reject.batch.id not in again:
            found[reject.batch.source, "quarantined"] += reject.events
    return found


def _got_through(batch: int, counted: Verdicts) -> bool:
    return counted[batch, "stored"] + counted[batch, "duplicate"] > 0


def _live_rejects(rejects: Sequence[Reject]) -> Iterator[dict[str, object]]:
    for reject in rejects[-catalogue.KEPT_LIVE :]:
        yield {
            "source": reject.batch.source, "namespace": reject.batch.namespace, "received_at": reject.batch.received_at,
            "type": "", "name": "", "key": "", "verdict": reject.reason, "body": reject.body[:10_000],
        }  # fmt: skip
