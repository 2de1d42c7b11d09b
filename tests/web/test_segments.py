"""Segments on their pages: made from rows, said in words, tried now and on a past day."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Segment
from tests import cast
from tests.insight.world import World

pytestmark = pytest.mark.django_db
ROWS = {
    "name": "利用者が少ない",
    "match": "all",
    "field": ["weekly_active_users", ""],
    "op": ["<", "="],
    "value": ["2", ""],
}


@pytest.fixture
def world(client: Client, org: Organisation) -> World:
    client.force_login(cast.member())
    made = World().begin()
    for name, users in ((cast.THRIVING, 3), (cast.DRIFTING, 1)):
        made.subscribe(made.open(name))
        for user in range(users):
            made.use(name, user=f"u{user}")
    made.refresh()
    return made


def test_a_segment_is_made_from_rows_and_says_itself(client: Client, world: World) -> None:
    assert client.post(reverse("segment-new"), ROWS | {"do": "save"}).status_code == 302
    saved = Segment.objects.get()
    html = client.get(reverse("segment", args=[saved.pk])).content.decode()
    assert "2未満" in html and cast.DRIFTING in html and cast.THRIVING not in html
    assert "利用者が少ない" in client.get(reverse("segments")).content.decode()


def test_trying_says_whom_it_finds_and_saves_nothing(client: Client, world: World) -> None:
    html = client.post(reverse("segment-new"), ROWS | {"do": "try"}).content.decode()
    assert cast.DRIFTING in html and not Segment.objects.exists()


def test_a_past_day_answers_as_it_was_known_then(client: Client, world: World) -> None:
    world.end_day()
    for user in range(3):
        world.use(cast.DRIFTING, user=f"v{user}")
    world.refresh()
    now = client.post(reverse("segment-new"), ROWS | {"do": "try"}).content.decode()
    then = client.post(reverse("segment-new"), ROWS | {"do": "try", "on": "2026-04-06"}).content.decode()
    assert "<b>0</b>" in now and "<b>1</b>" in then


def test_a_nested_condition_is_written_as_yaml(client: Client, world: World) -> None:
    text = "any:\n- {field: nps, op: missing}\n- not: {field: status, op: '=', value: customer}\n"
    sent = {"name": "Nested", "mode": "yaml", "yaml": text, "do": "save"}
    assert client.post(reverse("segment-new"), sent).status_code == 302
    assert "<textarea" in client.get(reverse("segment", args=[Segment.objects.get().pk])).content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "名前を入力"),
        ({"value": ["many", ""]}, "all[0].value"),
        ({"op": ["contains", "="]}, "all[0].op"),
        ({"mode": "yaml", "yaml": "all: [unclosed"}, "(top)"),
        ({"on": "yesterday", "do": "try"}, "日付"),
    ],
)
def test_what_cannot_be_read_is_named_and_kept(
    client: Client, world: World, changed: dict[str, object], said: str
) -> None:
    answer = client.post(reverse("segment-new"), ROWS | {"do": "save"} | changed)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Segment.objects.exists()


def test_two_who_change_a_segment_are_told(client: Client, world: World) -> None:
    client.post(reverse("segment-new"), ROWS | {"do": "save"})
    saved = Segment.objects.get()
    address = reverse("segment", args=[saved.pk])
    assert client.post(address, ROWS | {"do": "save", "version": saved.version}).status_code == 302
    assert client.post(address, ROWS | {"do": "save", "version": saved.version}).status_code == 422


def test_who_may_only_look_cannot_change(client: Client, world: World) -> None:
    client.post(reverse("segment-new"), ROWS | {"do": "save"})
    client.force_login(cast.member(Role.SUPPORT))
    assert client.get(reverse("segments")).status_code == 200
    assert client.get(reverse("segment-new")).status_code == 403
    assert client.post(reverse("segment-archive", args=[Segment.objects.get().pk])).status_code == 403
