"""De-duplication is exact over its window, whatever files the ids lie in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.ingest import lakes
from nenrin.ingest.draining import dedupe
from nenrin.ingest.draining.dedupe import Keys
from tests.ingest.drain_cast import NOON, drained, send, source, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def keys() -> Keys:
    return Keys(lakes.current().path / "keys")


def test_an_id_is_remembered_for_thirty_days_of_arrival_and_not_for_ever() -> None:
    web, event = source(), track()
    send(web, event)
    drained()
    send(web, event, at=NOON + timedelta(days=30))
    assert drained().duplicate == 1
    send(web, event, at=NOON + timedelta(days=61))

    assert drained().stored == 1


def test_many_small_drains_leave_few_files_and_forget_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedupe, "MOST_FILES", 4)
    web, events = source(), [track() for _ in range(11)]
    for event in events:
        send(web, event)
        drained()

    files = list(keys().path.glob("*/*.parquet"))
    assert len(files) <= 5
    send(web, *events)
    assert (drained().duplicate, drained().batches) == (11, 0)


def test_days_out_of_the_window_are_removed() -> None:
    web = source()
    send(web, track())
    drained()
    send(web, track(), at=NOON + timedelta(days=40))
    drained()

    assert [path.name for path in keys().path.glob("????-??-??")] == [str(date(2026, 11, 24) + timedelta(days=40))]


def test_ids_left_by_a_drain_that_never_committed_do_not_hide_events() -> None:
    web, event = source(), track()
    send(web, event)
    lake = lakes.current()
    with lake.connection() as db:
        db.execute("create temp table judged as select 'stored' as verdict, timestamptz '2026-11-24' as received_at,"
                   f" {web.pk} as source, '{event['messageId']}' as event_id, 1::ubigint as body_hash")  # fmt: skip
        keys().keep(db, version=999)

    assert drained().stored == 1


def test_an_engine_that_hashes_differently_still_knows_every_id() -> None:
    web, event = source(), track()
    send(web, event)
    drained()
    (keys().path / "hash.txt").write_text("another engine")
    send(web, event, {**track(), "messageId": event["messageId"], "event": "Other"})

    # What the body was is forgotten with the old hash: both count as duplicates.
    assert drained().duplicate == 2
