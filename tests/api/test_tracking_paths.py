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


@pytest.mark.parametrize(
    "path",
    [
        "/batch/",
        "/batch",
        "/e",
        "/e/",
        "/i/v0/e",
        "/i/v0/e/",
        "/i/v0/ai/batch/",
        "/capture",
        "/capture/",
        "/track/",
        "/engage/",
    ],
)
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


@pytest.mark.parametrize("path", ["/i/v1/analytics/events", "/i/v1/analytics/events/"])
def test_posthogs_newer_clients_hear_of_each_event_by_its_uuid(client: Client, path: str) -> None:
    site = door(client)
    known = {
        "event": "Report Opened",
        "distinct_id": "sato",
        "uuid": "u-1",
        "properties": {"$groups": {"company": "a"}},
    }
    nobody = {"event": "Report Opened", "uuid": "u-2", "options": {}, "properties": {}}
    body = {"created_at": "2026-11-24T00:00:00Z", "batch": [known, nobody]}
    answer = site.knock(path, body, key="", HTTP_AUTHORIZATION=f"Bearer {site.keys.write_key}")
    assert answer.status_code == 200
    assert answer.json() == {
        "results": {"u-1": {"result": "ok"}, "u-2": {"result": "drop", "details": "no_user_anon_id"}}
    }
    assert [event.get("userId") for event in site.events()] == ["sato", None]
    refused = site.knock(path, body, key="", HTTP_AUTHORIZATION="Bearer wk_of_somebody_else")
    assert (refused.status_code, refused.json()["code"]) == (401, "unknown_write_key")


@pytest.mark.parametrize("path", ["/flags", "/flags/?v=2", "/decide", "/decide/?v=3", "/array/wk_x/config"])
def test_posthogs_questions_about_flags_are_answered_with_none(client: Client, path: str) -> None:
    method = "GET" if "array" in path else "POST"
    answer = door(client).knock(path, {"token": "wk_x"}, key="", method=method)
    assert answer.status_code == 200
    assert answer.json().get("featureFlags", {}) == {} and spool.pending() == {}


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("path", ["/api/s/", "/api/s/s2s/"])
def test_jitsus_clients_name_the_kind_in_the_address(client: Client, path: str, kind: str) -> None:
    site = door(client)
    body = {**WHOLE, "writeKey": f"{site.keys.write_key}:***"}
    assert site.knock(path + kind, body, key="", HTTP_X_WRITE_KEY=site.keys.write_key).status_code == 200
    assert site.events()[0]["type"] == kind


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
