"""Nothing vanishes: what cannot be stored is kept with its reason, and the sums hold."""

from __future__ import annotations

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry
from nenrin.ingest import conservation, drain, lakes, quarantine, spool
from nenrin.ingest.models import Quarantined
from nenrin.ingest.payloads import columns
from nenrin.ingest.spool import Batch
from tests.ingest.drain_cast import NOON, drained, send, source, stored, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def law(name: str = "total") -> dict[str, int]:
    found = conservation.law(lakes.current())
    assert all(conservation.holds(row) for row in found.values()), found
    return dict(found[name])


def test_the_law_holds_before_between_and_after_drains_for_every_source() -> None:
    web, server = source("Web"), source("Server")
    event = track()
    send(web, event, track(), {"type": "track"})
    send(server, event)
    assert law() == {"received": 4, "stored": 0, "duplicate": 0, "quarantined": 0, "pending": 4, "limited": 0}

    drain.drain(lakes.current(), at=NOON, limit_bytes=1)
    send(web, event)
    assert law()["pending"] == 2
    drained()

    assert law("Web") == {"received": 4, "stored": 2, "duplicate": 1, "quarantined": 1, "pending": 0, "limited": 0}
    assert law("Server") == {"received": 1, "stored": 1, "duplicate": 0, "quarantined": 0, "pending": 0, "limited": 0}


def test_a_source_called_total_does_not_stand_in_for_the_sum() -> None:
    web, named = source("Web"), source("total")
    send(web, track(), track())
    send(named, track())
    assert law()["received"] == 3 and law("Web")["received"] == 2
    assert law(conservation.called(named.pk, named.name))["received"] == 1


def test_a_retry_of_what_is_still_wrong_waits_again_and_counts_nothing_twice() -> None:
    send(source(), {"type": "track", "userId": "sato"}, track())
    drained()
    [row] = Quarantined.objects.all()

    assert quarantine.retry([row], by=SYSTEM, at=NOON) == 1
    drained()

    row.refresh_from_db()
    assert (row.state, row.reason) == ("waiting", "no_event")
    assert law() == {"received": 2, "stored": 1, "duplicate": 0, "quarantined": 1, "pending": 0, "limited": 0}


def test_a_retry_after_the_cause_is_gone_stores_the_event_once() -> None:
    send(source(), {"type": "track", "userId": "sato", "messageId": "m1"}, track())
    drained()
    [row] = Quarantined.objects.all()
    row.body = '{"type":"track","event":"Opened","userId":"sato","messageId":"m1"}'  # as if the rule had been at fault
    row.save()

    quarantine.retry([row], by=SYSTEM, at=NOON)
    quarantine.retry([row], by=SYSTEM, at=NOON)  # clicked twice
    drained()

    row.refresh_from_db()
    assert row.state == "stored"
    assert law() == {"received": 2, "stored": 2, "duplicate": 0, "quarantined": 0, "pending": 0, "limited": 0}


def test_a_client_cannot_pass_its_batch_off_as_a_retry() -> None:
    web = source()
    send(web, {"type": "track", "userId": "sato"})
    drained()
    row = Quarantined.objects.get()
    forged = Batch(
        web.pk, web.namespace, False, NOON, 0, b'{"batch":[]}', "batch", path_type="track", agent=str(row.pk)
    )

    spool.put(forged)
    drained()

    row.refresh_from_db()
    assert row.state == "waiting"
    assert law()["quarantined"] == 1


def test_a_dropped_event_stays_counted_and_is_not_retried() -> None:
    send(source(), {"type": "track", "userId": "sato"})
    drained()
    rows = list(Quarantined.objects.all())

    assert quarantine.drop(rows, by=SYSTEM, at=NOON) == 1
    assert quarantine.retry(rows, by=SYSTEM, at=NOON) == 0
    assert law()["quarantined"] == 1


