"""Segments on their pages: made from rows, said in words, tried now and on a past day."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nenrin.foundation.models import Organisation
from nenrin.foundation.models.saved_view import SavedView
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


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_pages_ask_the_database_no_more_for_more_segments(client: Client, world: World) -> None:
    client.post(reverse("segment-new"), ROWS | {"do": "save"})
    one = queries(client, reverse("segments"))
    for number in range(8):
        client.post(reverse("segment-new"), ROWS | {"do": "save", "name": f"s{number}"})
    assert queries(client, reverse("segments")) == one <= 15
    assert queries(client, reverse("segment", args=[Segment.objects.first().pk])) <= 15
    assert queries(client, reverse("health-models")) <= 15


def test_the_list_and_the_accounts_of_a_segment_come_as_files(client: Client, world: World) -> None:
    client.post(reverse("segment-new"), ROWS | {"do": "save", "name": "=危険"})
    answer = client.get(reverse("segments-export", args=["csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "週間利用者数が2未満" in text and "'=危険" in text
    assert client.get(reverse("segments-export", args=["xlsx"])).status_code == 200
    html = client.get(reverse("segment", args=[Segment.objects.get().pk])).content.decode()
    assert f"{reverse('accounts-export', args=['csv'])}?segment={Segment.objects.get().pk}" in html


def test_words_of_choices_are_typed_and_shown(client: Client, world: World) -> None:
    sent = ROWS | {"field": ["status", ""], "op": ["in", "="], "value": ["契約中、Lost", ""], "do": "save"}
    client.post(reverse("segment-new"), sent)
    assert Segment.objects.get().condition["all"][0]["value"] == ["customer", "lost"]
    html = client.get(reverse("segment", args=[Segment.objects.get().pk])).content.decode()
    assert 'value="契約中, 解約済み"' in html and '<option value="契約中">' in html


def test_who_may_only_look_cannot_change(client: Client, world: World) -> None:
    client.post(reverse("segment-new"), ROWS | {"do": "save"})
    client.force_login(cast.member(Role.SUPPORT))
    assert client.get(reverse("segments")).status_code == 200
    assert client.get(reverse("segment-new")).status_code == 403
    assert client.post(reverse("segment-archive", args=[Segment.objects.get().pk])).status_code == 403


def test_a_segment_in_use_stays_and_the_page_names_what_goes_by_it(client: Client, world: World) -> None:
    client.post(reverse("segment-new"), ROWS | {"do": "save"})
    row = Segment.objects.get()
    view = SavedView.objects.create(page="accounts", name="注意する顧客", query=f"segment={row.pk}")
    refused = client.post(reverse("segment-archive", args=[row.pk]))
    html = refused.content.decode()
    assert refused.status_code == 422 and "共有の一覧「注意する顧客」" in html and 'value="利用者が少ない"' in html
    row.refresh_from_db()
    assert row.archived_at is None
    view.delete()
    assert client.post(reverse("segment-archive", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.archived_at
