"""What happens around every request: an id and an instant, the end of an idle session, the viewer's language."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from nenrin.foundation import logs, organisation

Responder = Callable[[HttpRequest], HttpResponse]
#: In the session: when its member was last here, in seconds since 1970. Written at most this often.
SEEN = "seen"
SEEN_EVERY = 300
#: No filter of any page comes near it; longer ones would only keep the database busy.
LONGEST_QUESTION = 32_000


def request_id(get_response: Responder) -> Responder:
    """Give each request an id (shown on error pages and in the log), and one instant and organisation for all its parts.

    A NUL in its question (what follows the ? of the address) is left out: PostgreSQL takes none in any text, so no page could look for it.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUESTION:
            return HttpResponse("the address is too long\n", status=414, content_type="text/plain")
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        logs.request.set(request.id)  # type: ignore[attr-defined]
        request.at = datetime.now(UTC)  # type: ignore[attr-defined]
        request.organisation = SimpleLazyObject(organisation.current)  # type: ignore[attr-defined]
        only_looks = request.method in ("GET", "HEAD")
        try:
            with organisation.read_once() if only_looks else nullcontext():
                response = get_response(request)
        finally:
            logs.request.set("")
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    return respond


def idle(get_response: Responder) -> Responder:
    """End a session that nobody has used for SESSION_IDLE_SECONDS; its cookie alone would live for days."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = request.at.timestamp()  # type: ignore[attr-defined]
            seen = request.session.get(SEEN, now)
            if now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif SEEN not in request.session or abs(now - seen) > SEEN_EVERY:
                _note_seen(request, now)
        return get_response(request)

    return respond


def _note_seen(request: HttpRequest, now: float) -> None:
    """A database that takes no writes at the moment must not keep anybody from reading."""
    request.session[SEEN] = now
    with suppress(DatabaseError, SessionInterrupted, UpdateError):
        request.session.save()
    request.session.modified = False


def language(get_response: Responder) -> Responder:
    """A member's own language; before sign-in the cookie's, else the browser's."""

    def respond(request: HttpRequest) -> HttpResponse:
        own = getattr(request.user, "language", None)
        with translation.override(own or translation.get_language_from_request(request)):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "ja")
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

    return respond
