"""The spool keeps what was accepted, in order, and counts it in the same breath."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest import MonkeyPatch

from nenrin.ingest import spool
from nenrin.ingest.spool import Batch, SpoolBusy, SpoolUnavailable, writer
from nenrin.ingest.spool.sqlite import SqliteStore

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)
BATCH = Batch(7, "product", False, NOON, 3, b'{"batch":[1,2,3]}', "batch", agent="analytics-python/2.4.0", retries=1)

pytestmark = pytest.mark.django_db


def test_a_batch_comes_back_as_it_went_in() -> None:
    number = spool.put(replace(BATCH, path_type="track", shape="single"))
    (kept,) = spool.read(0)
    assert (kept.id, kept.source, kept.received_at, kept.body) == (number, 7, NOON, BATCH.body)
    assert (kept.shape, kept.path_type, kept.agent, kept.retries, kept.trusted) == (
        "single",
        "track",
        "analytics-python/2.4.0",
        1,
        False,
    )


def test_ids_rise_and_are_never_used_again() -> None:
    first = spool.put_many([BATCH] * 3)
    spool.delete(first[-1])
    assert spool.put(BATCH) == first[-1] + 1
    assert [batch.id for batch in spool.read(first[-1])] == [first[-1] + 1]


def test_after_a_restore_ids_go_on_above_what_the_lake_knows() -> None:
    spool.put(BATCH)
    spool.begin_above(1_000_000)
    assert spool.put(BATCH) > 1_000_000
    spool.begin_above(5)
    assert spool.put(BATCH) > 1_000_001


def test_reading_stops_at_the_limit_but_never_before_one_batch() -> None:
    ids = spool.put_many([replace(BATCH, body=b"[" + b"1" * 1_000 + b"]")] * 5)
    assert [batch.id for batch in spool.read(ids[0] - 1, limit_bytes=2_500)] == ids[:3]
    assert len(spool.read(ids[0] - 1, limit_bytes=1)) == 1


def test_received_grows_with_the_row_and_outlives_it_while_pending_shrinks() -> None:
    before = spool.received().get(7, 0)
    one, two = spool.put(BATCH), spool.put(replace(BATCH, events=4))
    assert spool.received()[7] - before == 7
    assert spool.pending(one - 1)[7] == 7 and spool.pending(one)[7] == 4
    spool.delete(two)
    assert spool.received()[7] - before == 7 and spool.pending(one - 1) == {}


def test_the_latest_arrival_is_kept_whatever_order_history_comes_in() -> None:
    spool.put_many([BATCH, replace(BATCH, received_at=NOON - timedelta(days=90))])
    spool.put(replace(BATCH, received_at=NOON - timedelta(days=1)))
    assert spool.latest()[7] == NOON


def test_counts_of_refusals_are_written_with_the_next_batch() -> None:
    spool.note_limited(7, 250)
    spool.note_limited(7, 50)
    spool.note_stranger("wk_of_…se", "curl", NOON)
    spool.note_stranger("wk_of_…se", "curl", NOON + timedelta(seconds=1))
    until = time.monotonic() + 5
    while not spool.strangers() and time.monotonic() < until:
        time.sleep(0.05)
    assert spool.limited()[7] == 300
    assert [(met.key, met.requests, met.last_at) for met in spool.strangers()] == [
        ("wk_of_…se", 2, NOON + timedelta(seconds=1))
    ]


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 500), min_size=1, max_size=40), done=st.integers(0, 40))
def test_what_was_received_is_pending_or_was_deleted(sizes: list[int], done: int) -> None:
    start = spool.received().get(7, 0), spool.pending().get(7, 0)
    ids = spool.put_many([replace(BATCH, events=size) for size in sizes])
    gone = ids[: min(done, len(ids))]
    assert spool.received()[7] - start[0] == sum(sizes)
    assert spool.pending(ids[0] - 1).get(7, 0) == sum(sizes)
    if gone:
        spool.delete(gone[-1])
        assert spool.pending(ids[0] - 1).get(7, 0) == sum(sizes[len(gone) :])
    spool.delete(ids[-1])


@pytest.fixture
def in_a_file(monkeypatch: MonkeyPatch) -> None:
    """The spool's own file, whatever database the application has."""
    monkeypatch.setattr(spool, "connection", SimpleNamespace(vendor="sqlite"))


own_file = pytest.mark.usefixtures("in_a_file")


@own_file
def test_many_threads_share_transactions_and_none_loses_its_batch() -> None:
    with ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(lambda n: spool.put(replace(BATCH, body=b"[%d]" % n)), range(400)))
    kept = {batch.id: batch.body for batch in spool.read(0)}
    assert len(set(ids)) == 400
    assert all(kept[number] == b"[%d]" % n for n, number in enumerate(ids))


@own_file
def test_a_reader_that_remembers_the_last_id_misses_nothing_while_others_write() -> None:
    seen: list[int] = []
    ended = threading.Event()

    def follow() -> None:
        while not ended.is_set() or spool.read(seen[-1] if seen else 0):
            seen.extend(batch.id for batch in spool.read(seen[-1] if seen else 0, limit_bytes=200))

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(8) as threads:
        ids = sorted(threads.map(lambda _: spool.put(BATCH), range(200)))
    ended.set()
    reader.join(20)
    assert seen == ids


@own_file
def test_a_full_queue_refuses_instead_of_growing(home: Path, monkeypatch: MonkeyPatch) -> None:
    with monkeypatch.context() as small:
        small.setattr(writer, "MOST_BATCHES", 0)
        with pytest.raises(SpoolBusy):
            spool.put(BATCH)
    assert spool.put(BATCH) == 1


@own_file
def test_a_full_disk_refuses_and_heals_without_a_restart(home: Path) -> None:
    store = SqliteStore(home / "small.sqlite3")
    store.append([BATCH])
    page = store._connection()
    page.execute(f"PRAGMA max_page_count={page.execute('PRAGMA page_count').fetchone()[0] + 1}")
    filling = replace(BATCH, body=os.urandom(50_000))
    with pytest.raises(SpoolUnavailable, match="full"):
        store.append([filling])
    assert store.tally("received") == {7: 3}
    assert store.append([filling]) == [2]  # a new connection has the whole disk again


@own_file
def test_an_answer_is_given_only_after_the_disk_has_promised(home: Path) -> None:
    store = SqliteStore(home / "spool.sqlite3")
    assert store._connection().execute("PRAGMA synchronous").fetchone() == (2,)


@own_file
def test_a_forked_child_opens_its_own_spool() -> None:
    first = spool.put(BATCH)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if spool.put(BATCH) == first + 1 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert spool.put(BATCH) == first + 2
