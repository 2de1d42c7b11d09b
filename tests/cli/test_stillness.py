"""A worker with nothing to do writes nothing, and hears at once when there is something again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nenrin.cli import stillness
from nenrin.cli.loops import one_round
from nenrin.cli.stillness import Rest, pulse
from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import quarantine
from nenrin.ingest.models import Quarantined
from nenrin.playbooks import sweeps
from nenrin.playbooks.models import Sweep
from tests.ingest.drain_cast import NOON, send, source, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def settled() -> Rest:
    for at in (NOON, NOON + timedelta(seconds=10)):  # what was put off for a pause is done then
        while sum(one_round(at).values()):
            pass
    rest = Rest()
    rest.begin(NOON)
    return rest


@contextmanager
def nothing_written() -> Iterator[None]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        yield
    verbs = {query["sql"].split()[0].upper() for query in asked.captured_queries}
    assert verbs <= {"SELECT", "DECLARE"}, verbs  # a cursor of PostgreSQL is declared


def test_an_idle_worker_only_reads() -> None:
    rest = settled()
    with nothing_written():
        assert rest.goes_on(NOON + timedelta(seconds=5))


def test_an_event_a_deed_a_retry_or_a_new_day_ends_the_rest() -> None:
    web = source()
    send(web, {"type": "track", "userId": "sato"})
    rest = settled()
    assert rest.goes_on(NOON)
    assert not rest.goes_on(NOON + timedelta(days=1))
    send(web, track())
    assert not rest.goes_on(NOON)
    rest = settled()
    accounts.open("Acme", by=SYSTEM, at=NOON)
    assert not rest.goes_on(NOON)
    rest = settled()
    quarantine.retry(list(Quarantined.objects.all()), by=SYSTEM, at=NOON)
    assert pulse(NOON) is None and not rest.goes_on(NOON)


def test_a_look_that_was_put_off_for_its_pause_ends_the_rest() -> None:
    settled()
    Sweep.objects.update(at=NOON, few_at=NOON, entry_seen=0)  # it looked just before something was told
    rest = Rest()
    rest.begin(NOON)
    assert rest.goes_on(NOON + timedelta(seconds=1))
    assert not rest.goes_on(NOON + timedelta(seconds=3))


def test_a_look_that_fails_each_time_is_tried_with_the_beat_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rest, tried = settled(), []

    def fails(at: datetime, accounts: object = None) -> int:
        tried.append(at)
        raise ValueError("a condition that cannot be looked at")

    monkeypatch.setattr(sweeps, "look", fails)
    Sweep.objects.update(at=None)
    at = NOON + timedelta(minutes=5)
    for _ in range(20):
        if not rest.goes_on(at):
            assert not sum(one_round(at).values())
            rest.begin(at)
    assert 1 <= len(tried) <= 2 and rest.goes_on(at)
    with nothing_written():
        assert rest.goes_on(at)
    accounts.open("Acme", by=SYSTEM, at=at)
    assert not rest.goes_on(at), "news ends the rest"
    monkeypatch.undo()
    while sum(one_round(at).values()):
        pass
    rest.begin(at)
    assert rest.goes_on(at)
    Sweep.objects.update(at=None)
    assert not rest.goes_on(at), "a look that is owed anew ends the rest"
    monkeypatch.setattr(stillness, "BEAT_SECONDS", 0.0)
    assert not rest.goes_on(at)


def test_a_resting_worker_shows_itself_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = settled()
    monkeypatch.setattr(stillness, "BEAT_SECONDS", 0.0)
    assert not rest.goes_on(NOON)
