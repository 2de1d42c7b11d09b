"""Slack from a step: the first run at once, those that follow as one message; each line in exactly one message."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation, WebhookDelivery
from nenrin.foundation.webhooks import deliver, endpoints, posting
from nenrin.foundation.webhooks.posting import Answer
from nenrin.playbooks import playing
from nenrin.playbooks.models import RunStep
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Answer]:
    """What the other side answers next; taken where nothing is said."""
    told: list[Answer] = []
    taken = Answer(200, "")
    monkeypatch.setattr(posting, "post_all", lambda parcels: [told.pop(0) if told else taken for _ in parcels])
    return told


def _live(at: datetime, kind: str = "slack", **limits: object) -> None:
    row, _ = endpoints.open("CS", "https://hooks.slack.example/services/x", kind=kind, by=SYSTEM, at=at)
    words = {"en": "{{account}} fell", "ja": "{{account}}が低下"}
    tell = {"do": "webhook", "id": "tell", "endpoint": str(row.pk), "words": words}
    stage.published(stage.document(steps=[tell], limits=limits), at=at)


def _falls(names: range, at: datetime) -> None:
    for n in names:
        stage.falls(stage.account(f"会社{n:03}", at=at), at=at)
    stage.goes_on(at)


def _messages() -> list[list[str]]:
    """The lines of each message, the first first."""
    bodies = WebhookDelivery.objects.order_by("pk").values_list("body", flat=True)
    return [json.loads(body)["text"].split("\n") for body in bodies]


def test_many_runs_at_once_are_one_message_beside_the_first(org: Organisation, at: datetime) -> None:
    _live(at)
    _falls(range(31), at)
    first, gathered = _messages()
    assert first == ["会社000が低下"]
    assert gathered[0] == "立て直し: 30社" and gathered[-1] == "ほか10社"
    assert gathered[1:-1] == [f"・会社{n:03}が低下" for n in range(1, 21)]
    one, other = WebhookDelivery.objects.order_by("pk")
    assert one.send_after == at and other.send_after == at + 5 * MINUTE
    told = list(RunStep.objects.order_by("pk").values_list("note__delivery", flat=True))
    assert told == [one.pk, *[other.pk] * 30], "each run says which message tells of it"


def test_what_was_sent_or_tried_is_not_touched_and_a_quiet_channel_is_told_at_once(
    org: Organisation, at: datetime, answers: list[Answer]
) -> None:
    _live(at)
    _falls(range(3), at)
    deliver.step(at)
    answers.append(Answer(500, "x"))
    deliver.step(at + 5 * MINUTE)
    later = at + 6 * MINUTE
    _falls(range(3, 5), later)
    assert [len(lines) for lines in _messages()] == [1, 3, 3], "the message that was tried keeps its lines"
    deliver.step(at + 20 * MINUTE)
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"delivered"}
    _falls(range(5, 6), at + 60 * MINUTE)
    assert _messages()[-1] == ["会社005が低下"]
    lines = [line.removeprefix("・") for message in _messages() for line in message if "低下" in line]
    assert lines == [f"会社{n:03}が低下" for n in range(6)], "each run in exactly one message"


def test_a_line_more_costs_the_same_however_many_came_before(org: Organisation, at: datetime) -> None:
    """What a message tells stands with it: neither the lines of other runs nor the history of the playbook is read."""
    _live(at)
    _falls(range(25), at)
    stage.falls(stage.account("会社025", at=at), at=at)
    with CaptureQueriesContext(connection) as seen:
        stage.goes_on(at)
    notes = f'"{RunStep._meta.db_table}"."note"'
    assert not [one["sql"] for one in seen if one["sql"].startswith("SELECT") and notes in one["sql"]]
    [asked] = [one["sql"] for one in seen if one["sql"].startswith("SELECT") and '"gathers" = ' in one["sql"]]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"explain query plan {asked}")
            assert "delivery_gathers" in str(cursor.fetchall()), "not the whole history of the endpoint"
    gathered = WebhookDelivery.objects.order_by("pk").last()
    assert gathered is not None and gathered.gathered == {
        "lines": [f"会社{n:03}が低下" for n in range(1, 21)],
        "count": 25,
    }
    RunStep.objects.all().delete()
    _falls(range(26, 27), at)
    lines = _messages()[-1]
    assert (lines[0], lines[1], lines[-1]) == ("立て直し: 26社", "・会社001が低下", "ほか6社")


def test_what_is_gathered_at_the_end_of_the_hours_goes_out_when_they_begin(org: Organisation, at: datetime) -> None:
    """Hours from 9 to 21: a line of 20:58 would go out at 21:03."""
    zone = organisation.zone()
    evening = at.astimezone(zone).replace(hour=20, minute=57, second=0, microsecond=0)
    _live(evening, hours={"from": 9, "to": 21, "business_days": False})
    _falls(range(1), evening)
    _falls(range(1, 2), evening + MINUTE)
    _falls(range(2, 3), evening + 2 * MINUTE)
    morning = (evening + timedelta(days=1)).replace(hour=9, minute=0)
    assert list(WebhookDelivery.objects.order_by("pk").values_list("send_after", flat=True)) == [evening, morning]
    assert [len(lines) for lines in _messages()] == [1, 3], "both lines in the one that waits"
    _falls(range(3, 4), morning + MINUTE)
    assert [len(lines) for lines in _messages()] == [1, 3, 2]


def test_a_message_near_its_time_takes_no_more_lines(org: Organisation, at: datetime) -> None:
    _live(at)
    _falls(range(2), at)
    _falls(range(2, 3), at + 5 * MINUTE - timedelta(seconds=3))
    assert [len(lines) for lines in _messages()] == [1, 2, 2]


def test_a_line_and_its_step_are_kept_together_or_not_at_all(org: Organisation, at: datetime) -> None:
    _live(at)
    _falls(range(2), at)
    before = _messages()
    stage.falls(stage.account("途中で止まる会社", at=at), at=at)

    class Killed(Exception):
        pass

    with pytest.raises(Killed), transaction.atomic():
        stage.goes_on(at)
        assert _messages() != before
        raise Killed
    assert _messages() == before
    stage.goes_on(at)
    assert playing.play(at) == 0
    assert [len(lines) for lines in _messages()] == [1, 3] and RunStep.objects.count() == 3


def test_a_program_is_told_of_each_run_by_itself(org: Organisation, at: datetime) -> None:
    _live(at, kind="standard")
    _falls(range(3), at)
    assert WebhookDelivery.objects.count() == 3
