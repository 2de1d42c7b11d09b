"""What the door answers: always JSON, always readable from another origin, never a redirect.

A status decides over data: on most 4xx clients drop their events, on 429 and 503 they come again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse

ALLOWED_HEADERS: Final = "authorization,content-type,x-retry-count,x-write-key,anonymousid"
_HEADERS: Final = re.compile(r"[A-Za-z0-9-]{1,60}(?:, ?[A-Za-z0-9-]{1,60}){0,30}")
GIF: Final = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
_OK: Final = {
    "segment": b'{"success":true}',
    "posthog": b'{"success":true,"status":1}',
    "jitsu": b'{"success":true,"ok":true}',
}


def accepted(shape: str, rejected: list[tuple[int, str]]) -> HttpResponse:
    """200; the events that were set aside are named by place and code."""
    if not rejected:
        return HttpResponse(_OK.get(shape, _OK["segment"]), content_type="application/json")
    told = [{"index": place, "code": code} for place, code in rejected]
    return answer({"success": True, "status": 1, "ok": True, "rejected": told})


def told_each(ids: Sequence[str | None], rejected: list[tuple[int, str]]) -> HttpResponse:
    """200 with a word about each event that has an id, as PostHog's newer clients ask: `ok`, or `drop` and why."""
    results: dict[str, dict[str, str]] = {name: {"result": "ok"} for name in ids if name is not None}
    for place, code in rejected:
        name = ids[place]
        if name is not None:
            results[name] = {"result": "drop", "details": code}
    return answer({"results": results})


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    body = msgspec.json.encode(content)
    return HttpResponse(body, status=status, content_type="application/json", headers=dict(headers or {}))


def refused(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An error in the words of every client: Segment's read code and message, PostHog's read detail."""
    content = {"success": False, "code": code, "message": message, "detail": message}
    return answer(content, status, headers)


def later(status: int, seconds: int, code: str, message: str, reset: float | None = None) -> HttpResponse:
    """Not now: come again after `seconds`. Whole numbers only; most clients cannot read dates."""
    headers = {"Retry-After": str(seconds)}
    if reset is not None:
        headers["X-RateLimit-Reset"] = str(int(reset))
    return refused(status, code, message, headers)


def preflight(request: HttpRequest) -> HttpResponse:
    """Any page may send any header: no cookie is looked at here, and each client has its own headers."""
    asked = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": f"{ALLOWED_HEADERS},{asked}" if _HEADERS.fullmatch(asked) else ALLOWED_HEADERS,
        "Access-Control-Max-Age": "86400",
    }
    return HttpResponse(status=204, headers=headers)


def readable_from(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Let the page that asked read the answer, wherever it was served from. No cookie is ever looked at here."""
    response.headers["Content-Length"] = str(len(response.content))
    # Refusals are counted and shown; a line in the server's log for each would fill the disk.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    origin = request.META.get("HTTP_ORIGIN")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-RateLimit-Reset"
        response.headers["Vary"] = "Origin"
    return response
