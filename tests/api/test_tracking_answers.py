"""A status decides over data: what each situation is answered."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from pytest import MonkeyPatch

from nenrin.api import tracking
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import intake, sources, spool
from tests.api.door_cast import AT, TRACK, door

pytestmark = pytest.mark.django_db


def test_bad_events_in_a_good_batch_are_named_and_do_not_fail_their_neighbours(client: Client) -> None:
    site = door(client)
    batch = [
        TRACK,
        {"type": "track", "event": "Nobody"},
        {"type": "track", "userId": "sato"},
        {"type": "group", "userId": "sato"},
        {"type": "alias", "userId": "sato"},
        {"type": "shout", "userId": "sato"},
        None,
        {"type": "page", "userId": 42},
    ]
    answer = site.knock(body={"batch": batch})
    codes = ["no_user_anon_id", "no_event", "no_group_id", "no_previous_id", "unknown_type", "not_an_object"]
    assert answer.status_code == 200
    assert answer.json()["rejected"] == [{"index": place, "code": code} for place, code in enumerate(codes, start=1)]
    assert spool.received() == {site.keys.source.pk: len(batch)}


def test_an_empty_batch_is_accepted_and_leaves_nothing(client: Client) -> None:
    assert door(client).knock(body={"batch": []}).json() == {"success": True}
    assert spool.read(0) == []


@pytest.mark.parametrize("method", ["PUT", "HEAD", "DELETE", "PATCH", "GET"])
def test_other_methods_are_told_what_is_allowed(client: Client, method: str) -> None:
    answer = door(client).knock("/v1/track", TRACK, method=method)
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


def test_a_browser_on_another_site_may_ask_and_read(client: Client) -> None:
    site = door(client)
    asked = site.knock("/v1/t", b"", key="", method="OPTIONS", HTTP_ORIGIN="https://app.example")
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == "https://app.example"
    assert asked["Access-Control-Max-Age"] == "86400" and asked["Vary"] == "Origin"
    wanted = {"authorization", "content-type", "x-retry-count", "x-write-key", "anonymousid"}
    assert wanted <= set(asked["Access-Control-Allow-Headers"].split(","))
    for key in (site.keys.write_key, "wk_of_nobody"):
        answered = site.knock(key=key, HTTP_ORIGIN="https://app.example")
        assert answered["Access-Control-Allow-Origin"] == "https://app.example"
        assert "Retry-After" in answered["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(("asked", "is_allowed"), [("sentat, x-new-client", True), ("bad\r\nSet-Cookie: a", False)])
def test_a_browser_client_may_send_headers_that_we_have_never_heard_of(
    client: Client, asked: str, is_allowed: bool
) -> None:
    meta = {"HTTP_ORIGIN": "https://app.example", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": asked}
    answer = door(client).knock("/v1/track", b"", key="", method="OPTIONS", **meta)
    allowed = answer["Access-Control-Allow-Headers"]
    assert (asked in allowed) is is_allowed and "x-write-key" in allowed


def test_the_door_sets_no_cookie_and_needs_no_csrf_token(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = door(strict).knock()
    assert answer.status_code == 200 and not answer.cookies


def test_too_many_events_a_second_are_sent_away_for_whole_seconds_and_counted(client: Client) -> None:
    site = door(client)
    sources.limit(site.keys.source, 100, by=SYSTEM, at=AT)
    tracking.limiter.__init__()
    batch = {"batch": [TRACK] * 250}
    assert site.knock(body=batch).status_code == 200
    answer = site.knock(body=batch)
    assert answer.status_code == 429 and answer.json()["code"] == "rate_limited"
    assert 1 <= int(answer["Retry-After"]) <= 300
    assert answer["X-RateLimit-Reset"].isdigit()
    spool.put(spool.read(0)[0])  # counts travel with the next batch
    assert spool.limited() == {site.keys.source.pk: 250}


@pytest.mark.parametrize(
    ("problem", "seconds"), [(spool.SpoolBusy("full"), "2"), (spool.SpoolUnavailable("disk full"), "10")]
)
def test_what_cannot_be_stored_is_asked_for_again(
    client: Client, monkeypatch: MonkeyPatch, problem: Exception, seconds: str
) -> None:
    site = door(client)

    def refuse(*args: object, **kwargs: object) -> int:
        raise problem

    monkeypatch.setattr(spool, "put", refuse)
    answer = site.knock()
    assert (answer.status_code, answer["Retry-After"]) == (503, seconds)
    assert answer.json()["success"] is False


def test_a_fault_of_ours_is_never_a_500(client: Client, monkeypatch: MonkeyPatch) -> None:
    site = door(client)
    monkeypatch.setattr(intake, "accept", lambda *args, **kwargs: 1 / 0)
    assert (site.knock().status_code, site.knock()["Retry-After"]) == (503, "30")


def test_retries_and_client_are_kept_for_diagnosis(client: Client) -> None:
    site = door(client)
    site.knock(HTTP_X_RETRY_COUNT="3", HTTP_USER_AGENT="analytics-python/2.4.0")
    site.knock(HTTP_X_RETRY_COUNT="many")
    assert [(batch.retries, batch.agent) for batch in spool.read(0)] == [(3, "analytics-python/2.4.0"), (0, "")]


def test_the_browser_client_learns_where_to_send_from_us(client: Client) -> None:
    site = door(client)
    told = client.get(f"/v1/projects/{site.keys.write_key}/settings", HTTP_HOST="localhost").json()
    assert told["integrations"] == {
        "Segment.io": {"apiKey": site.keys.write_key, "apiHost": "localhost/v1", "protocol": "http"}
    }
    assert told["metrics"] == {"sampleRate": 0}


def test_rudderstacks_and_posthogs_clients_get_the_small_replies_they_ask_for(client: Client) -> None:
    config = client.get("/sourceConfig/", {"writeKey": "wk_1", "p": "web"}).json()
    assert config["source"]["enabled"] is True and config["source"]["destinations"] == []
    assert client.post("/flags/?v=2", b"{}", content_type="text/plain").json()["featureFlags"] == {}
    assert client.post("/decide/?v=3", b"{}", content_type="text/plain").json()["errorsWhileComputingFlags"] is False
    assert client.get("/array/phc_1/config").json()["token"] == "phc_1"
    assert b"_POSTHOG_REMOTE_CONFIG" in client.get("/array/phc_1/config.js").content
    assert client.get("/array/%27%3Balert(1)/config.js").status_code == 404


def test_the_script_comes_from_the_operators_folder_or_says_where_to_put_it(client: Client, home: object) -> None:
    path = "/analytics.js/v1/wk_1/analytics.min.js"
    missing = client.get(path)
    assert missing.status_code == 404 and "analytics.js/" in missing.json()["message"]
    folder = home / "analytics.js" / "bundles"
    folder.mkdir(parents=True)
    (folder.parent / "analytics.min.js").write_text("window.analytics=1")
    (folder / "ajs-destination.bundle.abc123.js").write_text("bundle")
    assert client.get(path).content == b"window.analytics=1"
    assert client.get("/analytics-next/bundles/ajs-destination.bundle.abc123.js").content == b"bundle"
    assert client.get("/analytics-next/bundles/..%2F..%2Fsecret.key").status_code == 404


def test_answers_are_json_with_a_length_and_never_a_redirect(client: Client) -> None:
    site = door(client)
    for answer in (site.knock("/v1/batch/"), site.knock("/v1/track/", TRACK), site.knock(key="x" * 300)):
        assert answer.status_code in (200, 401)
        assert answer["Content-Length"] == str(len(answer.content))
        json.loads(answer.content)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nonsense", "/v1/track/more", "/v1/v1/flags", "/v1/projects/wk_x"])
def test_an_unknown_address_of_the_door_is_told_in_json_that_any_page_can_read(
    client: Client, method: str, path: str
) -> None:
    answer = door(client).knock(path, TRACK, method=method, HTTP_ORIGIN="https://app.example")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert (answer.json()["success"], answer.json()["code"]) == (False, "unknown_path")
    assert answer["Access-Control-Allow-Origin"] == "https://app.example" and spool.pending() == {}
