"""The intake takes history and simulations through the same door as live events."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import intake, sources, spool
from nenrin.ingest.payloads.reading import Malformed
from tests.conftest import AT

pytestmark = pytest.mark.django_db
PAST = datetime(2025, 4, 1, tzinfo=UTC)


def test_history_arrives_when_it_says_it_did() -> None:
    source = sources.open("History", by=SYSTEM, at=AT, kind="simulator").source
    body = json.dumps({"batch": [{"type": "track"}, {"type": "page"}]}).encode()
    ids = intake.accept_many(source, [(body, PAST), (body, PAST + timedelta(days=1))])
    kept = spool.read(ids[0] - 1)
    assert [batch.received_at for batch in kept] == [PAST, PAST + timedelta(days=1)]
    assert spool.received()[source.pk] == 4 and all(batch.trusted for batch in kept)


def test_one_bad_body_keeps_the_others_out_too() -> None:
    source = sources.open("History", by=SYSTEM, at=AT).source
    with pytest.raises(Malformed):
        intake.accept_many(source, [(b'{"batch": []}', PAST), (b"{", PAST)])
    assert spool.received().get(source.pk, 0) == 0
