"""Every address of Segment's, RudderStack's, PostHog's and Jitsu's clients leads to the spool."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from nenrin.ingest import spool
from tests.api.door_cast import TRACK, door

pytestmark = pytest.mark.django_db

SINGLE = {"track": "t", "identify": "i", "page": "p", "screen": "s", "group": "g", "alias": "a"}
WHOLE = {"userId": "sato", "event": "Report Opened", "groupId": "acme", "previousId": "old", "messageId": "m"}


@pytest.mark.parametrize("prefix", ["/v1", "/v1/v1", ""])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("name", ["batch", "b", "import"])
def test_a_batch_is_taken_at_every_spelling_of_its_address(client: Client, prefix: str, slash: str, name: str) -> None:
    site = door(client)
    answer = site.knock(f"{prefix}/{name}{slash}", {"batch": [TRACK, TRACK]})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [event["event"] for event in site.events()] == ["Report Opened"] * 2


@pytest.mark.parametrize("prefix", ["/v1", "/v1/v1", ""])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("kind", "short"), SINGLE.items())
def test_a_single_event_gets_its_type_from_the_address(
    client: Client, prefix: str, slash: str, kind: str, short: str
) -> None:
    site = door(client)
    for name in (kind, short):
        assert site.knock(f"{prefix}/{name}{slash}", WHOLE).status_code == 200
    assert [event["type"] for event in site.events()] == [kind, kind]


@pytest.mark.parametrize("path", ["/batch/", "/batch", "/e/", "/i/v0/e/", "/capture/", "/track/", "/engage/"])
def test_posthog_clients_are_taken_at_their_addresses(client: Client, path: str) -> None:
    site = door(client)
    body = {
        "api_key": site.keys.write_key,
        "batch": [
            {
                "event": "Report Opened",
                "distinct_id": "sato",
                "uuid": "u-1",
                "properties": {"$groups": {"company": "acme"}},
            }
        ],
    }
    answer = site.knock(path, body, key="")
    assert answer.status_code == 200 and answer.json()["status"] == 1
    (event,) = site.events()
    assert (event["type"], event["userId"], event["messageId"]) == ("track", "sato", "u-1")
    assert event["context"]["groupId"] == "acme"


@pytest.mark.parametrize("path", ["/api/s/track", "/api/s/s2s/track/", "/api/s/s2s/track"])
def test_jitsu_clients_are_known_by_their_header_alone(client: Client, path: str) -> None:
    site = door(client)
    body = {**TRACK, "userId": None, "anonymousId": "a-1", "writeKey": "key:***"}
    answer = site.knock(path, body, key="", HTTP_X_WRITE_KEY=f"{site.keys.write_key}:secret")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "ok": True})
    assert site.events()[0]["anonymousId"] == "a-1"


def test_a_segment_client_at_the_bare_batch_address_is_not_taken_for_posthogs(client: Client) -> None:
    site = door(client)
    assert site.knock("/batch", {"batch": [TRACK], "writeKey": site.keys.write_key}, key="").status_code == 200
    assert spool.read(0)[0].shape == "batch"


def test_metrics_of_the_browser_client_are_thanked_for_and_thrown_away(client: Client) -> None:
    site = door(client)
    assert site.knock("/v1/m", {"series": [{"type": "Counter"}]}, key="").json() == {"success": True}
    assert spool.pending() == {}


def test_a_pixel_in_a_mail_or_page_is_an_event(client: Client) -> None:
    site = door(client)
    data = json.dumps({"writeKey": site.keys.write_key, "userId": "sato", "event": "Mail Opened"})
    answer = client.get("/v1/pixel/track", {"data": data})
    assert (answer.status_code, answer["Content-Type"], answer.content[:4]) == (200, "image/gif", b"GIF8")
    assert site.events()[0]["event"] == "Mail Opened"


def test_pages_keep_their_addresses(client: Client) -> None:
    assert client.get("/e-mail").status_code == 404
    assert client.get("/batch").status_code == 404  # read as a page, which there is none
