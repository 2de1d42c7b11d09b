"""The short way of reading a body and the long one say the same of every event; a batch's own context takes no long way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.ingest.payloads import columns
from nenrin.ingest.spool import SpooledBatch


def _batch(body: dict[str, Any]) -> SpooledBatch:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return SpooledBatch(1, 7, "product", False, at, len(body["batch"]), json.dumps(body).encode(), "batch", None, "", 0)


def _unusual(batch: SpooledBatch, contexts: columns.Contexts) -> list[columns.Row]:
    raise columns._Unusual


texts = st.one_of(st.none(), st.text(max_size=3), st.integers(-9, 9), st.just("acme"))
contexts = st.one_of(
    st.none(),
    st.just({}),
    st.fixed_dictionaries(
        {}, optional={"groupId": texts, "locale": st.sampled_from(["ja", "en"]), "traits": st.just({"a": 1}),
                      "library": st.just({"name": "web", "version": "1.0"})}
    ),
)  # fmt: skip
events = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "group", "page"]), "userId": st.just("u1")},
    optional={"event": st.just("Opened"), "groupId": texts, "context": contexts, "traits": st.just({"plan": "pro"})},
).map(lambda event: {name: value for name, value in event.items() if (event["type"], name) != ("track", "traits")})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(batch=st.lists(events, max_size=4), shared=contexts)
def test_both_ways_of_reading_say_the_same_of_a_batch_with_a_context_of_its_own(batch: list[Any], shared: Any) -> None:
    body = _batch({"batch": batch, "context": shared, "sentAt": "2026-11-24T00:00:00Z"})
    read = columns.read([body])
    with patch.object(columns, "_ordinary", _unusual):
        expected = columns.read([body])

    assert (_told(read), read.rejects) == (_told(expected), expected.rejects)


def _told(read: columns.Columns) -> list[dict[str, Any]]:
    """Rows; a context without anything in it is none, whichever way it was read."""
    return [{**row, "context": json.loads(row["context"] or "null") or None} for row in read.rows.to_pylist()]


def test_a_batchs_own_context_takes_no_long_way() -> None:
    event = {"type": "track", "event": "Opened", "userId": "u1", "context": {"groupId": "acme"}}
    body = _batch({"batch": [event, event], "context": {"library": {"name": "web"}}, "sentAt": "2026-11-24T00:00:00Z"})
    with patch.object(columns, "_long_way", side_effect=AssertionError("took the long way")):
        read = columns.read([body])

    assert [json.loads(row["context"]) for row in read.rows.to_pylist()] == [
        {"library": {"name": "web"}, "groupId": "acme"}
    ] * 2
    assert read.rows.column("group").to_pylist() == ["acme", "acme"]
