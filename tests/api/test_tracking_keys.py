"""Which key counts, and what a wrong one is told."""

from __future__ import annotations

import time

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest import MonkeyPatch

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import sources, spool
from tests.api.door_cast import AT, TRACK, basic, door

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("user", ["{}:", "{}", "{}:anything"])
def test_the_basic_user_name_is_the_key_with_or_without_its_colon(client: Client, user: str) -> None:
    site = door(client)
    assert site.knock(HTTP_AUTHORIZATION=basic(user.format(site.keys.write_key))).status_code == 200


@pytest.mark.parametrize("name", ["writeKey", "write_key", "api_key", "token"])
def test_the_key_may_stand_in_the_body(client: Client, name: str) -> None:
    site = door(client)
    assert site.knock("/v1/batch", {"batch": [TRACK], name: site.keys.write_key}, key="").status_code == 200


def test_the_key_may_stand_in_the_first_event_or_in_the_query(client: Client) -> None:
    site = door(client)
    named = {"batch": [{**TRACK, "writeKey": site.keys.write_key}]}
    assert site.knock("/v1/batch", named, key="").status_code == 200
    assert site.knock(f"/v1/track?writeKey={site.keys.write_key}", TRACK, key="").status_code == 200


def test_a_header_is_believed_before_the_body(client: Client) -> None:
    site = door(client)
    body = {"batch": [TRACK], "writeKey": site.keys.write_key}
    assert site.knock(body=body, key="wk_of_nobody").status_code == 401


def test_beside_an_oauth_token_the_bodys_key_is_believed_before_another_header(client: Client) -> None:
    site = door(client)
    body = {"batch": [TRACK], "writeKey": site.keys.write_key}
    headers = {"HTTP_AUTHORIZATION": "Bearer some.oauth.token", "HTTP_X_WRITE_KEY": "wk_of_nobody"}
    assert site.knock(body=body, key="", **headers).status_code == 200


def test_without_a_token_the_header_of_its_own_is_believed_before_the_body(client: Client) -> None:
    site = door(client)
    body = {"batch": [TRACK], "writeKey": "wk_of_nobody"}
    assert site.knock(body=body, key="", HTTP_X_WRITE_KEY=f"{site.keys.write_key}:x").status_code == 200


def test_an_oauth_token_leaves_the_word_to_the_key_in_the_body(client: Client) -> None:
    site = door(client)
    body = {"batch": [TRACK], "writeKey": site.keys.write_key}
    assert site.knock(body=body, key="", HTTP_AUTHORIZATION="Bearer some.oauth.token").status_code == 200
    assert [batch.trusted for batch in spool.read(0)] == [False]


def test_what_comes_with_the_secret_key_is_trusted(client: Client) -> None:
    site = door(client)
    secret = site.keys.secret_key
    site.knock(key=secret)
    site.knock(key="", HTTP_AUTHORIZATION=f"Bearer {secret}")
    site.knock(key="", HTTP_X_WRITE_KEY=f"{site.keys.write_key}:{secret}")
    assert [batch.trusted for batch in spool.read(0)] == [True, True, True]


def test_an_unknown_key_is_refused_counted_and_shown_without_being_told(client: Client) -> None:
    site = door(client)
    answer = site.knock(key="wk_of_somebody_else")
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_write_key")
    assert spool.pending() == {}
    _until(lambda: [(met.key, met.requests) for met in spool.strangers()] == [("wk_of_…se", 1)])


def test_a_key_made_of_odd_characters_keeps_nobody_elses_events_out(client: Client) -> None:
    site = door(client)
    for odd in ("a\0b", "\ud800", "👻" * 300, "\x1b[2J"):
        assert site.knock(body={"batch": [TRACK], "writeKey": odd}, key="").status_code == 401
    assert site.knock(HTTP_AUTHORIZATION=basic("a\0b:")).status_code == 401
    assert site.knock().status_code == 200
    _until(lambda: spool.strangers())
    assert site.knock().status_code == 200


def test_no_key_at_all_is_told_where_to_put_one(client: Client) -> None:
    answer = door(client).knock(key="")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_write_key")


def test_segments_own_answer_to_an_unknown_key_can_be_chosen(client: Client, settings: object) -> None:
    settings.COMPAT_200 = True
    assert door(client).knock(key="wk_of_nobody").json() == {"success": True}
    assert spool.pending() == {}


def test_a_database_that_is_away_while_a_key_is_checked_costs_no_event(
    client: Client, monkeypatch: MonkeyPatch
) -> None:
    site = door(client)

    def away(key: str) -> None:
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(sources, "_look_up", away)
    answer = site.knock()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_old_keys_work_after_a_rotation_until_they_are_ended(client: Client) -> None:
    site = door(client)
    new = sources.rotate(site.keys.source, by=SYSTEM, at=AT)
    assert [site.knock(key=key).status_code for key in (site.keys.write_key, new.write_key)] == [200, 200]
    sources.end_previous(new.source, by=SYSTEM, at=AT)
    assert [site.knock(key=key).status_code for key in (site.keys.write_key, new.write_key)] == [401, 200]


def test_a_closed_source_takes_nothing_until_it_is_opened_again(client: Client) -> None:
    site = door(client)
    sources.close(site.keys.source, by=SYSTEM, at=AT)
    assert site.knock().status_code == 401
    sources.reopen(site.keys.source, by=SYSTEM, at=AT)
    assert site.knock().status_code == 200


def test_a_page_of_another_origin_cannot_use_a_key_that_names_its_origins(client: Client) -> None:
    site = door(client, origins=["https://app.example"])
    assert site.knock(HTTP_ORIGIN="https://app.example").status_code == 200
    answer = site.knock(HTTP_ORIGIN="https://evil.example")
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")


def _until(is_true: object, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not is_true() and time.monotonic() < end:
        time.sleep(0.05)
    assert is_true()
