"""A look at the past that cannot be computed says why, and holds up none of those after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import segments
from nenrin.playbooks.models import PlaybookReplay, Rehearsal
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.playbooks.replaying import replays
from tests.playbooks import stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("org")]


def _asked(noun: str, key: str, document: Any, at: datetime) -> Rehearsal:
    last = organisation.today(at) - timedelta(1)
    return Rehearsal.objects.create(
        noun=noun, key=key, document=document, first=last - timedelta(9), last=last, asked_at=at
    )


def _segment(at: datetime) -> Rehearsal:
    row = segments.save("顧客", stage.CUSTOMERS, by=SYSTEM, at=at)
    return rehearsals.of_segment(row, months=1, by=SYSTEM, at=at)


def _state(row: Rehearsal | PlaybookReplay) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.problem.get("en", "")


def test_rows_that_cannot_be_read_fail_at_once_with_their_reason(at: datetime) -> None:
    torn = _asked("health_model", "standard/3", {"nonsense": True}, at)
    strange = _asked("segment", "not a number", {"field": "teir", "op": "=", "value": 1}, at)
    good = _segment(at)
    assert [rehearsals.step(at) for _ in range(3)] == [1, 1, 1]
    assert _state(torn)[0] == "failed" and "cannot be read" in _state(torn)[1]
    assert _state(strange)[0] == "failed" and _state(strange)[1]
    assert _state(good)[0] == "done" and rehearsals.step(at) == 0
    told = Entry.objects.filter(action="playbooks.rehearsal.failed").order_by("pk")
    assert [entry.particulars["name_en"] for entry in told] == ["standard v3", "not a number"]


def test_one_that_breaks_lets_the_others_go_first_and_ends_after_three_tries(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(row: Rehearsal, lake: object) -> dict[str, Any]:
        raise MemoryError("12 GB are wanted")

    monkeypatch.setattr(rehearsals, "_REPORTS", {**rehearsals._REPORTS, "health_model": breaks})
    bad, good = _asked("health_model", "standard/1", {}, at), _segment(at)
    rehearsals.step(at)
    rehearsals.step(at)
    assert _state(bad)[0] == "asked" and _state(good)[0] == "done"
    rehearsals.step(at)
    rehearsals.step(at)
    assert _state(bad) == ("failed", "It could not be computed (MemoryError: 12 GB are wanted); see the log")
    assert rehearsals.step(at) == 0


def test_a_process_that_died_over_one_each_time_ends_it(at: datetime) -> None:
    row = _segment(at)
    Rehearsal.objects.update(attempts=3)
    assert rehearsals.step(at) == 1 and "three times" in _state(row)[1]


def test_a_database_that_is_away_is_nobodys_fault(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(row: Rehearsal, lake: object) -> dict[str, Any]:
        raise OperationalError("database is locked")

    monkeypatch.setattr(rehearsals, "_REPORTS", {"segment": away})
    row = _segment(at)
    with pytest.raises(OperationalError):
        rehearsals.step(at)
    assert _state(row)[0] == "asked"


def test_a_replay_that_breaks_lets_the_others_go_first(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = replays.ask(stage.published(stage.document(), at=at), months=1, by=SYSTEM, at=at)
    good = replays.ask(stage.published(stage.document(playbook="other"), at=at), months=1, by=SYSTEM, at=at)

    def report(row: PlaybookReplay, lake: object) -> dict[str, Any]:
        if row.pk == bad.pk:
            raise ZeroDivisionError
        return {}

    monkeypatch.setattr(replays, "replayed", report)
    assert [replays.step(at) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert _state(good)[0] == "done"
    assert _state(bad) == ("failed", "It could not be computed (ZeroDivisionError); see the log")
