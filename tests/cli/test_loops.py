"""The worker's rounds: each loop with an instant and a right of its own, none stopping another."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from django.db import IntegrityError, OperationalError

from nenrin.cli import loops
from nenrin.cli.loops import LOOPS, Loop, one_round
from nenrin.customers import accounts
from nenrin.foundation import journal, leases
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Lease, Organisation
from nenrin.ingest import drain
from tests.ingest.drain_cast import NOON, send, source, stored, track

pytestmark = pytest.mark.django_db


def test_a_loop_after_a_long_one_holds_its_right_from_its_own_beginning(at: datetime) -> None:
    told: dict[str, datetime] = {}
    untils: dict[str, datetime] = {}

    def slow(now: datetime) -> int:
        time.sleep(0.3)
        return 1

    def late(now: datetime) -> int:
        told["late"], untils["late"] = now, Lease.objects.get(name="worker.late").until
        return 0

    one_round(at, (Loop("slow", slow), Loop("late", late)))
    assert (told["late"] - at).total_seconds() >= 0.3
    assert (untils["late"] - at).total_seconds() >= 60.3


def test_a_loop_that_fails_stops_no_other(at: datetime) -> None:
    def broken(now: datetime) -> int:
        raise ValueError("a fault of ours")

    assert one_round(at, (Loop("broken", broken), Loop("next", lambda now: 3))) == {"broken": 0, "next": 3}
    assert Lease.objects.get(name="worker.broken").holder == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("told", ["database is locked", "connection refused\nIs the server running?"])
def test_a_database_that_is_busy_or_away_is_one_line_and_tried_again(
    at: datetime, caplog: pytest.LogCaptureFixture, told: str
) -> None:
    def waits(now: datetime) -> int:
        raise OperationalError(told)

    assert one_round(at, (Loop("seal", waits), Loop("next", lambda now: 3))) == {"seal": 0, "next": 3}
    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    assert line.getMessage() == f"the seal loop could not have the database ({told.splitlines()[0]}); trying again"


@pytest.mark.parametrize(
    "fault", [IntegrityError("UNIQUE constraint failed"), OperationalError("no such column: colour")]
)
def test_what_the_database_refuses_for_good_is_a_fault_of_ours_and_keeps_its_trace(
    at: datetime, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    def broken(now: datetime) -> int:
        raise fault

    assert one_round(at, (Loop("broken", broken),)) == {"broken": 0}
    assert [(line.levelname, bool(line.exc_info)) for line in caplog.records] == [("ERROR", True)]


def test_many_entries_are_sealed_in_short_transactions(
    at: datetime, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite one transaction over all of them would lock every other writer out."""
    for number in range(5):
        accounts.open(f"Company {number}", by=SYSTEM, at=at)
    unsealed = Entry.objects.filter(sequence__isnull=True).count()
    sizes: list[int] = []
    seal = journal.seal

    def watched(limit: int = 5000) -> int:
        sizes.append(seal(limit))
        return sizes[-1]

    monkeypatch.setattr(loops, "SEALED_AT_ONCE", 2)
    monkeypatch.setattr(journal, "seal", watched)
    sealing = tuple(loop for loop in LOOPS if loop.name == "seal")
    done = one_round(at, sealing)["seal"]
    while Entry.objects.filter(sequence__isnull=True).exists():
        done += one_round(at, sealing)["seal"]
    assert done == unsealed >= 5 and max(sizes) == 2 and journal.first_break() is None


@pytest.mark.django_db(transaction=True)
def test_nothing_is_drained_while_somebody_else_has_the_lake(org: Organisation) -> None:
    """Who closes a day, tidies or erases holds one right, and it is the one that the worker's drain asks for."""
    send(source(), track())
    draining = tuple(loop for loop in LOOPS if loop.name in ("drain", "mirror"))
    with leases.held(drain.LEASE, holder="eraser", seconds=60, at=NOON):
        assert one_round(NOON, draining) == {"drain": 0, "mirror": 0}
        assert stored() == []
    assert one_round(NOON, draining)["drain"] == 1 and len(stored()) == 1
