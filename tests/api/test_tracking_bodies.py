"""Bodies are known by their first bytes, inflated within limits, and forgiven what real clients do."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from urllib.parse import quote_plus

import brotli
import pytest
import zstandard
from django.test import Client

from nenrin.ingest import spool
from nenrin.ingest.payloads import shapes
from tests.api.door_cast import TRACK, door

pytestmark = pytest.mark.django_db

PLAIN = json.dumps({"batch": [TRACK]}).encode()
RAW_DEFLATE = zlib.compressobj(wbits=-15)
ENCODED = {
    "gzip": gzip.compress(PLAIN, mtime=0),
    "deflate": zlib.compress(PLAIN),
    "br": brotli.compress(PLAIN),
    "zstd": zstandard.compress(PLAIN),
    "identity": PLAIN,
}


@pytest.mark.parametrize(("encoding", "body"), ENCODED.items())
def test_every_encoding_named_in_the_header_is_inflated(client: Client, encoding: str, body: bytes) -> None:
    site = door(client)
    assert site.knock(body=body, HTTP_CONTENT_ENCODING=encoding).status_code == 200
    assert spool.read(0)[0].body == PLAIN


def test_deflate_may_come_without_its_wrapping(client: Client) -> None:
    packer = zlib.compressobj(wbits=-15)
    assert (
        door(client).knock(body=packer.compress(PLAIN) + packer.flush(), HTTP_CONTENT_ENCODING="deflate").status_code
        == 200
    )


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "", "application/x-www-form-urlencoded", "x/y"]
)
@pytest.mark.parametrize(
    "body", [PLAIN, b"\xef\xbb\xbf" + PLAIN, gzip.compress(PLAIN, mtime=0)], ids=["plain", "bom", "gzip"]
)
def test_the_content_type_is_not_believed(client: Client, content_type: str, body: bytes) -> None:
    site = door(client)
    assert site.knock(body=body, content_type=content_type).status_code == 200
    assert spool.read(0)[0].body == PLAIN


def test_a_header_left_over_by_a_proxy_that_inflated_does_no_harm(client: Client) -> None:
    assert door(client).knock(body=PLAIN, HTTP_CONTENT_ENCODING="gzip").status_code == 200


def test_a_beacons_form_with_base64_is_unwrapped(client: Client) -> None:
    site = door(client)
    event = {"event": "Left", "distinct_id": "sato", "properties": {"token": site.keys.write_key}}
    body = b"data=" + quote_plus(base64.b64encode(json.dumps(event).encode())).encode()
    assert site.knock("/e/?compression=base64", body, key="").status_code == 200
    assert site.events()[0]["event"] == "Left"


def test_a_forms_other_fields_may_stand_before_its_data(client: Client) -> None:
    site = door(client)
    event = {"event": "Left", "distinct_id": "sato", "properties": {"token": site.keys.write_key}}
    body = b"compression=base64&ip=1&data=" + quote_plus(base64.b64encode(json.dumps(event).encode())).encode()
    assert site.knock("/e/", body, key="").status_code == 200
    assert site.events()[0]["event"] == "Left"


@pytest.mark.parametrize(
    ("body", "flag", "read"),
    [
        (b'{"nan": NaN}', "nan", {"nan": None}),
        (b'{"n": 1e999}', "range", {"n": None}),
        (b'{"s": "\\ud800!"}', "surrogate", {"s": "\ufffd!"}),
        (b'{"s": "a\\u0000b"}', "nul", {"s": "a\ufffdb"}),
        (b'{"n": 9999999999999999999999}', "", {"n": 9999999999999999999999}),
        ('{"s": "😀 年輪"}'.encode(), "", {"s": "😀 年輪"}),
        (b'{"a": 1, "a": 2, "x": NaN}', "duplicate_key", {"a": 2, "x": None}),
    ],
)
def test_what_python_clients_really_send_is_taken_and_repaired(
    client: Client, body: bytes, flag: str, read: object
) -> None:
    site = door(client)
    sent = PLAIN.replace(b'"messageId"', b'"properties": ' + body + b', "messageId"')
    assert site.knock(body=sent).status_code == 200
    envelope = shapes.opened(spool.read(0)[0])
    assert envelope.events[0]["properties"] == read
    assert flag in envelope.flags or not flag


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b"nothing",
        b"[1,2",
        b'{"batch": {}}',
        b'{"events": []}',
        b"3",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\x1f\x8b broken",
    ],
    ids=["empty", "blank", "cut", "text", "list", "no list", "no batch", "number", "deep", "deep object", "no gzip"],
)
def test_what_is_no_batch_is_refused_with_a_reason_and_kept_out(client: Client, body: bytes) -> None:
    site = door(client)
    answer = site.knock(body=body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"success", "code", "message", "detail"}
    assert spool.received() == {}


def test_sizes_that_segment_would_refuse_are_taken(client: Client) -> None:
    site = door(client)
    many = [{**TRACK, "messageId": str(n)} for n in range(2_501)]
    assert site.knock(body={"batch": many}).json() == {"success": True}
    large = {"batch": [{**TRACK, "properties": {"text": "x" * 30_000}}] * 163}  # 4.9 MB
    assert site.knock(body=large).json() == {"success": True}
    assert spool.received() == {site.keys.source.pk: 2_501 + 163}


def test_one_event_over_a_megabyte_is_set_aside_alone(client: Client) -> None:
    site = door(client)
    answer = site.knock(body={"batch": [TRACK, {**TRACK, "properties": {"text": "x" * 1_000_001}}, TRACK]})
    assert answer.status_code == 200
    assert answer.json()["rejected"] == [{"index": 1, "code": "too_large"}]


@pytest.mark.parametrize(("path", "status"), [("/v1/batch", 400), ("/v1/track", 400), ("/batch/", 413), ("/e/", 413)])
def test_a_body_over_five_megabytes_is_refused_as_each_client_understands(
    client: Client, path: str, status: int
) -> None:
    answer = door(client).knock(path, b'{"batch": [' + b" " * 5_000_001)
    assert (answer.status_code, answer.json()["code"]) == (status, "payload_too_large")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_stopped_at_five_megabytes(client: Client, encoding: str) -> None:
    zeros = b"0" * 200_000_000
    bombs = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda raw: brotli.compress(raw, quality=1),
        "zstd": zstandard.compress,
    }
    answer = door(client).knock(body=bombs[encoding](zeros), HTTP_CONTENT_ENCODING=encoding)
    assert answer.status_code == 413
