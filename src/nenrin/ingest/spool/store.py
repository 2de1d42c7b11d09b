"""What a spool's storage can do; two of them: a SQLite file and a PostgreSQL table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from nenrin.ingest.spool.batches import Batch, SpooledBatch, Stranger


class Store(Protocol):
    """Every method opens what it needs; any may raise SpoolUnavailable, and then nothing was changed."""

    def append(
        self,
        batches: Sequence[Batch],
        limited: Mapping[int, int] | None = None,
        strangers: Sequence[Stranger] = (),
    ) -> list[int]:
        """One durable transaction: the batches, their `received` counts, and what was counted meanwhile."""

    def read(self, after: int, limit_bytes: int) -> list[SpooledBatch]: ...

    def delete(self, up_to: int) -> None: ...

    def pending(self, after: int) -> dict[int, int]: ...

    def standing(self, after: int) -> tuple[dict[int, int], dict[int, int]]:
        """Events ever accepted, and those of them in batches above `after`, by source, at one instant."""

    def tally(self, what: str) -> dict[int, int]: ...

    def latest(self) -> dict[int, datetime]: ...

    def strangers(self) -> list[Stranger]: ...

    def begin_above(self, version: int) -> None: ...

    def is_within_transaction(self) -> bool:
        """Has the calling thread a transaction open on the spool's own database?"""

    def rest(self) -> None:
        """Nothing to write for a while: let go of the calling thread's connection where it is a costly one."""
