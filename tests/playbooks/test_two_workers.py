"""Two workers at once, where the database locks rows: no family stands where another does, no gathered line is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation, WebhookDelivery
from nenrin.foundation.webhooks import deliveries, endpoints
from nenrin.playbooks import places, playing, reactions, runs
from nenrin.playbooks.models import HoldoutPlace, Run, RunStep
from nenrin.playbooks.models.run import MOVING
from tests.playbooks import stage

pytestmark = pytest.mark.django_db(transaction=True)
#: Whoever is there first waits so long for the other to read the same; where rows are locked nobody comes.
PATIENCE = 1.0


def _meeting(monkeypatch: pytest.MonkeyPatch, room: Any, name: str) -> None:
    """Both read before either writes, unless a lock keeps one of them away."""
    read, met = getattr(room, name), threading.Barrier(2)

    def reads(*told: Any, **named: Any) -> Any:
        found = read(*told, **named)
        with suppress(threading.BrokenBarrierError):
            met.wait(PATIENCE)
        return found

    monkeypatch.setattr(room, name, reads)


def _at_once(works: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Each in a thread, with a connection of its own; what they raised. One after the other where rows have no locks: there
    the database has one writer at a time."""
    raised: list[BaseException] = []

    def does(work: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                work()
        except BaseException as error:
            raised.append(error)
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    if not connection.features.has_select_for_update:
        for work in works:
            does(work)
        return raised
    threads = [threading.Thread(target=does, args=[work]) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not any(one.is_alive() for one in threads), "one waits for the other for good"
    return raised


def test_two_who_draw_at_once_give_no_place_twice(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    first, second = (stage.account(f"会社{n}", at=at) for n in range(2))
    _meeting(monkeypatch, places, "drawn")
    raised = _at_once([lambda one=one: runs.start_many(version, [one], by=SYSTEM, at=at) for one in (first, second)])
    assert not raised
    assert set(HoldoutPlace.objects.values_list("cluster", flat=True)) == {first.pk, second.pk}
    assert sorted(HoldoutPlace.objects.values_list("number", flat=True)) == [0, 1]


def test_two_who_gather_at_once_lose_no_line(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _ = endpoints.open("CS", "https://hooks.slack.example/services/x", kind="slack", by=SYSTEM, at=at)
    words = {"en": "{{account}} fell", "ja": "{{account}}が低下"}
    tell = {"do": "webhook", "id": "tell", "endpoint": str(row.pk), "words": words}
    stage.published(stage.document(steps=[tell]), at=at)
    for n in range(4):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
        if n == 1:
            stage.goes_on(at)
    assert WebhookDelivery.objects.count() == 2, "one was told at once, the next one gathers"
    journal.seal()
    reactions.react(at)
    due = list(Run.objects.filter(state__in=MOVING).order_by("pk").values_list("pk", flat=True))
    assert len(due) == 2
    _meeting(monkeypatch, deliveries, "opened")
    _each_its_own(monkeypatch, due)
    raised = _at_once([lambda: playing.play(at)] * 2)
    assert not raised and RunStep.objects.count() == 4
    gathered = WebhookDelivery.objects.latest("pk")
    told = json.loads(gathered.body)["text"].split("\n")
    assert told[0] == "立て直し: 3社" and sorted(told[1:]) == ["・会社1が低下", "・会社2が低下", "・会社3が低下"]


def _each_its_own(monkeypatch: pytest.MonkeyPatch, due: Sequence[int]) -> None:
    """Of the runs that are due each worker takes one, as where each looked at another moment."""
    shares, looks = [list(due[:1]), list(due[1:])], playing._due
    lock = threading.Lock()

    def looked(at: datetime) -> Any:
        with lock:
            return looks(at).filter(pk__in=shares.pop())

    monkeypatch.setattr(playing, "_due", looked)
