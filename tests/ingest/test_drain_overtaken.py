"""A drain that was stopped for longer than its right, and wakes up in another's work, writes nothing more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from nenrin.foundation.models import Organisation
from nenrin.ingest import conservation, drain, lakes
from tests.ingest.drain_cast import NOON, drained, send, source, stored, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]
SOON = NOON + timedelta(seconds=5)


def asleep(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let `meanwhile` happen once, after a drain has resolved its batches and before it goes on."""
    stand = drain._stand

    def woken(*args: Any) -> None:
        monkeypatch.setattr(drain, "_stand", stand)
        meanwhile()
        stand(*args)

    monkeypatch.setattr(drain, "_stand", woken)


def law_holds() -> bool:
    return conservation.holds(conservation.law(lakes.current())["total"])


def test_what_another_drain_stored_meanwhile_with_more_is_stored_once(monkeypatch: pytest.MonkeyPatch) -> None:
    web = source()
    send(web, track(), track())

    def other() -> None:
        send(web, track())
        assert drained().stored == 3

    asleep(monkeypatch, other)
    assert not drain.drain(lakes.current(), at=SOON)
    assert len(stored()) == 3 and law_holds()
    assert not drained() and len(stored()) == 3


def test_what_another_drain_settled_meanwhile_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    event = track()
    send(source(), event, event)
    write = drain._write

    def written(*args: Any) -> None:
        monkeypatch.setattr(drain, "_write", write)
        write(*args)
        drained()

    monkeypatch.setattr(drain, "_write", written)
    assert not drain.drain(lakes.current(), at=SOON)
    assert len(stored()) == 1 and law_holds()


def test_no_event_slips_behind_a_day_that_was_closed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    send(source(), track())
    closing = Organisation.objects.filter(pk=1)
    asleep(monkeypatch, lambda: closing.update(closed_through=date(2026, 11, 24)))
    assert not drain.drain(lakes.current(), at=SOON)
    assert stored() == []
    drained()
    assert stored("known_on") == [(date(2026, 11, 25),)] and law_holds()
