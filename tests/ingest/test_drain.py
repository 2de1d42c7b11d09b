"""Spooled batches become rows of the lake, each exactly once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import conservation, drain, lakes, spool
from nenrin.ingest.draining.dedupe import Keys
from nenrin.ingest.models import Quarantined
from tests.ingest.drain_cast import NOON, drained, send, source, stored, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def test_an_accepted_event_is_in_the_lake_with_its_user_its_account_key_and_its_time() -> None:
    event = track(user="sato", context={"groupId": "acme"}, timestamp="2026-11-24T02:59:00Z", properties={"n": 1})
    send(source(), event)

    assert drained().stored == 1

    [row] = stored('name, key, "user", "group", valid_at, known_on, properties, flags')
    assert row == (
        "Report opened", "g:acme", "sato", "acme", datetime(2026, 11, 24, 2, 59, tzinfo=UTC), date(2026, 11, 24),
        '{"n":1}', "",
    )  # fmt: skip


def test_an_event_sent_twice_is_stored_once_even_in_another_batch_on_a_later_day() -> None:
    web, event = source(), track()
    send(web, event, event)
    assert (drained().stored, drained().stored) == (1, 0)
    send(web, track(), event, at=NOON + timedelta(days=20))

    again = drained()

    assert (again.stored, again.duplicate) == (1, 1)
    assert conservation.holds(conservation.law(lakes.current())["total"])


def test_the_same_message_id_from_two_sources_is_two_events() -> None:
    event = track()
    send(source("Web app"), event)
    send(source("Server"), event)

    assert drained().stored == 2


def test_an_id_used_for_another_event_is_set_aside_and_the_first_stays() -> None:
    web, event = source(), track("Report opened")
    send(web, event)
    drained()
    send(web, {**event, "event": "Report deleted"})

    assert drained().quarantined == 1
    assert [row.reason for row in Quarantined.objects.all()] == ["id_reuse"]
    assert [row[0] for row in stored("name")] == ["Report opened"]


def test_one_bad_event_never_takes_its_neighbours_with_it() -> None:
    send(source(), track(), {"type": "track", "event": "Nobody"}, {"type": "track", "userId": "sato"}, "text", track())

    result = drained()

    assert (result.stored, result.quarantined) == (2, 3)
    reasons = {row.place: row.reason for row in Quarantined.objects.all()}
    assert reasons == {1: "no_user_anon_id", 2: "no_event", 3: "not_an_object"}


@pytest.mark.parametrize(
    ("fields", "expected", "flag"),
    [
        ({"timestamp": "2026-11-24T01:00:00Z"}, "2026-11-24T01:00:00", ""),
        ({"timestamp": "2026-11-24T01:00:00"}, "2026-11-24T01:00:00", ""),
        ({"timestamp": "2026-11-24T10:00:00+09:00"}, "2026-11-24T01:00:00", ""),
        ({"timestamp": 1795482000}, "2026-11-24T01:00:00", ""),
        ({"timestamp": 1795482000000}, "2026-11-24T01:00:00", ""),
        ({"originalTimestamp": "2026-11-24T01:00:00Z"}, "2026-11-24T01:00:00", ""),
        ({}, "2026-11-24T03:00:00", ""),
        ({"timestamp": "yesterday"}, "2026-11-24T03:00:00", "odd_time"),
        ({"timestamp": "1999-12-31T00:00:00Z"}, "2026-11-24T03:00:00", "odd_time"),
        ({"timestamp": "2031-01-01T00:00:00Z"}, "2026-11-24T03:00:00", "skew"),
        ({"timestamp": "infinity"}, "2026-11-24T03:00:00", "odd_time"),
        ({"timestamp": 1e300}, "2026-11-24T03:00:00", "odd_time"),
    ],
)
def test_every_way_to_write_a_time_is_read_and_an_impossible_one_becomes_the_arrival(
    fields: dict[str, Any], expected: str, flag: str
) -> None:
    send(source(), track(**fields))
    drained()

    assert stored("strftime(valid_at, '%Y-%m-%dT%H:%M:%S'), flags") == [(expected, flag)]


def test_a_clock_three_hours_ahead_is_corrected_by_the_time_of_sending() -> None:
    send(source(), track(timestamp="2026-11-24T05:50:00Z"), sentAt="2026-11-24T06:00:00Z")  # truly 02:50, sent 03:00
    drained()

    assert stored("valid_at, original_at, sent_at") == [
        (
            datetime(2026, 11, 24, 2, 50, tzinfo=UTC),
            datetime(2026, 11, 24, 5, 50, tzinfo=UTC),
            datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
        )
    ]


def test_what_arrives_on_a_closed_day_is_known_on_the_first_open_one() -> None:
    organisation.change(by=SYSTEM, at=NOON, closed_through=date(2026, 11, 24))
    send(source(), track())
    drained()

    assert stored("known_on") == [(date(2026, 11, 25),)]


def test_history_with_a_lag_is_known_that_long_after_it_was_true() -> None:
    send(source(known_at="lag", lag_hours=48), track(timestamp="2026-03-01T00:00:00Z"))
    drained()

    assert stored("known_on, flags") == [(date(2026, 3, 3), "assumed")]


def test_a_lag_never_puts_off_what_is_here_already() -> None:
    send(source(known_at="lag", lag_hours=48), track(timestamp="2026-11-24T02:00:00Z"))
    drained()

    assert stored("known_on") == [(date(2026, 11, 24),)]


def test_history_that_states_when_it_was_known_is_believed_even_behind_a_closed_day() -> None:
    organisation.change(by=SYSTEM, at=NOON, closed_through=date(2026, 11, 20))
    web = source(known_at="column")
    stated = {"timestamp": "2026-03-01T00:00:00Z", "receivedAt": "2026-03-05T23:30:00Z"}  # the 6th in Tokyo
    send(web, track(**stated), track(timestamp="2026-03-01T00:00:00Z"), track(receivedAt="2027-01-01T00:00:00Z"))
    drained()

    assert sorted(stored("known_on, flags")) == [
        (date(2026, 3, 6), ""), (date(2026, 11, 24), ""), (date(2026, 11, 24), ""),
    ]  # fmt: skip


def test_a_source_that_counts_by_arrival_believes_no_stated_day() -> None:
    send(source(), track(receivedAt="2026-03-05T23:30:00Z"))
    drained()

    assert stored("known_on") == [(date(2026, 11, 24),)]


@pytest.mark.parametrize(
    ("message", "kept", "flag"),
    [("  a b\t", "ab", ""), (" ", None, "blank_id"), (None, None, ""), ("x" * 10_000, None, "long_id")],
)
def test_odd_message_ids_are_made_sound(message: str | None, kept: str | None, flag: str) -> None:
    send(source(), {**track(), "messageId": message})
    drained()

    [(event_id, flags)] = stored("event_id, flags")
    assert 0 < len(event_id) <= 100
    assert flags == flag
    assert kept is None or event_id == kept


def test_broken_characters_and_numbers_are_repaired_and_flagged() -> None:
    body = rb'{"batch":[{"type":"track","event":"Nan \u0000 \ud800","userId":7,"properties":{"x":NaN,"y":"\ud83c\udf31"}}]}'
    send(source(), body=body)
    drained()

    [(name, user, properties, flags)] = stored('name, "user", properties, flags')
    assert (name, user, json.loads(properties)) == ("Nan � �", "7", {"x": None, "y": "🌱"})
    assert set(flags.split(",")) == {"nan", "nul", "surrogate"}


def test_an_ordinary_body_and_one_that_needs_repair_give_the_same_rows() -> None:
    """Property of the two ways to read: the same events through either are the same rows."""
    events = [
        track(
            context={"groupId": 42, "traits": {"email": "a@example.com"}, "library": {"name": "x"}}, properties={"a": 1}
        ),
        {"type": "identify", "userId": 5, "anonymousId": "a1", "traits": {"plan": "pro"}, "messageId": "m1"},
        {"type": "page", "name": "Home", "anonymousId": "a1", "messageId": "m2", "properties": {}},
        {"type": "group", "userId": "5", "groupId": "acme", "traits": {"name": "Acme"}, "messageId": "m3"},
        {"type": "alias", "previousId": "a2", "userId": "5", "messageId": "m4", "timestamp": 1795482000.0},
        {"type": "screen", "name": "Main", "userId": "5", "messageId": "m5", "integrations": {"All": False}},
    ]
    quick, long = source("Quick"), source("Long")
    send(quick, *events, sentAt="2026-11-24T03:00:00Z")
    send(long, *events, sentAt="2026-11-24T03:00:00Z", context={"odd": None})
    drained()

    columns = (
        'type, name, key, "user", anonymous, "group", event_id, valid_at, original_at, sent_at, properties, traits'
    )
    both = [tuple(row) for row in stored(f"batch, {columns}, replace(context, ',\"odd\":null', '')")]
    first = [row[1:-1] for row in both if row[0] == both[0][0]]
    second = [row[1:-1] for row in both if row[0] != both[0][0]]
    assert len(first) == 6
    assert first == second


def test_an_ordinary_body_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("nenrin.ingest.payloads.shapes.opened")
    send(source(), track(context={"groupId": "acme"}, properties={"a": "🌱"}), sentAt="2026-11-24T03:00:00Z")

    assert drained().stored == 1


STEPS: list[tuple[str, Any, str]] = [
    ("before the ids are kept", Keys, "keep"),
    ("before the facts are committed", "lake", "append_facts"),
    ("before the events are committed", "lake", "append_events"),
    ("before the database settles", drain, "_settle"),
    ("before the spool is emptied", spool, "delete"),
]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("place", "owner", "name"), STEPS, ids=[name for _, _, name in STEPS])
def test_a_drain_that_dies_at_any_step_is_repeated_without_loss_or_double(
    place: str, owner: Any, name: str, is_after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = source()
    twice = track()
    group = {"type": "group", "userId": "sato", "groupId": "acme", "messageId": "g1"}
    identify = {"type": "identify", "userId": "sato", "anonymousId": "a1", "traits": {"plan": "pro"}, "messageId": "i1"}
    send(web, track(), twice, group, identify)
    send(web, twice, track(), {"type": "track"})
    lake = lakes.current()

    with monkeypatch.context() as patched:
        target = type(lake) if owner == "lake" else owner
        patched.setattr(target, name, _dying(getattr(target, name), is_after))
        with pytest.raises(Killed):
            drain.drain(lake, at=NOON)
    halfway = conservation.law(lake)["total"]
    assert conservation.holds(halfway) and halfway["received"] == 7, halfway
    send(web, track(), twice)  # more arrives before the repetition
    drain._memories.clear()  # a new process
    drained()

    law = conservation.law(lake)["total"]
    assert law == {"received": 9, "stored": 6, "duplicate": 2, "quarantined": 1, "pending": 0, "limited": 0}
    assert len({row[0] for row in stored("event_id")}) == 6
    assert Quarantined.objects.count() == 1
    with lake.session() as db:
        assert db.execute("select count(*), count(distinct key) from said_membership").fetchall() == [(1, 1)]
        assert db.execute("select count(*), count(distinct key) from said_alias").fetchall() == [(1, 1)]
    assert spool.read() == []


class Killed(BaseException):
    """Not an Exception: nothing in the drain may catch it."""


def _dying(real: Callable[..., Any], is_after: bool) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if is_after:
            real(*args, **kwargs)
        raise Killed

    return call


def test_two_rounds_give_what_one_would() -> None:
    web = source()
    for _ in range(4):
        send(web, track(), track())

    sizes = [drain.drain(lakes.current(), at=NOON, limit_bytes=1).stored for _ in range(5)]

    assert sizes == [2, 2, 2, 2, 0]
