"""The drain: spooled batches become rows of the lake, each exactly once, and leave the spool last.

(a) read batches above the ledger; (b) resolve them, the same way every time; (c) write message ids, facts and events,
each on the disk before the next, the events' commit carrying the last batch id; (d) one transaction of the application
database: identity, counters, quarantine, the ledger itself; (e) delete the batches. Interrupted anywhere, the next
drain repeats exactly the batches of the last commit, whose second writing the lake refuses.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import duckdb
import pyarrow as pa
from django.db import transaction

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.tables import Check, Fenced
from nenrin.foundation import organisation
from nenrin.ingest import catalogue, conservation, quarantine, spool
from nenrin.ingest.draining import identity, resolving, settling
from nenrin.ingest.draining.dedupe import Keys
from nenrin.ingest.draining.resolving import Resolved
from nenrin.ingest.spool import SpooledBatch

#: The right that a drain holds; whoever closes a day holds it too, so that no event slips behind a closed day.
LEASE: Final = "drain"
APP: Final = conservation.DRAIN
CHUNK_BYTES: Final = 48_000_000

log = logging.getLogger(__name__)
_memories: dict[str, identity.Memory] = {}


@dataclass(frozen=True, slots=True)
class Drained:
    """What a round did; events by verdict, `last` the last batch that is settled."""

    batches: int = 0
    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0
    last: int = 0

    def __bool__(self) -> bool:
        return self.batches > 0

    def __add__(self, other: Drained) -> Drained:
        return Drained(
            self.batches + other.batches, self.stored + other.stored, self.duplicate + other.duplicate,
            self.quarantined + other.quarantined, max(self.last, other.last),
        )  # fmt: skip


class Overtaken(Exception):
    """Another drain has gone on, or a day was closed, while this one slept: nothing more of it may be written."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a round was resolved upon: the ledger, the lake's last commit, the last closed day."""

    through: int
    committed: int
    closed_through: date | None


def prepare(lake: Lake) -> None:
    """Once at the start of a process: after a restore, new batches get ids above what the lake knows."""
    spool.begin_above(max(lake.events.version(APP), conservation.through(), 0))


def drain(lake: Lake, *, at: datetime, limit_bytes: int = CHUNK_BYTES) -> Drained:
    """One round: the oldest batches, up to `limit_bytes` of bodies. Safe to repeat; callers hold the lease "drain"."""
    through, committed = conservation.through(), lake.events.version(APP)
    batches = _replayed(through, committed) if committed > through else spool.read(through, limit_bytes)
    if not batches:
        return _caught_up(through, committed)
    keys = Keys(lake.path / "keys")
    keys.forget_after(max(through, committed))
    ground = Ground(through, committed, organisation.current().closed_through)
    with lake.connection() as db:
        memory, resolved = _resolved(lake, db, batches, keys, through)
        try:
            _stand(lake, ground)
            _write(lake, db, resolved, keys, at, lambda: _stand(lake, ground))
            with transaction.atomic():
                settling.stand(ground.through)
                _settle(resolved, memory, at)
        except (Overtaken, Fenced, settling.Settled):
            log.error("another process drained meanwhile, or a day was closed; this round is left to the next")
            return Drained()
        memory.version = lake.facts.version(APP)
        spool.delete(resolved.version)
        keys.tidy(db, through=resolved.version)
    return _summary(resolved)


def drain_all(lake: Lake, *, at: datetime) -> Drained:
    """Rounds until the spool is empty; the sum of what they did."""
    total = Drained()
    while done := drain(lake, at=at):
        total += done
    return total


def _stand(lake: Lake, ground: Ground) -> None:
    """Raise Overtaken where a process that was stopped for longer than its right wakes up in another's work.

    Its rows would be stored twice, or be known on a day that has been closed since.
    """
    now = Ground(conservation.through(), lake.events.version(APP), organisation.current().closed_through)
    if now != ground:
        raise Overtaken(f"{ground} became {now}")


def _replayed(through: int, committed: int) -> list[SpooledBatch]:
    """The batches of the commit whose settling was interrupted: exactly those, or ids and counts would differ."""
    found: list[SpooledBatch] = []
    while chunk := [b for b in spool.read(found[-1].id if found else through, CHUNK_BYTES) if b.id <= committed]:
        found.extend(chunk)
    return found


def _caught_up(through: int, committed: int) -> Drained:
    """Nothing waits. A spool older than the lake (a restore) has nothing to repeat: the ledger follows the lake."""
    if committed > through:
        settling.advance(committed)
    return Drained()


def _resolved(
    lake: Lake, db: duckdb.DuckDBPyConnection, batches: Sequence[SpooledBatch], keys: Keys, through: int
) -> tuple[identity.Memory, Resolved]:
    """Resolve the batches, or fewer of them: one that breaks the resolving is found by halving and set aside whole."""
    org = organisation.current()
    while True:
        memory = _memory(lake)
        try:
            return memory, resolving.resolve(db, batches, memory=memory, keys=keys, through=through, organisation=org)
        except (duckdb.Error, pa.ArrowException) as problem:
            if len(batches) == 1:
                return _memory(lake), resolving.set_aside(batches[0], str(problem))
            batches = batches[: len(batches) // 2]


def _memory(lake: Lake) -> identity.Memory:
    """What this process knows of identities; unknown again until the round that changes it has succeeded."""
    memory = identity.remembered(lake, _memories.get(str(lake.path)) or identity.Memory())
    _memories[str(lake.path)] = memory
    memory.version = identity.UNKNOWN
    return memory


def _write(
    lake: Lake, db: duckdb.DuckDBPyConnection, resolved: Resolved, keys: Keys, at: datetime, check: Check
) -> None:
    if resolved.rows is None or not resolved.rows.num_rows:
        return
    keys.keep(db, version=resolved.version)
    if resolved.findings.facts:
        facts = resolved.findings.table(version=resolved.version, at=at)
        lake.append_facts(facts, app=APP, version=resolved.version, check=check)
    lake.append_events(resolved.rows, app=APP, version=resolved.version, check=check)


def _settle(resolved: Resolved, memory: identity.Memory, at: datetime) -> None:
    """Everything that the application database must know of this round, the ledger with it."""
    over_cap = settling.open_accounts(resolved.findings, memory, at)
    settling.remember_traits(resolved.findings, japanese=organisation.current().language == "ja")
    settling.refuse([*resolved.findings.refusals, *over_cap], at)
    settling.count(resolved.verdicts)
    settling.settle_retries(resolved.retries, at)
    quarantine.keep(resolved.rejects)
    catalogue.count(resolved.seen)
    catalogue.keep_live(resolved.live)
    settling.advance(resolved.version)


def _summary(resolved: Resolved) -> Drained:
    what = {"duplicate": 0, "quarantined": 0}
    for (_, verdict), n in resolved.verdicts.items():
        what[verdict] += n
    stored = resolved.rows.num_rows if resolved.rows is not None else 0
    return Drained(len(resolved.batches), stored, what["duplicate"], what["quarantined"], resolved.version)
