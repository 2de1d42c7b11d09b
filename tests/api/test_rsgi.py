"""What runs under granian: requests as Django knows them, answers whole or in pieces, errors as they are."""

from __future__ import annotations

import asyncio
import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from pytest import MonkeyPatch

from nenrin import rsgi


class Protocol:
    """An in-memory twin of granian's protocol object: chunks in, one answer out."""

    def __init__(self, *chunks: bytes, pause: float = 0.0) -> None:
        self.chunks, self.pause = chunks, pause
        self.status, self.headers, self.body, self.pieces = 0, [], b"", 0

    async def __call__(self) -> bytes:
        await asyncio.sleep(self.pause)
        return b"".join(self.chunks)

    async def __aiter__(self) -> Any:
        for chunk in self.chunks:
            await asyncio.sleep(self.pause)
            yield chunk

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.status, self.headers = status, headers
        return self

    def send_bytes(self, piece: bytes) -> asyncio.Future[None]:
        """As granian's: something to await, not a coroutine."""
        self.body += piece
        self.pieces += 1
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sent.set_result(None)
        return sent


def scope(method: str = "POST", path: str = "/v1/track", **headers: str) -> SimpleNamespace:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(
        proto="http", method=method, path=path, query_string="a=1", server="127.0.0.1:8000", client="10.0.0.7:5123",
        scheme="http", http_version="1.1", authority=None, headers=named,
    )  # fmt: skip


def asked(monkeypatch: MonkeyPatch, answer: object, scope: SimpleNamespace, protocol: Protocol) -> dict[str, Any]:
    """Run one request through; what Django was told."""
    told: dict[str, Any] = {}

    def django(environ: dict[str, Any], start: Any) -> object:
        told.update(environ, body=environ["wsgi.input"].read())
        start("200 OK", [("X-Kind", "test")])
        return answer

    monkeypatch.setattr(rsgi, "django", django)
    asyncio.run(rsgi.Application().__rsgi__(scope, protocol))
    return told


def test_a_request_arrives_as_wsgi_describes_it(monkeypatch: MonkeyPatch) -> None:
    protocol = Protocol(b'{"a"', b":1}")
    told = asked(
        monkeypatch,
        HttpResponse(b"ok"),
        scope(path="/v1/日 本", content_length="7", x_retry_count="2", host="h"),
        protocol,
    )
    assert told["PATH_INFO"].encode("latin-1").decode() == "/v1/日 本"
    assert (told["CONTENT_LENGTH"], told["body"], told["REMOTE_ADDR"]) == ("7", b'{"a":1}', "10.0.0.7")
    assert (told["HTTP_X_RETRY_COUNT"], told["HTTP_HOST"], told["QUERY_STRING"]) == ("2", "h", "a=1")
    assert (protocol.status, protocol.headers, protocol.body) == (200, [("x-kind", "test")], b"ok")


def test_a_body_without_a_length_is_measured(monkeypatch: MonkeyPatch) -> None:
    told = asked(monkeypatch, HttpResponse(b""), scope(), Protocol(b"12345", b"678"))
    assert (told["CONTENT_LENGTH"], told["body"]) == ("8", b"12345678")


def test_a_header_with_an_underscore_cannot_pass_for_another(monkeypatch: MonkeyPatch) -> None:
    odd = scope("GET")
    odd.headers = {"x_forwarded_for": "1.2.3.4"}
    assert "HTTP_X_FORWARDED_FOR" not in asked(monkeypatch, HttpResponse(b""), odd, Protocol())


def test_an_answer_in_pieces_is_sent_in_pieces(monkeypatch: MonkeyPatch) -> None:
    protocol = Protocol()
    asked(monkeypatch, StreamingHttpResponse(iter([b"a", b"b", b"c"])), scope("GET"), protocol)
    assert (protocol.body, protocol.pieces) == (b"abc", 3)


@pytest.mark.parametrize("length", ["9", ""])
def test_a_body_that_pauses_too_long_is_told_so(monkeypatch: MonkeyPatch, length: str) -> None:
    monkeypatch.setattr(rsgi, "LONGEST_PAUSE_SECONDS", 0.05)
    protocol = Protocol(b"{", pause=1.0)
    headers = {"content_length": length} if length else {}
    assert asked(monkeypatch, HttpResponse(b""), scope(**headers), protocol) == {}
    assert protocol.status == 408


def test_a_body_without_end_is_stopped(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(rsgi, "LARGEST_BODY", 10)
    protocol = Protocol(b"x" * 6, b"x" * 6)
    asked(monkeypatch, HttpResponse(b""), scope(), protocol)
    assert protocol.status == 413


def test_large_bodies_wait_in_a_file_and_not_in_memory(monkeypatch: MonkeyPatch) -> None:
    told = asked(monkeypatch, HttpResponse(b""), scope(), Protocol(*[b"x" * 100_000] * 30))
    assert len(told["body"]) == 3_000_000 and not isinstance(told["wsgi.input"], io.BytesIO)
