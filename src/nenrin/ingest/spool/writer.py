"""Group commit: one thread writes what all request threads have brought since its last transaction."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from nenrin.ingest.spool.batches import Batch, SpoolBusy, SpoolUnavailable, Stranger
from nenrin.ingest.spool.store import Store

#: What may wait to be written; beyond it clients are asked to come again.
MOST_BYTES = 64_000_000
MOST_BATCHES = 2_000
#: Counted refusals are written this often, or with the next batch.
COUNT_EVERY_SECONDS = 1.0
MOST_STRANGERS = 500


@dataclass(slots=True, eq=False)
class _Ticket:
    """A request thread's batch; `done` is held until it is decided."""

    batch: Batch
    done: threading.Lock = field(default_factory=threading.Lock)
    id: int = 0
    problem: SpoolUnavailable | None = None


class Writer:
    """Brings batches of many threads to the disk together. Its thread starts with the first batch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Ticket] = deque()
        self._bytes = 0
        self._limited: dict[int, int] = {}
        self._strangers: dict[str, Stranger] = {}
        self._turn = threading.Condition(threading.Lock())
        self._thread: threading.Thread | None = None

    def put(self, batch: Batch) -> int:
        ticket = _Ticket(batch)
        ticket.done.acquire()
        with self._turn:
            if self._bytes + len(batch.body) > MOST_BYTES or len(self._waiting) >= MOST_BATCHES:
                raise SpoolBusy(f"{len(self._waiting)} batches are waiting to be written")
            self._waiting.append(ticket)
            self._bytes += len(batch.body)
            self._wake()
        ticket.done.acquire()
        if ticket.problem is not None:
            raise ticket.problem
        return ticket.id

    def note_limited(self, source: int, events: int) -> None:
        with self._turn:
            self._limited[source] = self._limited.get(source, 0) + events
            self._wake()

    def note_stranger(self, key: str, agent: str, at: datetime) -> None:
        with self._turn:
            known = self._strangers.get(key)
            if known is None and len(self._strangers) >= MOST_STRANGERS:
                return
            first, n = (known.first_at, known.requests) if known else (at, 0)
            self._strangers[key] = Stranger(key, n + 1, first, at, agent)
            self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
            self._thread.start()
        self._turn.notify()

    def _run(self) -> None:
        is_resting = False
        while True:
            tickets, limited, strangers = self._brought(is_resting)
            is_resting = not (tickets or limited or strangers)
            if is_resting:
                with suppress(Exception):  # this thread must outlive any trouble: the next batch is waiting for it
                    self._store.rest()
            else:
                self._write(tickets, limited, strangers)

    def _brought(self, is_resting: bool) -> tuple[list[_Ticket], dict[int, int], dict[str, Stranger]]:
        """Wait for batches and take them all; counts alone are taken after a second, and so is nothing at all."""
        with self._turn:
            if is_resting:
                self._turn.wait_for(lambda: self._waiting or self._limited or self._strangers)
            self._turn.wait_for(lambda: self._waiting, COUNT_EVERY_SECONDS)
            tickets = list(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            limited, self._limited = self._limited, {}
            strangers, self._strangers = self._strangers, {}
            return tickets, limited, strangers

    def _write(self, tickets: Sequence[_Ticket], limited: dict[int, int], strangers: dict[str, Stranger]) -> None:
        try:
            ids = self._store.append([ticket.batch for ticket in tickets], limited, list(strangers.values()))
        except Exception as problem:  # whatever it was, no request thread may wait for ever
            self._give_back(limited)
            reason = problem if isinstance(problem, SpoolUnavailable) else SpoolUnavailable(repr(problem))
            for ticket in tickets:
                ticket.problem = reason
        else:
            for ticket, id_ in zip(tickets, ids, strict=True):
                ticket.id = id_
        for ticket in tickets:
            ticket.done.release()

    def _give_back(self, limited: dict[int, int]) -> None:
        """Counts of a failed transaction are tried again with the next; strangers' keys are not, lest one of them be
        the reason of the failure and keep everybody's events out."""
        with self._turn:
            for source, n in limited.items():
                self._limited[source] = self._limited.get(source, 0) + n