def test_a_body_that_cannot_be_read_is_kept_whole_with_all_its_events_counted() -> None:
    send(source(), body=b'{"batch":[{"type":"track"', count=3)
    send(source("Other"), track())
    drained()

    [row] = Quarantined.objects.all()
    assert (row.reason, row.events, row.body) == ("unreadable", 3, '{"batch":[{"type":"track"')
    assert law() == {"received": 4, "stored": 1, "duplicate": 0, "quarantined": 3, "pending": 0, "limited": 0}


def test_an_event_over_a_megabyte_is_set_aside_alone() -> None:
    send(source(), track(), track(properties={"blob": "x" * 1_100_000}), track())
    drained()

    assert [(row.place, row.reason) for row in Quarantined.objects.all()] == [(1, "too_large")]
    assert law()["stored"] == 2


def test_an_id_beyond_any_length_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    send(source(), track(user="u" * 501), track(user="u" * 500))
    drained()

    assert [row.reason for row in Quarantined.objects.all()] == ["id_too_long"]
    assert law()["stored"] == 1


def test_a_batch_that_breaks_the_drain_is_set_aside_and_does_not_stop_those_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    web = source()
    send(web, track(), track())
    poisoned = send(web, track("Poison"), track())
    send(web, track())
    real = columns.read

    def read(batches: list[spool.SpooledBatch]) -> columns.Columns:
        if any(batch.id == poisoned for batch in batches):
            columns.pa.array(["poison"], columns.pa.int64())
        return real(batches)

    monkeypatch.setattr(columns, "read", read)
    drained()

    assert [(row.reason, row.events) for row in Quarantined.objects.all()] == [("unreadable", 2)]
    assert law() == {"received": 5, "stored": 3, "duplicate": 0, "quarantined": 2, "pending": 0, "limited": 0}
    assert len(stored()) == 3


def test_a_count_that_a_drain_overtakes_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    web = source("Web")
    send(web, track(), track(), {"type": "track"})
    counted, real = [], conservation._terms

    def overtaken(*args: object) -> object:
        if not counted:
            drained()
        counted.append(args)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(conservation, "_terms", overtaken)
    found = law()
    assert len(counted) == 2
    assert found == {"received": 3, "stored": 2, "duplicate": 0, "quarantined": 1, "pending": 0, "limited": 0}


def test_all_of_them_are_settled_a_part_at_a_time_and_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "AT_ONCE", 2)
    send(source(), *({"type": "track", "userId": f"user{n}"} for n in range(5)))
    drained()
    rows, through = Quarantined.objects.filter(state__in=("waiting", "retrying")), 10**6
    first = quarantine.settle_all(quarantine.retry, rows, through=through, by=SYSTEM, at=NOON, seconds=0)
    assert (first.settled, first.left) == (2, 3) and first.after is not None
    drained()  # the first two come back meanwhile, and are not tried again
    second = quarantine.settle_all(quarantine.retry, rows, after=first.after, through=through, by=SYSTEM, at=NOON)
    assert (second.settled, second.left, second.after) == (3, 0, None)
    told = Entry.objects.filter(action="ingest.quarantine.retried").order_by("pk")
    assert [entry.particulars["events"] for entry in told] == [2, 2, 1]
    drained()
    dropped = quarantine.settle_all(quarantine.drop, rows, through=through, by=SYSTEM, at=NOON)
    assert dropped == quarantine.Progress(5, 0, None) and law()["quarantined"] == 5


def test_what_came_after_the_beginning_is_left_for_another_time() -> None:
    web = source()
    send(web, {"type": "track", "userId": "sato"})
    drained()
    through = Quarantined.objects.get().pk
    send(web, {"type": "track", "userId": "suzuki"})
    drained()
    rows = Quarantined.objects.all()
    assert quarantine.settle_all(quarantine.drop, rows, through=through, by=SYSTEM, at=NOON).settled == 1
    assert list(rows.order_by("pk").values_list("state", flat=True)) == ["dropped", "waiting"]
