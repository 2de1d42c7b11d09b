"""Whatever client sent it, an event comes out in Segment's shape."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.api.door import census
from nenrin.ingest.payloads import shapes
from nenrin.ingest.payloads.reading import Malformed, parse
from nenrin.ingest.spool import Shape, SpooledBatch


def opened(body: Any, shape: Shape = "batch", path_type: str | None = None) -> shapes.Envelope:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return shapes.opened(SpooledBatch(1, 7, "product", False, at, 1, raw, shape, path_type, "", 0))


def test_a_batchs_context_lies_under_each_events_own() -> None:
    body = {
        "batch": [{"type": "track", "context": {"groupId": "acme"}}, {"type": "page"}],
        "context": {"groupId": "other", "locale": "ja"},
        "integrations": {"All": False},
        "sentAt": "2026-11-24T00:00:00Z",
    }
    envelope = opened(body)
    assert [event["context"] for event in envelope.events] == [
        {"groupId": "acme", "locale": "ja"},
        {"groupId": "other", "locale": "ja"},
    ]
    assert envelope.events[1]["integrations"] == {"All": False}
    assert envelope.sent_at == "2026-11-24T00:00:00Z"


def test_rudderstacks_identify_traits_are_found_in_the_context() -> None:
    body = {"batch": [{"type": "identify", "userId": "u1", "context": {"traits": {"email": "a@example.com"}}}]}
    assert opened(body).events[0]["traits"] == {"email": "a@example.com"}


def test_the_old_node_clients_timestamp_beside_the_batch_is_when_it_was_sent() -> None:
    assert opened({"batch": [], "timestamp": "2026-11-24T00:00:00Z"}).sent_at == "2026-11-24T00:00:00Z"
    assert opened({"type": "track", "timestamp": "2026-11-24T00:00:00Z"}, "single").sent_at is None


def test_a_single_event_loses_what_belongs_to_its_envelope() -> None:
    envelope = opened({"event": "x", "writeKey": "k", "sentAt": "s"}, "single", "track")
    assert envelope.events == [{"event": "x", "type": "track"}] and envelope.sent_at == "s"


POSTHOG = [
    (
        {"event": "Feature Used", "distinct_id": "u1", "uuid": "m", "properties": {"$groups": {"company": "acct_1"}}},
        {"type": "track", "event": "Feature Used", "userId": "u1", "messageId": "m"},
    ),
    (
        {"event": "$set", "distinct_id": "u1", "$set": {"email": "a@example.com"}},
        {"type": "identify", "userId": "u1", "traits": {"email": "a@example.com"}},
    ),
    (
        {
            "event": "$identify",
            "distinct_id": "u1",
            "properties": {"$anon_distinct_id": "a1", "$set": {"name": "山田"}},
        },
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "traits": {"name": "山田"}},
    ),
    (
        {
            "event": "$groupidentify",
            "distinct_id": "u1",
            "properties": {"$group_type": "company", "$group_key": "acct_1", "$group_set": {"name": "ACME"}},
        },
        {"type": "group", "groupId": "acct_1", "traits": {"name": "ACME"}, "userId": "u1"},
    ),
    (
        {"event": "$create_alias", "distinct_id": "anon1", "properties": {"distinct_id": "anon1", "alias": "u1"}},
        {"type": "alias", "previousId": "anon1", "userId": "u1"},
    ),
    (
        {"event": "$pageview", "distinct_id": "d1", "properties": {"$device_id": "d1", "title": "Home"}},
        {"type": "page", "name": "Home", "anonymousId": "d1"},
    ),
    (
        {"event": "Seen", "properties": {"distinct_id": "d1", "$process_person_profile": False}},
        {"type": "track", "event": "Seen", "anonymousId": "d1"},
    ),
]


@pytest.mark.parametrize(("sent", "expected"), POSTHOG)
def test_posthogs_events_say_the_same_in_segments_words(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    (event,) = opened({"api_key": "k", "batch": [sent]}, "posthog").events
    assert {name: event.get(name) for name in expected} == expected
    assert shapes.fault(event) is None


def test_posthogs_bare_lists_and_single_events_are_opened_too() -> None:
    event = {"event": "x", "distinct_id": "u"}
    for body in ([event], {**event, "api_key": "k"}, {"data": [event]}):
        assert [found["event"] for found in opened(body, "posthog").events] == ["x"]


ids = st.one_of(st.none(), st.text(max_size=3), st.integers(), st.booleans(), st.floats(allow_nan=False), st.just([]))
events = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["track", "identify", "page", "screen", "group", "alias", "x", None, 3]),
            "event": ids,
            "userId": ids,
            "anonymousId": ids,
            "groupId": ids,
            "previousId": ids,
        },
    ),
    st.none(),
    st.integers(),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(batch=st.lists(events, max_size=6))
def test_the_door_and_the_drain_reject_the_same_events(batch: list[Any]) -> None:
    body = json.dumps({"batch": batch}).encode()
    told = census.taken(body, "batch", None)
    found = [(place, code) for place, event in enumerate(opened(body).events) if (code := shapes.fault(event))]
    assert (told.events, told.rejected) == (len(batch), found)


@given(body=st.binary(max_size=200))
def test_no_body_makes_reading_fail_other_than_by_saying_so(body: bytes) -> None:
    with suppress(Malformed):
        parse(body)


@given(value=st.recursive(st.none() | st.text() | st.integers() | st.booleans(), st.lists, max_leaves=20))
def test_good_json_is_read_unchanged_up_to_nul(value: Any) -> None:
    read, flags = parse(json.dumps(value).encode())
    assert read == value or flags & {"nul", "surrogate"}


def test_what_is_nested_too_deeply_is_kept_as_text() -> None:
    deep: Any = "bottom"
    for _ in range(60):
        deep = [deep]
    read, flags = parse(json.dumps({"deep": deep, "nan": float("nan")}).encode())
    assert flags == {"deep", "nan"} and "bottom" in json.dumps(read)
