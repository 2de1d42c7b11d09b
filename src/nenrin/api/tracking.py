"""The tracking door: sniff, find the source, count, spool, and answer 200 only when the events are on the disk."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nenrin.api.door import answers, bodies, census, keys, replies
from nenrin.api.door.routes import Route
from nenrin.ingest import intake, spool
from nenrin.ingest.limits import Limiter
from nenrin.ingest.payloads.reading import Malformed
from nenrin.ingest.sources import Sender, SourcesUnavailable

log = logging.getLogger(__name__)
limiter: Final = Limiter()
_ADDRESSES: Final = "events are taken at /v1/batch, or /v1/track and the like"
_SMALLER: Final = "the body is over 5 MB: send smaller batches"


def respond(request: HttpRequest, route: Route) -> HttpResponse:
    """The answer to a request at one of the door's addresses. Never raises."""
    try:
        response = _by_method(request, route)
    except Exception:  # whatever is wrong on our side, the client must keep its events and come again
        log.exception("the tracking door failed at %s", request.path_info)
        response = answers.later(503, 30, "unavailable", "this is our fault; nothing was stored, send it again")
    return answers.readable_from(response, request)


def _by_method(request: HttpRequest, route: Route) -> HttpResponse:
    if request.method == "OPTIONS":
        return answers.preflight(request)
    if route.kind == "unknown":
        return answers.refused(404, "unknown_path", f"nothing is answered at {request.path_info}: {_ADDRESSES}")
    if request.method not in route.methods:
        allowed = {"Allow": ", ".join((*route.methods, "OPTIONS"))}
        return answers.refused(405, "method_not_allowed", f"{request.method} has no meaning here", allowed)
    return _take(request, route) if route.kind in ("events", "pixel") else _reply(request, route)


def _reply(request: HttpRequest, route: Route) -> HttpResponse:
    if route.kind == "metrics":
        return answers.accepted("segment", [])
    if route.kind == "flags":
        return replies.flags()
    if route.kind == "settings":
        return replies.analytics_settings(request, route.value)
    if route.kind == "source_config":
        return replies.source_config(request)
    return replies.array(route.value) if route.kind == "array" else replies.script(route.value)


def _take(request: HttpRequest, route: Route) -> HttpResponse:
    """Read a body of events; what cannot be read is answered in the words its clients understand."""
    try:
        body = bodies.read(request) if route.kind == "events" else bodies.decoded(request.GET.get("data", ""))
        if not body.strip():
            return answers.refused(400, "empty_body", "the body is empty: send a JSON object")
        counted = census.taken(body, route.shape, route.path_type, is_either=route.is_either)
    except bodies.Bomb:
        return answers.refused(413, "payload_too_large", "the body inflates to far more than it may hold")
    except bodies.TooLarge:
        is_shim = route.is_shim or route.is_either
        return answers.refused(413 if is_shim else 400, "payload_too_large", _SMALLER)
    except bodies.Unreadable as problem:
        return answers.refused(400, "invalid_body", str(problem))
    except Malformed as problem:
        return answers.refused(400, "invalid_json", f"this is not a JSON body of events: {problem}")
    return _authenticate(request, route, body, counted)


def _authenticate(request: HttpRequest, route: Route, body: bytes, counted: census.Census) -> HttpResponse:
    try:
        key, sender = keys.find(request, counted.key)
    except SourcesUnavailable:
        return answers.later(503, 5, "unavailable", "the key cannot be checked just now; send it again")
    if sender is None:
        return _stranger(request, counted, key)
    origin = request.META.get("HTTP_ORIGIN")
    if origin and sender.origins and origin not in sender.origins:
        return answers.refused(403, "origin_refused", f"{origin} is not among the origins of this source")
    return _keep(request, route, body, counted, sender)


def _stranger(request: HttpRequest, counted: census.Census, key: str) -> HttpResponse:
    """401, or 200 where the operator wants it as Segment does; in both cases nothing is stored, and it is counted."""
    key = "".join(letter for letter in key if letter.isprintable())
    shown = f"{key[:6]}…{key[-2:]}" if len(key) > 8 else key
    spool.note_stranger(shown or "-", _agent(request), datetime.now(UTC))
    if getattr(settings, "COMPAT_200", False):
        return answers.accepted(counted.shape, [])
    if not key:
        return answers.refused(
            401, "no_write_key", "no write key came with the request: send it as the Basic user name"
        )
    return answers.refused(
        401, "unknown_write_key", "no open source has this write key: compare it with the page Sources"
    )


def _keep(request: HttpRequest, route: Route, body: bytes, counted: census.Census, sender: Sender) -> HttpResponse:
    wait = limiter.wait(sender.source, sender.limit, counted.events, time.monotonic())
    if wait:
        spool.note_limited(sender.source, counted.events)
        limit = f"more than {sender.limit} events a second; come again in {wait} s"
        return answers.later(429, wait, "rate_limited", limit, reset=time.time() + wait)
    try:
        if counted.events:
            intake.accept(
                body,
                sender=sender,
                received_at=datetime.now(UTC),
                events=counted.events,
                shape=counted.shape,
                path_type=route.path_type,
                agent=_agent(request),
                retries=_retries(request),
            )
    except spool.SpoolBusy:
        return answers.later(503, 2, "busy", "more is coming in than can be written; send it again")
    except spool.SpoolUnavailable as problem:
        log.error("events cannot be stored: %s", problem)
        return answers.later(503, 10, "unavailable", "nothing can be stored just now; send it again")
    if route.kind == "pixel":
        return HttpResponse(answers.GIF, content_type="image/gif", headers={"Cache-Control": "no-store"})
    if route.is_told_each:
        return answers.told_each(counted.ids, counted.rejected)
    return answers.accepted(counted.shape, counted.rejected)


def _agent(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_USER_AGENT", ""))[:200]


def _retries(request: HttpRequest) -> int:
    count = request.META.get("HTTP_X_RETRY_COUNT", "0")
    return min(int(count), 10_000) if count.isascii() and count.isdigit() else 0
